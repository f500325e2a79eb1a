//! The comments of a replay, under its turns: all that were pinned to the timeline, and the way to pin one.
//!
//! Who may only look, and finds none, is not shown the place for them.

use leptos::prelude::*;

use super::comment_composer::CommentComposer;
use super::comment_row::Row;
use super::icons;
use crate::comments::count;
use crate::store::Store;

/// The region `Comments`.
#[component]
pub fn Comments() -> impl IntoView {
    let store = Store::here();
    let all = store.comments.all;
    let number = Memo::new(move |_| all.with(|all| all.as_ref().map_or(0, Vec::len)));
    let come = Memo::new(move |_| all.with(Option::is_some));
    let writes = Memo::new(move |_| store.may_comment());
    view! {
        <Show when=move || come.get() && (writes.get() || number.get() > 0)>
            <section class="comments" aria-label="Comments" data-pane="comments" tabindex="-1">
                <header class="comments-head">
                    <h2 class="label">"Comments"</h2>
                    <span class="quiet" data-testid="comments-count">{move || count(number.get())}</span>
                    <Show when=move || { number.get() > 0 }>
                        <span class="end">
                            <Step forward=false />
                            <Step forward=true />
                        </span>
                    </Show>
                </header>
                <Show when=move || number.get() == 0>
                    <p class="comments-empty">
                        "Say what you noticed, at the moment where it happens. Everyone who sees this replay reads it there."
                    </p>
                </Show>
                <ol class="comments-list" data-pane-focus="" tabindex=move || { if number.get() > 0 { "0" } else { "-1" } }
                    aria-label="All comments">
                    <For each=move || all.get().unwrap_or_default() key=|comment| comment.id.clone() let(comment)>
                        <Row comment />
                    </For>
                </ol>
                <Show when=move || writes.get()>
                    <CommentComposer />
                </Show>
            </section>
        </Show>
    }
}

#[component]
fn Step(forward: bool) -> impl IntoView {
    let store = Store::here();
    let (name, key) = if forward { ("Next comment", "N") } else { ("Previous comment", "Shift N") };
    view! {
        <button class="icon-button" aria-label=name title=format!("{name} ({key})") on:click=move |_| store.go_to_comment(forward)>
            {if forward { icons::down().into_any() } else { icons::up().into_any() }}
        </button>
    }
}
