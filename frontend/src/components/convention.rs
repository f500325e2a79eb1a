//! Conventions beside the prompt box: a steer that was given twice becomes a rule in one step, and how many rules there
//! are.

use leptos::html;
use leptos::prelude::*;

use crate::conventions;
use crate::store::Store;
use crate::store::review::Offer;

/// Whether an offer stands in the prompt box's place: while nothing runs, and nothing is being written there.
pub fn takes_the_place(store: Store) -> bool {
    store.review.offer.with(Option::is_some)
        && store.active.get().is_none()
        && store.composer.with(|text| text.trim().is_empty())
}

/// The offer.
#[component]
pub fn ConventionOffer() -> impl IntoView {
    let store = Store::here();
    let offer = Memo::new(move |_| takes_the_place(store).then(|| store.review.offer.get()).flatten());
    view! { {move || offer.get().map(|offer| view! { <Question offer /> })} }
}

#[component]
fn Question(offer: Offer) -> impl IntoView {
    let store = Store::here();
    let field = NodeRef::<html::Input>::new();
    let rule = RwSignal::new(offer.rule);
    // It stands where the person was about to write.
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let idle =
                document().active_element().is_none_or(|e| e.matches("body, .composer, .composer *").unwrap_or(true));
            if idle {
                let _ = field.focus();
            }
        }
    });
    // To the prompt box, once it is back in its place.
    let back = move || request_animation_frame(move || store.focus_composer());
    let accept = move || {
        store.add_convention(&rule.get_untracked());
        back();
    };
    let dismiss = move || {
        store.dismiss_offer();
        back();
    };
    let on_key = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.is_composing() => {
            event.prevent_default();
            accept();
        }
        "Escape" => {
            event.prevent_default();
            event.stop_propagation();
            dismiss();
        }
        _ => {}
    };
    view! {
        <div class="convention" role="group" aria-label="A convention">
            <p><strong>"You have said this twice."</strong> " Add it to " {conventions::PATH} "?"</p>
            <input class="field" node_ref=field data-pane-focus="" aria-label="The rule" spellcheck="true" autocomplete="off"
                prop:value=move || rule.get() on:input:target=move |event| rule.set(event.target().value())
                on:keydown=on_key />
            <div class="actions">
                <span class="composer-hint">"Read with every request."</span>
                <button class="button" type="button" on:click=move |_| dismiss()>"No" <kbd>"Esc"</kbd></button>
                <button class="button primary" type="button" disabled=move || rule.with(|rule| rule.trim().is_empty())
                    on:click=move |_| accept()>"Add it" <kbd>"Enter"</kbd></button>
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
