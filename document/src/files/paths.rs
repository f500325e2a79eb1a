//! Which files have a path, and under which name each of several with one path is shown.

use std::collections::{BTreeSet, HashMap};

/// The ids of the files of each path, in their order.
#[derive(Default)]
pub(crate) struct Paths(HashMap<String, BTreeSet<String>>);

impl Paths {
    pub(crate) fn insert(&mut self, path: &str, id: &str) {
        self.0.entry(path.to_owned()).or_default().insert(id.to_owned());
    }

    pub(crate) fn remove(&mut self, path: &str, id: &str) {
        if let Some(ids) = self.0.get_mut(path) {
            ids.remove(id);
            if ids.is_empty() {
                self.0.remove(path);
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The path that a file is shown under: its own, or `name (2)` when files with smaller ids have the same one.
    pub(crate) fn shown(&self, path: &str, id: &str) -> String {
        let earlier = match self.0.get(path) {
            Some(ids) if ids.len() > 1 => ids.iter().take_while(|other| other.as_str() < id).count(),
            _ => 0,
        };
        numbered(path, earlier)
    }

    /// The file that has this path, or is shown under it.
    pub(crate) fn find(&self, path: &str) -> Option<&str> {
        if let Some(ids) = self.0.get(path) {
            return ids.first().map(String::as_str);
        }
        let (name, number) = path.rsplit_once(" (")?;
        let number = number.strip_suffix(')')?;
        let nth = number.parse::<usize>().ok().filter(|nth| *nth > 1 && nth.to_string() == number)?;
        self.0.get(name)?.iter().nth(nth - 1).map(String::as_str)
    }
}

/// The name of a file with `earlier` others of its path before it.
pub(crate) fn numbered(path: &str, earlier: usize) -> String {
    if earlier == 0 { path.to_owned() } else { format!("{path} ({})", earlier + 1) }
}
