//! Writing a comment on the moment that is shown.

use leptos::prelude::*;
use protocol::comments::COMMENT_MAX;
use protocol::timeline::Moment;

use super::comment_row::time_of;
use crate::store::Store;

/// The key code that browsers send while an input method composes.
const COMPOSING: u32 = 229;

/// The way to it, or itself.
#[component]
pub fn CommentComposer() -> impl IntoView {
    let store = Store::here();
    view! {
        {move || match store.comments.draft.get() {
            Some(draft) => view! { <Composer draft /> }.into_any(),
            None => view! {
                <button class="comment-begin" on:click=move |_| store.begin_comment()>
                    "Comment on this moment" <kbd>"C"</kbd>
                </button>
            }.into_any(),
        }}
    }
}

#[component]
fn Composer(draft: Moment) -> impl IntoView {
    let store = Store::here();
    let comments = store.comments;
    let field = comments.composer_ref;
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let label = move || format!("Comment at {}", time_of(store, draft));
    let blank = Memo::new(move |_| comments.text.with(|text| text.trim().is_empty()));
    let on_key = move |event: web_sys::KeyboardEvent| {
        if event.is_composing() || event.key_code() == COMPOSING {
            return;
        }
        match event.key().as_str() {
            "Enter" if !event.shift_key() => {
                event.prevent_default();
                store.save_comment();
            }
            "Escape" => {
                event.prevent_default();
                event.stop_propagation();
                store.end_comment();
            }
            _ => {}
        }
    };
    view! {
        <form class="comment-composer" on:submit=move |event| { event.prevent_default(); store.save_comment(); } on:keydown=on_key>
            <p class="comment-at">
                {label} <span class="quiet">" as "</span>
                <input class="comment-name" aria-label="Your name" placeholder="Your name" autocomplete="nickname"
                    maxlength=move || store.limits.get().name_max.to_string() prop:value=move || comments.name.get()
                    on:input:target=move |event| comments.name.set(event.target().value()) />
            </p>
            <textarea aria-label=label rows="2" node_ref=field maxlength=COMMENT_MAX.to_string()
                placeholder="What happens here?" prop:value=move || comments.text.get()
                on:input:target=move |event| comments.text.set(event.target().value())></textarea>
            {move || comments.problem.get().map(|problem| view! { <p class="comment-problem" role="alert">{problem}</p> })}
            <div class="comment-bar">
                <span class="composer-hint"><kbd>"Enter"</kbd> " saves " <kbd>"Esc"</kbd> " closes"</span>
                <button class="button small" type="button" on:click=move |_| store.end_comment()>"Close"</button>
                <button class="button small primary" type="submit" disabled=move || blank.get() || comments.saving.get()>
                    {move || if comments.saving.get() { "Saving…" } else { "Save" }}
                </button>
            </div>
        </form>
    }
}
