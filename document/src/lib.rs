//! The session's shared document: files as one Yjs document, and the model's hand in it.
//!
//! The only user of the CRDT on the server. Pure: values in, values out, no I/O and no clock. Knows nothing of
//! sockets, turns or upstreams: it is told which step and which hunk a change belongs to, and can take any of
//! them back without touching what people typed.

pub mod op;

mod apply;
mod authors;
mod comeback;
mod document;
mod form;
mod handout;
mod import;
mod receive;
mod region;
mod restore;
mod revive;
mod rollback;
mod saved;
mod tally;
mod viewer;
mod visitors;

mod files;
mod hunk;
mod ledger;
mod limits;
mod path;
mod position;
mod replica;

mod blocks;
mod craft;
mod merge;
mod mirror;
mod parts;
mod pieces;
mod sheet;
mod span;
mod wire;

pub use document::Document;
pub use form::{BlobRef, Endings, Form};
pub use handout::{Handout, News, Parts, is_state_vector, question};
pub use import::{FileChange, Imported, NewFile};
pub use limits::Limits;
pub use merge::{is_question, merge};
pub use op::{
    Applied, Author, BlobFile, Earlier, FileInfo, HunkEvent, HunkKey, ModelOp, Received, Refused, Region, RolledBack,
    StepKey,
};
pub use position::Position;
pub use saved::LoadError;
pub use sheet::Sheet;
pub use viewer::{Inserted, ViewedFile, Viewer, inserted, message_of, update_of};

#[cfg(test)]
mod tests;
