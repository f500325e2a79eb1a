//! The lessons. Their files stand in `models/lessons/<id>/`: the project in `start`, and of the files that change,
//! the texts that the two paths lead to in `wrong` and `good`.

use super::lesson::Lesson;

/// The text of a file under `models/lessons`.
macro_rules! text {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/lessons/", $path))
    };
}

mod invoice;
mod query;
mod reading;

/// All of them, in the order in which they are best taken.
pub(super) const ALL: &[Lesson] = &[invoice::LESSON, query::LESSON, reading::LESSON];
