//! Messages of participants: checked without trust, integrated whole or not at all.

use yrs::updates::decoder::Decode;
use yrs::{BranchID, IdSet, Map, ReadTxn, Text, TextRef, Transact, Update};

use crate::document::{Document, FIRST_DRAWN_CLIENT, FIRST_OWN_CLIENT, is_own};
use crate::mirror::Only;
use crate::op::{Earlier, Received, Refused};
use crate::saved::CLIENT_GAP;
use crate::wire::{Content, Contents, Message, Parent};
use crate::{craft, path, replica, span, wire};

/// What integrating a participant's update brought.
struct Integrated {
    /// All of it, for the others.
    update: Vec<u8>,
    /// It brought something.
    changes: bool,
    /// What really went.
    deleted: IdSet,
    /// What went because its text had come back under new ids.
    forwarded: IdSet,
    /// The texts and the files that changed.
    nested: Vec<yrs::ID>,
}

impl Document {
    /// Takes one y-protocols sync message of a participant: a question, an answer, or an update.
    ///
    /// # Errors
    ///
    /// What is refused has changed nothing.
    pub fn receive(&mut self, client: u64, message: &[u8]) -> Result<Received, Refused> {
        match wire::parse(message)? {
            Message::Step1(state_vector) => Ok(Received::Reply(self.difference(Some(state_vector))?)),
            Message::Step2(update) => self.integrate(client, update, false, None),
            Message::Update(update) => self.integrate(client, update, true, None),
        }
    }

    /// The same for one who was there before the document was loaded: its messages may hold what was never written
    /// down, under ids that were given before the load, and under which nobody writes any more.
    ///
    /// # Errors
    ///
    /// What is refused has changed nothing.
    pub fn receive_back(&mut self, client: u64, earlier: Earlier, message: &[u8]) -> Result<Received, Refused> {
        match wire::parse(message)? {
            Message::Step2(update) => self.integrate(client, update, false, Some(earlier)),
            Message::Update(update) => self.integrate(client, update, true, Some(earlier)),
            Message::Step1(_) => self.receive(client, message),
        }
    }

    /// `own`: all deletions in the update are the sender's. A full sync holds everybody's.
    fn integrate(
        &mut self,
        client: u64,
        bytes: &[u8],
        own: bool,
        earlier: Option<Earlier>,
    ) -> Result<Received, Refused> {
        let contents = wire::walk(bytes)?;
        match earlier {
            Some(earlier) => self.check_back(client, earlier, &contents)?,
            None => self.check(client, &contents)?,
        }
        let decoded = Update::decode_v1(bytes).map_err(|_| Refused::Malformed("not an update"))?;
        let claimed = if own { span::to_set(&contents.deletes) } else { IdSet::new() };
        let forwarded = self.ledger.restored.copies_of(&claimed);
        let forward = forwarded.clone();
        let (mirrors, said) = (self.mirrors.clone(), &contents);
        let integrated = self.replica.guarded(move |txn| {
            txn.apply_update(decoded).ok()?;
            if !forward.is_empty() && !replica::apply(txn, &craft::deletion(&forward)) {
                return None;
            }
            if replica::pending(txn) {
                return None;
            }
            let (update, changes) = (txn.encode_update_v1(), txn.has_changes());
            let deleted = txn.delete_set().clone();
            let known = |client| txn.before_state().get(&yrs::ClientID::new(client));
            if let Some(only) = Only::of(said, known).filter(|_| forward.is_empty()) {
                mirrors.hint(txn, only);
            }
            txn.commit();
            let nested = |branch: &yrs::branch::BranchPtr| match branch.id() {
                BranchID::Nested(id) => Some(id),
                BranchID::Root(_) => None,
            };
            let nested = txn.changed_parent_types().iter().filter_map(nested).collect();
            Some(Integrated { update, changes, forwarded: deleted.intersect(&forward), deleted, nested })
        });
        self.mirrors.take_hint_back();
        // A document that failed was made anew.
        let integrated = integrated.inspect_err(|_| self.mirrors.clear())?;
        if integrated.changes
            && let Err(refused) = self.accept(&contents, &integrated)
        {
            self.replica.rebuild();
            self.mirrors.clear();
            self.run = None;
            // Some of it may have been read.
            let (doc, root) = (self.replica.doc(), self.replica.files());
            self.files.read(&root, &doc.transact())?;
            return Err(refused);
        }
        self.ledger.people_deleted(&claimed);
        self.ledger.people_deleted(&forwarded);
        if !integrated.changes {
            return Ok(Received::Nothing);
        }
        Ok(self.settle(&contents, integrated))
    }

    /// Takes over what an integrated update changed.
    fn settle(&mut self, contents: &Contents<'_>, integrated: Integrated) -> Received {
        self.run = None;
        span::merge(&mut self.deleted, &integrated.deleted);
        self.ledger.people_deleted(&integrated.deleted);
        for hunk in self.hunks.values_mut() {
            hunk.lost(&integrated.deleted);
        }
        for text in &integrated.nested {
            if let Some(file) = self.files.of_text(text).map(str::to_owned) {
                self.files.touch(&file);
            }
        }
        let mut relay = vec![integrated.update.clone()];
        let mut back = Vec::new();
        if !integrated.forwarded.is_empty() {
            back.push(craft::deletion(&integrated.forwarded));
        }
        self.changed(integrated.update);
        let revived = self.revive(contents, &integrated.deleted);
        relay.extend(revived.iter().cloned());
        back.extend(revived);
        Received::Changed {
            relay: wire::update(&merged(relay)),
            back_to_author: (!back.is_empty()).then(|| wire::update(&merged(back))),
        }
    }

