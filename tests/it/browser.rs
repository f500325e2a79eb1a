//! In a real Chromium: what only a browser can show. One file for each story.

mod comments;
mod compare;
mod connection;
mod endings;
mod faults;
mod files;
mod guard;
mod hostile;
mod large;
mod look;
mod r#loop;
mod opening;
mod presenting;
mod replay;
mod review;
mod rig;
mod run;
mod sharing;
mod stage;
mod together;
mod transfer;
mod typing;
mod unlock;
mod upstreams;
mod watching;
