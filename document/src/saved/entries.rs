//! The entries of the ledger, and the ids in them, as bytes.

use yrs::ID;

use crate::craft::{bytes_of, var};
use crate::hunk::Mark;
use crate::ledger::{Clocks, Entry, Renamed};
use crate::op::Refused;
use crate::span::Span;
use crate::wire::Reader;

/// What an entry holds beside what every one does.
const CREATED: u8 = 1;
const REMOVED: u8 = 2;
const OPENED: u8 = 4;
const CURSOR: u8 = 8;
const UNDONE: u8 = 16;
/// Its file is that of the entry before it.
const SAME_FILE: u8 = 32;

pub(super) fn write(out: &mut Vec<u8>, entries: &[Entry]) {
    var(out, entries.len() as u64);
    let mut last = None;
    for entry in entries {
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        let same = last == Some(&entry.file);
        out.push(
            flag(entry.created, CREATED)
                | flag(entry.removed.is_some(), REMOVED)
                | flag(entry.opened.is_some(), OPENED)
                | flag(entry.before.cursor.is_some(), CURSOR)
                | flag(entry.undone, UNDONE)
                | flag(same, SAME_FILE),
        );
        var(out, entry.step);
        var(out, entry.hunk);
        if !same {
            bytes_of(out, entry.file.as_bytes());
        }
        last = Some(&entry.file);
        write_spans(out, &entry.inserted);
        write_spans(out, &entry.deleted);
        var(out, entry.renamed.len() as u64);
        for Renamed { before, after } in &entry.renamed {
            bytes_of(out, before.as_bytes());
            bytes_of(out, after.as_bytes());
        }
        if let Some(text) = entry.removed {
            write_id(out, text);
        }
        if let Some(Clocks(clocks)) = &entry.opened {
            var(out, clocks.len() as u64);
            for (client, clock) in clocks {
                var(out, *client);
                var(out, u64::from(*clock));
            }
        }
        var(out, u64::from(entry.before.walked));
        if let Some(cursor) = entry.before.cursor {
            write_id(out, cursor);
        }
    }
}

pub(super) fn read(reader: &mut Reader<'_>, entries: &mut Vec<Entry>) -> Result<(), Refused> {
    let mut last: Option<String> = None;
    for _ in 0..reader.count(7)? {
        let flags = reader.byte()?;
        let (step, hunk) = (reader.var()?, reader.var()?);
        let file = match last.take().filter(|_| flags & SAME_FILE != 0) {
            Some(same) => same,
            None if flags & SAME_FILE != 0 => return Err(Refused::Malformed("an entry without a file")),
            None => reader.string()?.to_owned(),
        };
        last = Some(file.clone());
        let (inserted, deleted) = (read_spans(reader)?, read_spans(reader)?);
        let renamed = (0..reader.count(2)?)
            .map(|_| Ok(Renamed { before: reader.string()?.to_owned(), after: reader.string()?.to_owned() }))
            .collect::<Result<_, Refused>>()?;
        let removed = if flags & REMOVED != 0 { Some(reader.id()?) } else { None };
        let opened = if flags & OPENED != 0 { Some(read_clocks(reader)?) } else { None };
        let walked = reader.clock()?;
        let cursor = if flags & CURSOR != 0 { Some(reader.id()?) } else { None };
        entries.push(Entry {
            step,
            hunk,
            file,
            inserted,
            deleted,
            created: flags & CREATED != 0,
            renamed,
            removed,
            opened,
            before: Mark { walked, cursor },
            undone: flags & UNDONE != 0,
        });
    }
    Ok(())
}

fn read_clocks(reader: &mut Reader<'_>) -> Result<Clocks, Refused> {
    let mut clocks =
        (0..reader.count(2)?).map(|_| Ok((reader.client()?, reader.clock()?))).collect::<Result<Vec<_>, Refused>>()?;
    clocks.sort_unstable();
    Ok(Clocks(clocks.into()))
}

pub(super) fn write_spans(out: &mut Vec<u8>, spans: &[Span]) {
    var(out, spans.len() as u64);
    for span in spans {
        write_span(out, *span);
    }
}

pub(super) fn write_span(out: &mut Vec<u8>, span: Span) {
    var(out, span.client);
    var(out, u64::from(span.start));
    var(out, u64::from(span.len));
}

pub(super) fn write_id(out: &mut Vec<u8>, id: ID) {
    var(out, id.client.get());
    var(out, u64::from(id.clock));
}

pub(super) fn read_spans(reader: &mut Reader<'_>) -> Result<Vec<Span>, Refused> {
    (0..reader.count(3)?).map(|_| read_span(reader)).collect()
}

pub(super) fn read_span(reader: &mut Reader<'_>) -> Result<Span, Refused> {
    let span = Span { client: reader.client()?, start: reader.clock()?, len: reader.length()? };
    span.start.checked_add(span.len).ok_or(Refused::Malformed("clock overflow"))?;
    Ok(span)
}
