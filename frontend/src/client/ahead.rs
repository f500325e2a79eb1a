//! What takes long to show is made ready before somebody asks for it, in idle moments.

use std::rc::Rc;

use protocol::FileId;

use super::Client;
use crate::monaco;

/// From this many UTF-16 units on a text takes longer to show than a frame: what `static/glue/large.js` calls large.
const LONG: u32 = 1 << 20;
/// The most texts that are made ready: each is in memory twice from then on.
const READY_MAX: usize = 2;
/// How long one text takes, in milliseconds: somebody may press a key in that time.
const NEEDS_MS: u32 = 30;

impl Client {
    /// The document is whole: its longest texts become known to the editor, one idle moment each.
    pub(super) fn make_ready(self: &Rc<Self>) {
        let client = Rc::clone(self);
        monaco::when_idle(0, move || {
            let longest = client.replica.borrow().as_ref().map(|replica| replica.longest(READY_MAX, LONG));
            client.make_next_ready(longest.unwrap_or_default());
        });
    }

    fn make_next_ready(self: &Rc<Self>, mut files: Vec<FileId>) {
        let Some(file) = files.pop() else { return };
        let client = Rc::clone(self);
        monaco::when_idle(NEEDS_MS, move || {
            // Meanwhile it may have been opened, or deleted, or the document comes anew.
            if client.has_all()
                && !monaco::knows(&file)
                && let Some(path) = client.path_of(&file)
                && let Some(text) = client.text_to_show(&file)
            {
                monaco::learn_ahead(&file, &path, &text);
            }
            client.make_next_ready(files);
        });
    }
}
