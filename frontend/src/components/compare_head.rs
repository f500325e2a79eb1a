//! The head of the diff view: the two points, one column or two, and the way out.

use leptos::prelude::*;

use super::icons;
use crate::points::Named;
use crate::store::Store;
use crate::store::review::Asked;

/// The head.
#[component]
pub fn Head() -> impl IntoView {
    let store = Store::here();
    let review = store.review;
    let points = Memo::new(move |_| store.points());
    let only = move || review.asked.with(|asked| asked.as_ref().and_then(|asked| asked.only.clone()));
    let set = move |change: &dyn Fn(&mut Asked)| {
        if let Some(mut asked) = review.asked.get_untracked() {
            change(&mut asked);
            store.compare(asked);
        }
    };
    let from = move || review.asked.with(|asked| asked.as_ref().map(|asked| asked.from.to_string()));
    let to = move || review.asked.with(|asked| asked.as_ref().map(|asked| asked.to.to_string()));
    let point = move |wire: &str| points.get_untracked().into_iter().find(|named| named.point.to_string() == wire);
    view! {
        <header class="compare-head">
            <h2>"Changes"</h2>
            <Points name="From" points chosen=Signal::derive(from) choose=move |wire: String| {
                if let Some(named) = point(&wire) { set(&|asked| asked.from = named.point.clone()) }
            } />
            <span class="compare-arrow">{icons::arrow()}</span>
            <Points name="To" points chosen=Signal::derive(to) choose=move |wire: String| {
                if let Some(named) = point(&wire) { set(&|asked| asked.to = named.point.clone()) }
            } />
            {move || only().map(|path| view! {
                <button class="button small" title="Show all files that differ" on:click=move |_| set(&|asked| asked.only = None)>
                    {path} {icons::cross()}
                </button>
            })}
            <div class="end">
                <button class="icon-button" aria-label="Previous change" title="Previous change (Shift F7)"
                    on:click=move |_| store.step_change(-1)>{icons::up()}</button>
                <button class="icon-button" aria-label="Next change" title="Next change (F7)"
                    on:click=move |_| store.step_change(1)>{icons::down()}</button>
                <button class="icon-button" aria-label="One column" title="One column or two"
                    aria-pressed=move || review.inline.get().to_string()
                    on:click=move |_| store.toggle_inline()>{icons::columns()}</button>
                <button class="icon-button" aria-label="Close the comparison" title="Back to the editor (Esc)"
                    on:click=move |_| store.close_compare()>{icons::cross()}</button>
            </div>
        </header>
    }
}

/// A choice of points.
#[component]
fn Points(
    name: &'static str,
    points: Memo<Vec<Named>>,
    chosen: Signal<Option<String>>,
    choose: impl Fn(String) + 'static,
) -> impl IntoView {
    view! {
        <select class="select compare-point" aria-label=name on:change:target=move |event| choose(event.target().value())>
            {move || points.get().into_iter().map(|Named { point, name }| {
                let wire = point.to_string();
                let value = wire.clone();
                view! { <option value=value selected=move || chosen.get().as_ref() == Some(&wire)>{name}</option> }
            }).collect_view()}
        </select>
    }
}
