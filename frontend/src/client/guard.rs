//! What a person does about what the model may touch: held hunks, scope, locks; and how the editor shows them.

use std::rc::Rc;

use leptos::prelude::*;
use protocol::client::RefusalSteer;
use protocol::scope::{LockView, Region, Scope, Within};
use protocol::view::Role;
use protocol::{ClientFrame, ErrorCode, FileId, HunkId, LockId, SteerId, TurnId};

use super::Client;
use crate::browser;
use crate::monaco::guards;
use crate::queue::Hold;
use crate::store::Hunk;

/// Held hunks.
impl Client {
    /// Lets a held hunk through.
    pub fn apply_hunk(&self, turn_id: TurnId, hunk_id: HunkId) {
        if self.may_edit() && self.reachable() {
            self.send(&ClientFrame::HunkApply { turn_id, hunk_id });
        }
    }

    /// Refuses a held hunk; with words, which steer the running turn at what is painted. Words for a turn that has
    /// ended meanwhile go to the prompt box, from where they have it go on. Whether it was sent.
    pub fn refuse_hunk(self: &Rc<Self>, turn_id: TurnId, hunk_id: HunkId, words: Option<String>) -> bool {
        if !self.may_edit() || !self.reachable() {
            return false;
        }
        let limit = self.store.limits.get_untracked().prompt_max;
        if words.as_ref().is_some_and(|words| words.len() > limit) {
            self.notify(None, format!("This is longer than the server takes: {limit} bytes at most."));
            return false;
        }
        let steer = words.and_then(|text| self.refusal(&turn_id, text));
        self.send(&ClientFrame::HunkRefuse { turn_id, hunk_id, steer });
        true
    }

    fn refusal(self: &Rc<Self>, turn_id: &TurnId, text: String) -> Option<RefusalSteer> {
        let running = self.session.borrow().running().filter(|turn| turn.id == *turn_id);
        let (Some(turn), Some(me)) = (running, self.store.me.get_untracked()) else {
            self.give_back(&text);
            return None;
        };
        let steer_id = SteerId(browser::fresh_id());
        let shown_seq = self.queue.borrow().shown();
        self.freeze(Hold::Steer(turn_id.clone(), steer_id.clone()));
        self.meter.borrow_mut().steered(browser::event_time());
        self.session.borrow_mut().steer(&turn, steer_id.clone(), text.clone(), me.id);
        Some(RefusalSteer { steer_id, shown_seq, text })
    }

    /// Puts an element of the page's above the lines that a held hunk would change, if those are in the open file.
    pub fn show_held(&self, hunk: &Hunk, element: &web_sys::HtmlElement) {
        if let Some((start, end)) = self.place_of(hunk) {
            guards::put_block(hunk.id.as_str(), element, start, end);
        }
    }

    /// Scrolls to that element, if it is not in sight.
    pub fn reveal_held(&self, hunk: &HunkId) {
        guards::reveal_block(hunk.as_str());
    }

    /// Takes that element away.
    pub fn hide_held(&self, hunk: &HunkId) {
        guards::remove_block(hunk.as_str());
    }

    fn place_of(&self, hunk: &Hunk) -> Option<(u32, u32)> {
        let open = self.store.open_file.get_untracked();
        let replica = self.replica.borrow();
        let replica = replica.as_ref()?;
        hunk.view.with_untracked(|view| {
            let place = view.place.as_ref().filter(|_| view.file_id.is_some() && view.file_id == open)?;
            Some((replica.offset(&place.start)?, replica.offset(&place.end)?))
        })
    }
}

/// Scope and locks.
impl Client {
    /// Says what turns may touch from the next one on.
    pub fn set_scope(&self, scope: Scope) {
        if self.may_edit() && self.reachable() {
            self.send(&ClientFrame::ScopeSet { scope });
        }
    }

    /// The lines that are selected in the editor, as a region.
    pub fn selected_lines(&self) -> Option<Region> {
        let (anchor, head) = guards::selection()?;
        self.replica.borrow().as_ref()?.lines(&self.store.open_file.get_untracked()?, anchor, head)
    }

