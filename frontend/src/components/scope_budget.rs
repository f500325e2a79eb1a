//! How many lines the next turn may change: none of the limits on offer, one of them, or a number of one's own.

use leptos::html;
use leptos::prelude::*;
use protocol::scope::Scope;

use crate::store::Store;

/// The limits on offer: a fix, a small change, a feature.
const ON_OFFER: [u32; 3] = [10, 25, 50];
/// The largest that can be typed: far more than a person reads.
const BUDGET_MAX: u32 = 9_999;

/// What was typed, as a budget.
fn typed(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|lines| (1..=BUDGET_MAX).contains(lines))
}

/// The row of limits.
#[component]
pub fn Budget() -> impl IntoView {
    let store = Store::here();
    let scope = store.guard.scope;
    let now = Memo::new(move |_| scope.with(|scope| scope.budget));
    let typing = RwSignal::new(false);
    let own = Memo::new(move |_| typing.get() || now.get().is_some_and(|lines| !ON_OFFER.contains(&lines)));
    let set = move |budget: Option<u32>| store.set_scope(Scope { budget, ..scope.get_untracked() });
    let field = NodeRef::<html::Input>::new();
    let choose = move |budget: Option<u32>| {
        typing.set(false);
        set(budget);
    };
    let take = move |text: String| match typed(&text) {
        Some(lines) => {
            typing.set(false);
            set(Some(lines));
        }
        None => {
            if let Some(field) = field.get_untracked() {
                field.set_value(&now.get_untracked().map(|lines| lines.to_string()).unwrap_or_default());
            }
        }
    };
    let option = move |budget: Option<u32>, name: String| {
        view! {
            <label class="scope-chip">
                <input type="radio" name="scope-budget" class="visually-hidden" prop:checked=move || !own.get() && now.get() == budget
                    on:change=move |_| choose(budget) />
                <span>{name}</span>
            </label>
        }
    };
    let own_chosen = move |_| {
        typing.set(true);
        request_animation_frame(move || {
            if let Some(field) = field.get_untracked() {
                let _ = field.focus();
                field.select();
            }
        });
    };
    view! {
        <fieldset class="scope-budget">
            <legend class="label">"Lines that it may change"</legend>
            <div class="scope-chips">
                {option(None, "No limit".to_owned())}
                {ON_OFFER.map(|lines| option(Some(lines), lines.to_string())).collect_view()}
                <label class="scope-chip">
                    <input type="radio" name="scope-budget" class="visually-hidden" prop:checked=own on:change=own_chosen />
                    <span>"Other"</span>
                </label>
                <Show when=move || own.get()>
                    <input class="field scope-own" type="number" min="1" max=BUDGET_MAX.to_string() step="1" node_ref=field
                        aria-label="Lines at most" prop:value=move || now.get().map(|lines| lines.to_string())
                        on:keydown:target=move |event| if event.key() == "Enter" {
                            event.prevent_default();
                            take(event.target().value());
                        }
                        on:change:target=move |event| take(event.target().value()) />
                </Show>
            </div>
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::typed;

    #[test]
    fn a_budget_is_a_number_of_lines_from_one_on() {
        assert_eq!([" 7 ", "1", "9999"].map(typed), [Some(7), Some(1), Some(9_999)]);
        assert_eq!(["", "0", "-3", "10000", "1.5", "ten"].map(typed), [None; 6]);
    }
}
