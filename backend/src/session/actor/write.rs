//! What is handed over to be written down, and what people are told of it.

use protocol::ServerFrame;

use super::Actor;
use crate::session::command::Control;
use crate::session::persist::Report;
use crate::session::roster::PeerId;
use crate::session::state::Export;

impl Actor {
    /// Whether something is not written down, and the saver is free. Otherwise it will ask.
    pub(super) fn is_save_due(&self) -> bool {
        self.saver.is_ready() && (self.state.is_unwritten() || self.recorder.is_pending())
    }

    /// Hands over what is not written down, if it is time.
    pub(super) fn save(&mut self) {
        if self.is_save_due() {
            let whole = self.saver.wants_whole(self.segment.is_some() && !self.state.is_empty());
            let export = self.export(whole);
            self.saver.write(export);
        }
        self.handouts.tell(&mut self.state.doc);
    }

    pub(super) fn export(&mut self, whole: bool) -> Export {
        if self.recorder.wants_base() {
            self.record_base();
        }
        Export { timeline: self.recorder.take(), ..self.state.export(whole) }
    }

    /// Writes all of the session into the timeline: where it begins, and after a gap.
    pub(super) fn record_base(&mut self) {
        if let Some((seq, state, document)) = self.state.catch_up() {
            self.recorder.base(seq, state, document, self.state.said());
        }
    }

    pub(super) fn saving(&mut self, report: Report) {
        let saved = match report {
            Report::Saved(seq) => (seq, None),
            Report::Stalled(why) => (self.saved.0, Some(why)),
            Report::Ready => return,
        };
        if saved != self.saved {
            self.saved = saved;
            let peers: Vec<PeerId> = self.peers.keys().copied().collect();
            for peer in peers {
                self.tell(peer, Control::Frame(Box::new(self.saved_frame())));
            }
        }
    }

    pub(super) fn saved_frame(&self) -> ServerFrame {
        ServerFrame::Saved { seq: self.saved.0, stalled: self.saved.1 }
    }
}
