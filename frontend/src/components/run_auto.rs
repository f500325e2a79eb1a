//! When runs begin by themselves, and whether a failing one may steer.

use leptos::prelude::*;

use crate::store::Store;
use crate::store::run::{AUTO_STEERS_MAX, Auto};

/// The setting, in the pane's head.
#[component]
pub fn RunAuto() -> impl IntoView {
    let store = Store::here();
    let running = store.running;
    let options = move || {
        let options = Auto::ALL.into_iter().map(move |(auto, name, words)| {
            view! { <option value=name selected=move || running.auto.get() == auto>{words}</option> }
        });
        options.collect_view()
    };
    view! {
        <Show when=move || store.may_edit()>
            <span class="run-auto">
                <Show when=move || running.auto.get() != Auto::Off>
                    <label title="A failing run tells the model so, while it still writes">
                        <input type="checkbox" prop:checked=move || running.auto_steer.get()
                            on:change:target=move |event| running.set_auto_steer(event.target().checked()) />
                        "Failing runs steer"
                    </label>
                    <Show when=move || running.steered.get() != 0>
                        <span class="run-steered" title="Steers of failing runs in this turn">
                            {move || running.steered.get()} " of " {AUTO_STEERS_MAX}
                        </span>
                    </Show>
                </Show>
                <select class="select small" aria-label="Run by itself" title="When the code runs by itself"
                    on:change:target=move |event| running.set_auto(&event.target().value())>
                    {options}
                </select>
            </span>
        </Show>
    }
}