    /// What is selected in the editor, to the character.
    pub(super) fn selection(&self) -> Option<Region> {
        let (anchor, head) = guards::selection()?;
        let file = self.store.open_file.get_untracked()?;
        self.replica.borrow().as_ref()?.part(&file, anchor.min(head), anchor.max(head))
    }

    /// Locks the selected lines, or the open file where nothing is selected; gives free what is locked there already.
    pub fn toggle_lock(&self) {
        let Some(file) = self.store.open_file.get_untracked() else {
            return;
        };
        match self.lock_here(&file) {
            Some(lock) => self.unlock(lock.id),
            None => self.lock(self.selected_lines().unwrap_or(Region { file, range: None })),
        }
    }

    /// Locks a region against the model.
    pub fn lock(&self, region: Region) {
        if self.may_lock() {
            self.send(&ClientFrame::LockSet { lock_id: LockId(browser::fresh_id()), region: Some(region) });
        }
    }

    /// Gives a lock's region free.
    pub fn unlock(&self, lock_id: LockId) {
        if self.may_lock() {
            self.send(&ClientFrame::LockSet { lock_id, region: None });
        }
    }

    /// What is selected in the editor, or the cursor, came into locked lines, or left them.
    pub fn in_lock(&self, locked: bool) {
        self.store.guard.in_lock.set(locked);
    }

    /// The lock that holds all of what is selected, or the cursor.
    fn lock_here(&self, file: &FileId) -> Option<LockView> {
        let (from, to) = match guards::selection() {
            Some((anchor, head)) => (anchor.min(head), anchor.max(head)),
            None => guards::caret().map(|at| (at, at))?,
        };
        let replica = self.replica.borrow();
        let replica = replica.as_ref()?;
        self.store.guard.locks.with_untracked(|locks| {
            let here = locks.iter().filter(|lock| lock.region.file == *file);
            let mut holding = here.filter(|lock| {
                let range = replica.range(&lock.region);
                // Behind the last character of a locked line one is still in it.
                range.is_some_and(|(start, end)| start <= from && to <= end)
            });
            holding.next_back().cloned()
        })
    }

    fn may_lock(&self) -> bool {
        if !self.is_whole() {
            return false;
        }
        let may = self.store.role.get_untracked() >= Role::Owner;
        if !may {
            self.notify(Some(ErrorCode::Forbidden), "Locks are the owner’s: ask who made this session.");
        }
        may && self.reachable()
    }

    /// Draws the locks of the open file, and what of it is in the scope.
    pub(super) fn show_guard(&self) {
        let Some(open) = self.store.open_file.get_untracked().filter(|_| self.whole.get()) else {
            return;
        };
        let replica = self.replica.borrow();
        let Some(replica) = replica.as_ref() else {
            return;
        };
        let locks = self.store.guard.locks.get_untracked();
        let marks = locks.iter().filter(|lock| lock.region.file == open).filter_map(|lock| {
            let (start, end) = replica.range(&lock.region)?;
            let whole = lock.region.range.is_none();
            Some(guards::LockMark { id: lock.id.0.clone(), says: self.lock_says(lock), whole, start, end })
        });
        guards::show_locks(&marks.collect::<Vec<_>>());
        let parts = match self.store.scope_now().within {
            Within::Selection(regions) => {
                let here = regions.iter().filter(|region| region.file == open);
                let mut parts: Vec<_> = here.filter_map(|region| replica.range(region)).collect();
                parts.sort_unstable();
                parts
            }
            Within::Session | Within::Files(_) => Vec::new(),
        };
        guards::show_scope(&parts);
    }

    fn lock_says(&self, lock: &LockView) -> String {
        let what = if lock.region.range.is_some() { "these lines" } else { "this file" };
        format!("Locked by {}: the model will not change {what}. People can.", self.store.name_of(&lock.by))
    }
}
