//! The prompt box: a prompt while nothing runs, a steer while a turn does, and the way on from a turn that was stopped.

use leptos::prelude::*;
use protocol::TurnId;
use protocol::view::TurnStatus;

use super::convention::{ConventionOffer, ConventionsCount};
use super::mentions::{MentionList, Mentions};
use super::scope::ScopeControl;
use super::unlock::UnlockNote;
use crate::store::Store;

/// The key code that browsers send while an input method composes.
const COMPOSING: u32 = 229;

/// The last turn, when it was stopped and can go on.
fn stopped_turn(store: Store) -> Option<TurnId> {
    store.turns.with(|turns| {
        turns
            .last()
            .filter(|turn| {
                matches!(turn.status.get(), TurnStatus::Interrupted | TurnStatus::Failed) && !turn.reverted.get()
            })
            .map(|turn| turn.id.clone())
    })
}

/// The prompt box with its buttons.
#[component]
pub fn Composer() -> impl IntoView {
    let store = Store::here();
    let running = Memo::new(move |_| store.active.get().is_some());
    let stopped = Memo::new(move |_| stopped_turn(store));
    let blank = Memo::new(move |_| store.composer.with(|text| text.trim().is_empty()));
    // The page is for typing: whoever comes in can begin at once. Only the first time, never away from somewhere else.
    Effect::new(move |been_here: Option<bool>| {
        let may_edit = store.may_edit();
        if may_edit && been_here != Some(true) {
            request_animation_frame(move || store.focus_composer());
        }
        may_edit || been_here == Some(true)
    });
    // The loop's own way comes first: words after a stop reshape that turn. Something new is one key more.
    let submit = move || match stopped.get_untracked() {
        Some(turn) if !blank.get_untracked() => store.continue_turn(turn),
        _ => store.send(),
    };
    let mentions = Mentions::new(store);
    let on_key = move |event: web_sys::KeyboardEvent| {
        if !event.is_composing() && event.key_code() != COMPOSING && mentions.key(store, &event) {
            event.prevent_default();
            event.stop_propagation();
            return;
        }
        if event.key() != "Enter" || event.is_composing() || event.key_code() == COMPOSING || event.shift_key() {
            return;
        }
        event.prevent_default();
        if event.ctrl_key() || event.meta_key() {
            store.send();
        } else {
            submit();
        }
    };
    let placeholder = move || match (store.may_edit(), running.get(), stopped.get().is_some()) {
        // Who may only watch has no prompt box.
        (false, ..) => "Connecting",
        (true, true, _) => "Say what to change. It goes on from what you see.",
        (true, false, true) => "Say what to change. It goes on from what you see.",
        (true, false, false) => "What should change?",
    };
    view! {
        <form class="composer" data-pane="prompt" tabindex="-1" data-mode=move || if running.get() { "steer" } else { "prompt" }
            on:submit=move |event| { event.prevent_default(); submit(); }>
            <UnlockNote />
            <Offer />
            <div class="composer-top">
                <ScopeControl />
                <ConventionsCount />
            </div>
            <ConventionOffer />
            <MentionList mentions />
            <div class="composer-box">
                <textarea aria-label="Prompt" rows="2" node_ref=store.composer_ref data-pane-focus=""
                    placeholder=placeholder disabled=move || !store.may_edit()
                    prop:value=move || store.composer.get()
                    aria-autocomplete="list" aria-controls="mentions" aria-activedescendant=move || mentions.active()
                    on:input:target=move |event| {
                        store.composer.set(event.target().value());
                        mentions.look(&event.target());
                    }
                    on:click:target=move |event| mentions.look(&event.target())
                    on:blur=move |_| mentions.close()
                    on:focus=move |_| store.composer_focused()
                    on:keydown=on_key></textarea>
                <div class="composer-bar">
                    <span class="composer-hint">
                        {move || match (running.get(), stopped.get().is_some()) {
                            (true, _) => view! { <kbd>"Enter"</kbd> " steers" }.into_any(),
                            (false, true) => view! { <kbd>"Enter"</kbd> " goes on" }.into_any(),
                            (false, false) => view! { <kbd>"Enter"</kbd> " sends" }.into_any(),
                        }}
                    </span>
                    <button class="button" type="button" aria-label="Interrupt" title="Stop at what you see (Esc)"
                        disabled=move || !(running.get() && store.may_edit()) on:click=move |_| store.interrupt()>
                        "Interrupt" <kbd>"Esc"</kbd>
                    </button>
                    <button class="button primary" type="submit" aria-label="Send"
                        title=move || match (running.get(), stopped.get().is_some()) {
                            (true, _) => "Steer the running turn (Enter)",
                            (false, true) => "Go on with these words (Enter)",
                            (false, false) => "Start a turn (Enter)",
                        }
                        disabled=move || blank.get() || !store.may_edit()>
                        {move || match (running.get(), stopped.get().is_some()) {
                            (true, _) => "Steer",
                            (false, true) => "Go on",
                            (false, false) => "Send",
                        }}
                    </button>
                </div>
            </div>
        </form>
    }
}

/// The lesson's prompt in one click, until something was asked.
#[component]
fn Offer() -> impl IntoView {
    let store = Store::here();
    let prompt = Memo::new(move |_| {
        let fresh = store.turns.with(Vec::is_empty) && store.composer.with(String::is_empty);
        store.lesson.get().filter(|_| fresh && store.may_edit()).map(|lesson| lesson.prompt)
    });
    let take = move |_| {
        if let Some(prompt) = prompt.get_untracked() {
            store.composer.set(prompt);
            store.focus_composer();
        }
    };
    view! {
        {move || prompt.get().map(|prompt| view! {
            <button class="offer" type="button" on:click=take>
                <b>"Use the lesson’s prompt"</b>
                {prompt}
            </button>
        })}
    }
}
