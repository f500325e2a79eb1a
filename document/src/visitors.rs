//! Clients that bring a Yjs client id of their own, as stock editors do.
//!
//! Such an id is not translated: it decides the order of what is typed at one place at once, and replicas that know it
//! under different numbers would put that in different orders. So it is reserved for who came with it.

use yrs::{ClientID, ReadTxn, Transact};

use crate::document::{Document, FIRST_DRAWN_CLIENT, FIRST_OWN_CLIENT, is_own};
use crate::span;
use crate::wire::{self, Message};

impl Document {
    /// Reserves an id for a client that came with it. `returning`: the caller knows that it is the one who had it before;
    /// anybody else may not have one that was ever written under or given.
    pub fn reserve_client(&mut self, client: u64, returning: bool) -> bool {
        if !(FIRST_DRAWN_CLIENT..FIRST_OWN_CLIENT).contains(&client) || is_own(client) {
            return false;
        }
        let written = self.replica.doc().transact().state_vector().get(&ClientID::new(client)) > 0;
        let taken = written || client < self.next_client || self.visitors.contains(&client);
        if returning || !taken {
            self.visitors.insert(client);
        }
        returning || !taken
    }

    /// Whether all of a participant's message is there already: nothing in it would change anything.
    pub fn has_all_of(&self, message: &[u8]) -> bool {
        let Ok(Message::Step2(update) | Message::Update(update)) = wire::parse(message) else { return false };
        let known = self.replica.doc().transact().state_vector();
        wire::walk(update).is_ok_and(|contents| {
            let mut deletes = span::to_set(&contents.deletes);
            deletes.diff_with(&self.deleted);
            let is_known = |one: &wire::Struct<'_>| one.span.end() <= known.get(&ClientID::new(one.span.client));
            deletes.is_empty() && contents.structs.iter().all(is_known)
        })
    }

    /// Whether a participant's message makes the document no larger: it deletes at most.
    pub fn only_deletes(&self, message: &[u8]) -> bool {
        let Ok(Message::Step2(update) | Message::Update(update)) = wire::parse(message) else { return false };
        let known = self.replica.doc().transact().state_vector();
        let is_known = |one: &wire::Struct<'_>| one.span.end() <= known.get(&ClientID::new(one.span.client));
        wire::walk(update).is_ok_and(|contents| contents.structs.iter().all(is_known))
    }

    /// The one client that a participant's message writes as; nothing when it writes nothing, or as several.
    pub fn writer(&self, message: &[u8]) -> Option<u64> {
        let (Message::Step2(update) | Message::Update(update)) = wire::parse(message).ok()? else { return None };
        let known = self.replica.doc().transact().state_vector();
        let contents = wire::walk(update).ok()?;
        let news = contents.structs.iter().filter(|one| one.span.end() > known.get(&ClientID::new(one.span.client)));
        let mut writers: Vec<u64> = news.map(|one| one.span.client).collect();
        writers.dedup();
        if let [only] = writers[..] { Some(only) } else { None }
    }
}
