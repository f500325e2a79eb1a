//! The lines of the envelope itself. Knows single lines only.

/// The longest such line, in bytes: a path, twice as long as any.
const LINE_MAX: usize = 1024;

/// The most blanks behind a marker, or in a blank line, in bytes.
const BLANKS_MAX: usize = 64;

/// A line of the envelope. A path may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::parser) enum Marker {
    Begin,
    EndPatch,
    EndOfFile,
    Add(Option<String>),
    Update(Option<String>),
    Delete(Option<String>),
    MoveTo(Option<String>),
}

const PLAIN: [(&str, Marker); 3] =
    [("*** Begin Patch", Marker::Begin), ("*** End Patch", Marker::EndPatch), ("*** End of File", Marker::EndOfFile)];

type Make = fn(Option<String>) -> Marker;

const WITH_PATH: [(&str, Make); 4] = [
    ("*** Add File:", Marker::Add),
    ("*** Update File:", Marker::Update),
    ("*** Delete File:", Marker::Delete),
    ("*** Move to:", Marker::MoveTo),
];

impl Marker {
    /// Whether it may begin an envelope.
    pub(in crate::parser) fn opens(&self) -> bool {
        matches!(self, Marker::Begin | Marker::Add(_) | Marker::Update(_) | Marker::Delete(_))
    }
}

/// The marker that this whole line is.
pub(in crate::parser) fn marker(line: &str) -> Option<Marker> {
    if line.len() > LINE_MAX || !line.starts_with("*** ") {
        return None;
    }
    let line = line.trim_end();
    let plain = PLAIN.iter().find(|(text, _)| *text == line).map(|(_, marker)| marker.clone());
    plain.or_else(|| {
        WITH_PATH.iter().find_map(|(text, make)| {
            let path = line.strip_prefix(text)?.trim().trim_matches('`');
            Some(make((!path.is_empty()).then(|| path.to_owned())))
        })
    })
}

/// Whether a line that begins so could still become a marker.
pub(super) fn may_be(start: &str) -> bool {
    let is_front = |text: &str| text.starts_with(start);
    start.len() <= LINE_MAX
        && (PLAIN.iter().any(|(text, _)| is_front(text) || start.strip_prefix(text).is_some_and(is_blank))
            || WITH_PATH.iter().any(|(text, _)| is_front(text) || start.starts_with(text)))
}

/// Whether a line that begins so could still become a marker that opens an envelope.
pub(in crate::parser) fn may_open(start: &str) -> bool {
    may_be(start) && !start.starts_with("*** E") && !start.starts_with("*** M")
}

/// Whether there is nothing in the text.
pub(super) fn is_blank(text: &str) -> bool {
    text.len() <= BLANKS_MAX && text.trim().is_empty()
}
