//! Midstream's server: sockets, sessions, and the page that comes with them.
//!
//! browser input -> `socket` -> `session` -> models -> edits -> document -> every participant

pub mod access;
pub mod apply;
mod backstage;
mod base64;
pub mod budget;
pub mod config;
mod http;
pub mod limits;
mod meters;
mod offers;
mod registry;
mod secret;
mod server;
pub mod session;
mod socket;
mod store;
mod timeline;
mod transfer;

pub use config::Config;
pub use http::{Access, ROUTES, Route};
pub use server::{Server, ServerError};
