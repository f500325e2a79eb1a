//! The few drawings of the page, in the colour of the text around them. Decoration: each stands beside words or
//! inside a control that has a name.

use leptos::prelude::*;

/// A drawing on a grid of 16.
pub(super) fn drawing(path: &'static str) -> impl IntoView {
    view! {
        <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
            <path d=path></path>
        </svg>
    }
}

/// The mark: a stream, the stroke that stops it, and its new course.
pub fn mark() -> impl IntoView {
    view! {
        <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="2"
            stroke-linecap="round" aria-hidden="true">
            <path d="M2 6h6"></path>
            <path d="M11 2.5v7"></path>
            <path d="M14 6c4.5 0-2 8 4 8"></path>
        </svg>
    }
}

/// Add.
pub fn plus() -> impl IntoView {
    drawing("M8 3.5v9M3.5 8h9")
}

/// Close, dismiss.
pub fn cross() -> impl IntoView {
    drawing("M4 4l8 8M12 4l-8 8")
}

/// Watch.
pub fn eye() -> impl IntoView {
    drawing(
        "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z",
    )
}

/// Share.
pub fn share() -> impl IntoView {
    drawing("M10 2.5h3.5V6M13.5 2.5L8 8M11.5 9v3a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 12V6A1.5 1.5 0 0 1 4 4.5h3")
}

/// Copy.
pub fn copy() -> impl IntoView {
    drawing(
        "M5.5 5.5V4A1.5 1.5 0 0 1 7 2.5h5A1.5 1.5 0 0 1 13.5 4v5a1.5 1.5 0 0 1-1.5 1.5h-1.5M4 5.5h5A1.5 1.5 0 0 1 10.5 7v5A1.5 1.5 0 0 1 9 13.5H4A1.5 1.5 0 0 1 2.5 12V7A1.5 1.5 0 0 1 4 5.5z",
    )
}

/// Rename.
pub fn pencil() -> impl IntoView {
    drawing("M3 13l.6-2.8 7-7a1.2 1.2 0 0 1 1.7 0l.5.5a1.2 1.2 0 0 1 0 1.7l-7 7z")
}

/// Delete.
pub fn bin() -> impl IntoView {
    drawing("M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.5 8.5h6l.5-8.5")
}

/// Out of the box, and into it.
pub fn ship() -> impl IntoView {
    drawing("M8 9.5v-7M5.5 5L8 2.5 10.5 5M3 9.5v3.5h10V9.5")
}

/// Onward.
pub fn arrow() -> impl IntoView {
    drawing("M3 8h10M9 4l4 4-4 4")
}

/// The one before.
pub fn up() -> impl IntoView {
    drawing("M4 10l4-4 4 4")
}

/// The next one.
pub fn down() -> impl IntoView {
    drawing("M4 6l4 4 4-4")
}

/// Two texts beside each other.
pub fn compare() -> impl IntoView {
    drawing("M8 2.5v11M2.5 4.5h3M2.5 8h3M2.5 11.5h3M10.5 4.5h3M12 3v3M10.5 11.5h3")
}

/// One column.
pub fn columns() -> impl IntoView {
    drawing("M3 3h10a.5.5 0 0 1 .5.5v9a.5.5 0 0 1-.5.5H3a.5.5 0 0 1-.5-.5v-9A.5.5 0 0 1 3 3M5 6h6M5 8h6M5 10h4")
}

/// Whose it is.
pub fn author() -> impl IntoView {
    drawing("M8 8.5a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5M3 13.5c.6-2.3 2.6-3.5 5-3.5s4.4 1.2 5 3.5")
}

/// The light theme.
pub fn sun() -> impl IntoView {
    drawing(
        "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.2M8 13.8V15M1 8h1.2M13.8 8H15M3 3l.9.9M12.1 12.1l.9.9M3 13l.9-.9M12.1 3.9l.9-.9",
    )
}

/// The dark theme.
pub fn moon() -> impl IntoView {
    drawing("M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1z")
}

/// The system's theme.
pub fn half() -> impl IntoView {
    drawing("M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 2v12M10.5 3v10M13 5v6")
}

/// Run.
pub fn play() -> impl IntoView {
    drawing("M5 3.2v9.6L12.5 8z")
}

/// Stop.
pub fn square() -> impl IntoView {
    drawing("M4.5 4.5h7v7h-7z")
}

/// Empty a list.
pub fn sweep() -> impl IntoView {
    drawing("M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM3.8 12.2l8.4-8.4")
}

/// Well.
pub fn check() -> impl IntoView {
    drawing("M3.5 8.5l3 3 6-7")
}

/// Neither well nor not.
pub fn dash() -> impl IntoView {
    drawing("M4 8h8")
}

/// The keyboard.
pub fn keys() -> impl IntoView {
    drawing(
        "M3 4h10a1.5 1.5 0 0 1 1.5 1.5v5A1.5 1.5 0 0 1 13 12H3a1.5 1.5 0 0 1-1.5-1.5v-5A1.5 1.5 0 0 1 3 4zM4.5 7h.01M7 7h.01M9.5 7h.01M12 7h.01M5.5 9.5h5",
    )
}

/// The list of files.
pub fn list() -> impl IntoView {
    drawing("M2.5 4.5h11M2.5 8h11M2.5 11.5h7")
}

/// Stand still.
pub fn pause() -> impl IntoView {
    drawing("M5.5 3.5v9M10.5 3.5v9")
}

/// Look at how it happened.
pub fn rewind() -> impl IntoView {
    drawing("M2.5 8a5.5 5.5 0 1 0 1.8-4.1M2.5 2.5v3h3M8 5v3.2l2 1.3")
}
