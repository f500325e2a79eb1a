//! One comment in the list: who, when, what. A click goes to its moment; who may, deletes it after a question.

use leptos::html;
use leptos::prelude::*;
use protocol::comments::Comment;
use protocol::timeline::Moment;
use web_sys::{MouseEvent, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::format;
use super::icons;
use super::people::avatar;
use crate::comments::author;
use crate::replay::clock;
use crate::store::Store;

/// A moment's time from the timeline's beginning. Tracks that.
pub fn time_of(store: Store, moment: Moment) -> String {
    let from = store.replay.ends().map_or(0, |(from, _)| from.at_ms);
    clock(moment.at_ms.saturating_sub(from) as f64)
}

/// The row.
#[component]
pub fn Row(comment: Comment) -> impl IntoView {
    let store = Store::here();
    let person = author(&comment);
    let Comment { id, moment, name, text, age_s, .. } = comment;
    let shown_id = id.clone();
    let current = Memo::new(move |_| store.comments.current.with(|current| current.contains(&shown_id)));
    let owned_id = id.clone();
    let mine = Memo::new(move |_| store.may_uncomment(&owned_id));
    let asked = RwSignal::new(false);
    let row = NodeRef::<html::Li>::new();
    // What belongs to the screen is in sight; the rest stays where a person scrolled it.
    Effect::new(move |_| {
        if let (true, Some(row)) = (current.get(), row.get()) {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
    let go = move |event: MouseEvent| {
        if asked.get_untracked() {
            return;
        }
        store.show_comment(moment);
        // Pressed by a key, the button keeps the keyboard: one goes on from there.
        if event.detail() > 0 {
            store.focus_track();
        }
    };
    let time = move || time_of(store, moment);
    let gone = move || store.replay.ends().is_some_and(|(from, _)| moment.seq < from.seq);
    let why = move || {
        if gone() { "Its moment is no longer kept: shows the first one that is" } else { "Show this moment" }
    };
    let who = name.clone();
    let deletes = move || format!("Delete {who}’s comment at {}", time());
    let ago = format::ago(0.0, age_s as f64 * 1_000.0);
    view! {
        <li class="comment" node_ref=row data-testid="comment" data-current=move || current.get().to_string()
            aria-current=move || current.get().then_some("true")
            on:click=go>
            {avatar(&person)}
            <div class="comment-body">
                <p class="comment-head">
                    <b>{name}</b>
                    <button class="comment-time" title=why aria-label=move || format!("Go to {}", time())>{time}</button>
                    <span class="quiet">{ago}</span>
                    <Show when=move || mine.get()>
                        <button class="icon-button comment-delete" aria-label=deletes.clone() title="Delete"
                            aria-expanded=move || asked.get().to_string()
                            on:click=move |event| {
                                event.stop_propagation();
                                asked.update(|asked| *asked = !*asked);
                            }>{icons::bin()}</button>
                    </Show>
                </p>
                <p class="comment-text">{text}</p>
                <Show when=move || mine.get() && asked.get()>
                    <Confirm delete={
                        let id = id.clone();
                        move || store.delete_comment(id.clone())
                    } close=move || asked.set(false) />
                </Show>
            </div>
        </li>
    }
}

/// The question before a comment is gone.
#[component]
fn Confirm(delete: impl Fn() + 'static, close: impl Fn() + Copy + 'static) -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(button) = button.get() {
            let _ = button.focus();
        }
    });
    view! {
        <div class="comment-confirm" role="alertdialog" aria-label="Delete this comment?"
            on:click=move |event| event.stop_propagation()
            on:keydown=move |event| if event.key() == "Escape" {
                event.prevent_default();
                event.stop_propagation();
                close();
            }>
            <span>"It goes for everyone."</span>
            <button class="button small danger" node_ref=button on:click=move |_| { close(); delete(); }>"Delete comment"</button>
            <button class="button small" on:click=move |_| close()>"Keep it"</button>
        </div>
    }
}
