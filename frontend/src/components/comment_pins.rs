//! Comments on the track: a pin at each one's moment, in its author's colour. A click goes there.

use leptos::prelude::*;
use protocol::comments::Comment;

use super::people::COLORS;
use crate::comments::author;
use crate::replay::{clock, share};
use crate::store::Store;

/// How much of a comment its pin says, in characters: a tooltip's worth.
const WORDS_MAX: usize = 120;

/// All of them, and the one that is being written.
#[component]
pub fn Pins() -> impl IntoView {
    let store = Store::here();
    let ends = move || store.replay.ends().unwrap_or_default();
    let place = move |at_ms: u64| {
        let (from, to) = ends();
        format!("left:{}%", share(from, to, at_ms as f64) * 100.0)
    };
    let all = move || store.comments.all.get().unwrap_or_default();
    view! {
        <For each=all key=|comment| comment.id.clone() let(comment)>
            <Pin style=Signal::derive(move || place(comment.moment.at_ms)) comment=comment.clone() />
        </For>
        {move || store.comments.draft.get().map(|draft| view! {
            <span class="pin" data-draft="true" style=place(draft.at_ms)></span>
        })}
    }
}

#[component]
fn Pin(comment: Comment, style: Signal<String>) -> impl IntoView {
    let store = Store::here();
    let person = author(&comment);
    let color = person.color % COLORS;
    let moment = comment.moment;
    let words = words(&comment.text);
    let title = move || {
        let from = store.replay.ends().map_or(0, |(from, _)| from.at_ms);
        format!("{} · {}: {words}", clock(moment.at_ms.saturating_sub(from) as f64), person.name)
    };
    let id = comment.id;
    let current = Memo::new(move |_| store.comments.current.with(|current| current.contains(&id)));
    view! {
        <span class="pin" data-testid="comment-pin" data-color=color.to_string() style=move || style.get() title=title
            data-current=move || current.get().to_string()
            on:pointerdown=move |event| {
                event.stop_propagation();
                event.prevent_default();
                store.show_comment(moment);
                store.focus_track();
            }></span>
    }
}

fn words(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = line.chars().take(WORDS_MAX).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}
