//! Conventions beside the prompt box: a steer that was given twice becomes a rule in one step, and how many rules there
//! are.

use leptos::prelude::*;

use crate::conventions;
use crate::store::Store;
use crate::store::review::Offer;

/// The offer: above the prompt box, which keeps the keyboard, while nothing runs.
#[component]
pub fn ConventionOffer() -> impl IntoView {
    let store = Store::here();
    let offer = Memo::new(move |_| store.review.offer.get().filter(|_| store.active.get().is_none()));
    // Told once, however often turns hide it and show it again.
    Effect::new(move |told: Option<Option<Offer>>| {
        let (offer, told) = (offer.get(), told.flatten());
        if offer.is_some() && offer != told {
            store.say(format!("You have said this twice. Alt C adds it to {}.", conventions::PATH));
        }
        offer.or(told)
    });
    view! { {move || offer.get().map(|offer| view! { <Question offer /> })} }
}

#[component]
fn Question(offer: Offer) -> impl IntoView {
    let store = Store::here();
    let rule = RwSignal::new(offer.rule);
    // To the prompt box, once this is gone.
    let back = move || request_animation_frame(move || store.focus_composer());
    let accept = move || {
        store.add_convention(&rule.get_untracked());
        back();
    };
    let dismiss = move || {
        store.dismiss_offer();
        back();
    };
    let on_enter = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" && !event.is_composing() {
            event.prevent_default();
            accept();
        }
    };
    let on_escape = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() {
            event.prevent_default();
            event.stop_propagation();
            dismiss();
        }
    };
    view! {
        <div class="convention" role="group" aria-label="A convention" data-escape="" on:keydown=on_escape>
            <p><strong>"You have said this twice."</strong> " Add it to " {conventions::PATH} "?"</p>
            <input class="field" aria-label="The rule" spellcheck="true" autocomplete="off"
                prop:value=move || rule.get() on:input:target=move |event| rule.set(event.target().value())
                on:keydown=on_enter />
            <div class="actions">
                <span class="composer-hint elsewhere"><kbd>"Alt"</kbd> " " <kbd>"C"</kbd> " edits and adds it"</span>
                <span class="composer-hint here">"In every request"</span>
                <button class="button" type="button" aria-label="No" on:click=move |_| dismiss()>
                    "No" <kbd class="here">"Esc"</kbd>
                </button>
                <button class="button" type="button" aria-label="Add it"
                    disabled=move || rule.with(|rule| rule.trim().is_empty()) on:click=move |_| accept()>
                    "Add it" <kbd class="here">"Enter"</kbd>
                </button>
            </div>
        </div>
    }
}

/// How many rules there are, and the way to them.
#[component]
pub fn ConventionsCount() -> impl IntoView {
    let store = Store::here();
    let words = move |count: usize| match count {
        1 => "1 convention".to_owned(),
        count => format!("{count} conventions"),
    };
    view! {
        {move || store.review.conventions.get().map(|count| view! {
            <button class="chip" type="button" title="AGENTS.md goes with every request. Open it"
                on:click=move |_| store.open_conventions()>{words(count)}</button>
        })}
    }
}