    /// What can be known only of the document that holds the update.
    fn accept(&mut self, contents: &Contents<'_>, integrated: &Integrated) -> Result<(), Refused> {
        let doc = self.replica.doc();
        let txn = doc.transact();
        for text in &integrated.nested {
            let text = yrs::Nested::<TextRef>::new(*text).get(&txn);
            if text.is_some_and(|text| text.len(&txn) > self.limits.file_max) {
                return Err(Refused::Limit("file size"));
            }
        }
        if !self.files.learn(contents) && !self.files.structural(&integrated.deleted) {
            return Ok(());
        }
        let root = self.replica.files();
        let comes = root.len(&txn) as usize != self.files.len();
        if comes
            || contents.structs.iter().any(|one| one.content == Content::Map)
            || self.files.any_in(&integrated.deleted)
        {
            return self.files.read(&root, &txn);
        }
        let files: Vec<String> =
            integrated.nested.iter().filter_map(|map| self.files.of_map(map)).map(str::to_owned).collect();
        files.iter().try_for_each(|file| self.files.read_one(&root, &txn, file))
    }

    /// What can be known before the CRDT sees the update.
    fn check(&self, client: u64, contents: &Contents<'_>) -> Result<(), Refused> {
        let known = self.replica.doc().transact().state_vector();
        let clock = |of: u64| known.get(&yrs::ClientID::new(of));
        let mut next = clock(client);
        let mut new_files = 0;
        for one in &contents.structs {
            if one.span.end() <= clock(one.span.client) {
                continue;
            }
            if one.span.client != client {
                return Err(Refused::ForeignClient(one.span.client));
            }
            if one.span.start > next || one.content == Content::Skip {
                return Err(Refused::Pending);
            }
            let parent = match one.parent {
                Parent::Nested(id) => Some(id),
                Parent::Root(_) | Parent::Neighbours => None,
            };
            for needed in [one.origin, one.right_origin, parent].into_iter().flatten() {
                let there = if needed.client.get() == client {
                    one.span.start.max(clock(client))
                } else {
                    clock(needed.client.get())
                };
                if needed.clock >= there {
                    return Err(Refused::Pending);
                }
            }
            new_files += usize::from(check_content(one)?);
            next = next.max(one.span.end());
        }
        if new_files > 0 && self.files.len() + new_files > self.limits.files_max {
            return Err(Refused::Limit("files"));
        }
        let unknown = |span: &&span::Span| span.end() > if span.client == client { next } else { clock(span.client) };
        if contents.deletes.iter().any(|span| unknown(&span)) {
            return Err(Refused::Pending);
        }
        Ok(())
    }
}

impl Document {
    /// The same for one who comes back. Whether anything is missing shows when it is integrated: it may hold operations
    /// of several clients that build on each other.
    fn check_back(&self, client: u64, earlier: Earlier, contents: &Contents<'_>) -> Result<(), Refused> {
        let known = self.replica.doc().transact().state_vector();
        let news =
            contents.structs.iter().filter(|one| one.span.end() > known.get(&yrs::ClientID::new(one.span.client)));
        let mut new_files = 0;
        for one in news {
            if one.span.client != client && !self.is_earlier(one.span.client, earlier) {
                return Err(Refused::ForeignClient(one.span.client));
            }
            if one.content == Content::Skip {
                return Err(Refused::Pending);
            }
            new_files += usize::from(check_content(one)?);
        }
        if new_files > 0 && self.files.len() + new_files > self.limits.files_max {
            return Err(Refused::Limit("files"));
        }
        Ok(())
    }

    /// Whether a client id was given before the document was loaded. What a stock editor drew goes on after it: until
    /// that editor has come back, others may bring what they have of it.
    fn is_earlier(&self, client: u64, earlier: Earlier) -> bool {
        let from = match earlier {
            Earlier::Known => 1,
            Earlier::Unknown => self.first_client.saturating_sub(CLIENT_GAP),
        };
        let is_away = || (FIRST_DRAWN_CLIENT..FIRST_OWN_CLIENT).contains(&client) && !self.visitors.contains(&client);
        match is_own(client) {
            true => client < self.model,
            false => (from..self.first_client).contains(&client) || is_away(),
        }
    }
}

/// Whether a new struct may be in the document; true when it is a new file.
fn check_content(one: &wire::Struct<'_>) -> Result<bool, Refused> {
    if let Parent::Root(name) = one.parent
        && name != replica::ROOT
    {
        return Err(Refused::Malformed("a root that is not there"));
    }
    match one.content {
        Content::Value(value) => path::check(value).map(|()| false),
        Content::Map => Ok(true),
        Content::Text(_) if one.key.is_some() => Err(Refused::Malformed("text where a value belongs")),
        Content::Text(_) | Content::TextType | Content::Skip | Content::Collected | Content::Deleted => Ok(false),
    }
}

/// Several updates as one.
fn merged(mut updates: Vec<Vec<u8>>) -> Vec<u8> {
    if updates.len() > 1 {
        match yrs::merge_updates_v1(&updates) {
            Ok(merged) => return merged,
            Err(error) => tracing::error!(%error, "the document's own updates cannot be merged"),
        }
    }
    updates.pop().unwrap_or_else(|| craft::deletion(&IdSet::new()))
}
