//! Running the session's code: what is run, what of it, and what it says, as values.
//!
//! Owns every decision about a run: the [`target`], how modules are [`link`]ed, how the runner's [`event`]s become a
//! [`console`], and where a [`trace`] leads. Knows nothing of the frame that the code runs in (see
//! [`crate::runner`]), of signals, or of the DOM.

pub mod console;
pub mod event;
pub mod html;
pub mod link;
pub mod page;
pub mod report;
pub mod resolve;
pub mod source_map;
pub mod target;
pub mod trace;
