//! What the newest request of a turn carried, and how much room it had: nobody has to guess what the model knows.

use leptos::prelude::*;
use protocol::context::{ContextFile, ContextHow, ContextView};

use super::format;
use crate::store::Turn;

/// The most files that are listed at once; the rest is counted.
const FILES_SHOWN: usize = 8;

/// How a file is carried, in words.
fn how(how: ContextHow) -> &'static str {
    match how {
        ContextHow::Whole => "whole",
        ContextHow::Window => "the parts that matter",
        ContextHow::Selection => "the selection",
        ContextHow::Changed => "again: it changed",
    }
}

/// What is not in it, in the fewest words; nothing where everything is.
fn missing(view: &ContextView) -> Vec<String> {
    let files = |count: u32| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
    let mut lines = Vec::new();
    if view.outlined > 0 {
        lines.push(format!("{} known by name and outline only", files(view.outlined)));
    }
    if view.left_out > 0 {
        lines.push(format!("{} left out", files(view.left_out)));
    }
    if view.dropped_turns > 0 {
        let turns = if view.dropped_turns == 1 { "1 earlier turn" } else { "earlier turns" };
        let count = if view.dropped_turns == 1 { String::new() } else { format!("{} ", view.dropped_turns) };
        lines.push(format!("{count}{turns} no longer carried"));
    }
    if !view.missing.is_empty() {
        let names = view.missing.iter().map(|name| format!("@{}", name.trim_start_matches('@')));
        lines.push(format!("Not found, or not clear: {}", names.collect::<Vec<_>>().join(", ")));
    }
    lines
}

/// The conventions in it, in words.
fn conventions(view: &ContextView) -> Option<String> {
    let rules = view.conventions?;
    let lines = if rules.lines == 1 { "1 line".to_owned() } else { format!("{} lines", rules.lines) };
    let cut = if rules.cut { ", cut: the file is longer than its share" } else { "" };
    Some(format!("AGENTS.md: {lines}{cut}"))
}

/// The share of the room that is taken, from 0 to 1.
fn share(view: &ContextView) -> f64 {
    match view.limit_tokens {
        0 => 0.0,
        limit => (f64::from(view.used_tokens) / f64::from(limit)).min(1.0),
    }
}

/// What was sent; nothing until the server says it.
#[component]
pub fn Context(
    /// The turn.
    turn: Turn,
) -> impl IntoView {
    view! { {move || turn.context.get().map(|view| view! { <Sent view /> })} }
}

#[component]
fn Sent(view: ContextView) -> impl IntoView {
    let more = view.files.len().saturating_sub(FILES_SHOWN);
    let more = u32::try_from(more).unwrap_or(u32::MAX).saturating_add(view.more_files);
    let room = format!("{} of {} tokens", format::many(view.used_tokens), format::many(view.limit_tokens));
    let style = format!("--share:{:.2}%", share(&view) * 100.0);
    let (rules, missing) = (conventions(&view), missing(&view));
    let history = match view.history_turns {
        0 => None,
        1 => Some("1 earlier turn".to_owned()),
        turns => Some(format!("{turns} earlier turns")),
    };
    view! {
        <section class="context" aria-label="What the model was sent">
            <header>
                <h2>"What the model was sent"</h2>
                <span class="numbers">{room.clone()}</span>
            </header>
            <div class="context-room" role="img" aria-label=room style=style><span></span></div>
            <ul class="context-files">
                {view.files.into_iter().take(FILES_SHOWN).map(row).collect_view()}
                {(more > 0).then(|| view! { <li class="quiet">{format!("and {more} more")}</li> })}
            </ul>
            {[rules, history].into_iter().flatten().map(|line| view! { <p class="context-line">{line}</p> }).collect_view()}
            {missing.into_iter().map(|line| view! { <p class="context-line quiet">{line}</p> }).collect_view()}
        </section>
    }
}

fn row(file: ContextFile) -> impl IntoView {
    let (folder, name) = format::split_path(&file.path);
    view! {
        <li>
            <span class="context-path" title=file.path.clone()><span class="file-dir">{folder}</span>{name}</span>
            <span class="quiet">{how(file.how)}</span>
            <span class="numbers">{format::many(file.tokens)}</span>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use protocol::context::ContextConventions;

    use super::*;

    #[test]
    fn what_is_missing_is_said_calmly_and_nothing_is_said_of_nothing() {
        assert!(missing(&ContextView::default()).is_empty());
        let view = ContextView {
            outlined: 12,
            left_out: 1,
            dropped_turns: 3,
            missing: vec!["a.py".into(), "@b".into()],
            ..ContextView::default()
        };
        let lines = [
            "12 files known by name and outline only",
            "1 file left out",
            "3 earlier turns no longer carried",
            "Not found, or not clear: @a.py, @b",
        ];
        assert_eq!(missing(&view), lines);
    }

    #[test]
    fn conventions_and_room_are_told() {
        let rules = ContextConventions { tokens: 9, lines: 3, cut: true };
        let view = ContextView { conventions: Some(rules), used_tokens: 5, limit_tokens: 4, ..ContextView::default() };
        assert_eq!(conventions(&view).unwrap(), "AGENTS.md: 3 lines, cut: the file is longer than its share");
        assert_eq!((share(&view), share(&ContextView::default())), (1.0, 0.0));
    }
}
