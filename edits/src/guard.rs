//! Watches the operations of one hunk for the first that would change lines that it must not.
//!
//! Works in units of the hunk's old text as it was located, so that people may type anywhere meanwhile. What counts is
//! what an operation changes, not what the hunk quotes: keeping a locked line is no breach.
//!
//! Lines may come above and below a protected zone. A zone therefore leaves out the newline behind its last line, and
//! what is inserted right at its front has to end in a newline before the zone goes on, what is inserted right at its
//! end has to begin with one. Blank lines at its edges have no width, and may come and go. Knows nothing of files, and not why a zone is protected: it hands back what it was given.

use std::ops::Range;

use crate::diff::DiffOp;

/// Lines that an operation must not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone<R> {
    /// UTF-16 units of the old text: whole lines, without the newline behind the last one.
    pub range: Range<u32>,
    /// Whether lines may come directly above it. Not where the old text begins inside what is protected.
    pub above: bool,
    /// Whether lines may come directly below it.
    pub below: bool,
    /// Why it is protected.
    pub reason: R,
}

/// The zones of one hunk, and how far its operations have come.
#[derive(Clone, Debug)]
pub struct Guard<R> {
    zones: Vec<Zone<R>>,
    /// Units of the old text that are behind the operations.
    walked: u32,
    /// Whether what was inserted here ends in a newline, if anything was.
    ends_line: Option<bool>,
}

impl<R: Copy> Guard<R> {
    /// A guard at the front of the old text.
    pub fn new(zones: Vec<Zone<R>>) -> Self {
        Self { zones, walked: 0, ends_line: None }
    }

    /// The same place in the old text, with other zones.
    #[must_use]
    pub fn with_zones(&self, zones: Vec<Zone<R>>) -> Self {
        Self { zones, walked: self.walked, ends_line: self.ends_line }
    }

    /// Takes the next operation.
    ///
    /// # Errors
    ///
    /// The reason of the zone that it, or what was inserted right before it, would change.
    pub fn check(&mut self, op: &DiffOp) -> Result<(), R> {
        match op {
            DiffOp::Keep(len) => self.pass(*len, false),
            DiffOp::Delete(len) => self.pass(*len, true),
            DiffOp::Insert(text) => self.insert(text),
        }
    }

    /// There are no more operations: the rest of the old text stays.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub fn finish(&self) -> Result<(), R> {
        self.glued()
    }

    fn pass(&mut self, len: u32, deletes: bool) -> Result<(), R> {
        if len == 0 {
            return Ok(());
        }
        let passed = self.walked..self.walked.saturating_add(len);
        let touches = |zone: &&Zone<R>| zone.range.start < passed.end && passed.start < zone.range.end;
        if deletes && let Some(zone) = self.zones.iter().find(touches) {
            return Err(zone.reason);
        }
        if !deletes {
            self.glued()?;
            self.ends_line = None;
        }
        self.walked = passed.end;
        Ok(())
    }

    fn insert(&mut self, text: &str) -> Result<(), R> {
        let (at, first) = (self.walked, self.ends_line.is_none());
        for zone in &self.zones {
            let Range { start, end } = zone.range;
            let inside = start < at && at < end;
            let in_front = at == start && !zone.above;
            let behind = at == end && (!zone.below || (end > start && first && !text.starts_with('\n')));
            if inside || in_front || behind {
                return Err(zone.reason);
            }
        }
        if !text.is_empty() {
            self.ends_line = Some(text.ends_with('\n'));
        }
        Ok(())
    }

    /// Text stands directly in front of a zone's first line.
    fn glued(&self) -> Result<(), R> {
        if self.ends_line != Some(false) {
            return Ok(());
        }
        let glued = self.zones.iter().find(|zone| zone.range.start == self.walked && !zone.range.is_empty());
        glued.map_or(Ok(()), |zone| Err(zone.reason))
    }
}

/// The zones outside of what is allowed: everything in an old text of `len` units but the allowed ranges, which are
/// whole lines without the newline behind the last one, in the order in which they begin.
pub fn outside<R: Copy>(old: &str, allowed: &[Range<u32>], reason: R) -> Vec<Zone<R>> {
    let len = crate::diff::utf16_len(old);
    let mut zones = Vec::new();
    let (mut from, mut above) = (0, false);
    for range in allowed {
        // The newline in front of an allowed line is nobody's: deleting that line may take it.
        let end = range.start.saturating_sub(1);
        if range.start > from {
            zones.push(Zone { range: from..end.max(from), above, below: true, reason });
        }
        from = from.max(range.end.saturating_add(1));
        above = true;
    }
    if allowed.is_empty() || from < len {
        zones.push(Zone { range: from.min(len)..len, above, below: false, reason });
    }
    zones
}

#[cfg(test)]
mod tests;
