//! The diff view, over the editor: between which points, which files differ, and the one that is looked at.

use leptos::html;
use leptos::prelude::*;

use super::compare_files::FilesThatDiffer;
use super::compare_head::Head;
use crate::monaco;
use crate::store::Store;
use crate::store::review::{Compared, Found};

/// The view; nothing while nothing is compared.
#[component]
pub fn Compare() -> impl IntoView {
    let store = Store::here();
    let open = Memo::new(move |_| store.review.asked.with(Option::is_some));
    view! {
        <Show when=move || open.get()>
            <section class="compare" role="dialog" aria-label="Changes">
                <Head />
                <FilesThatDiffer />
                <Body />
            </section>
        </Show>
    }
}

/// The file that is looked at.
fn shown(store: Store) -> Option<Compared> {
    match store.review.found.get() {
        Found::Files(files) => files.get(store.review.at.get()).cloned(),
        Found::Loading | Found::Failed(_) => None,
    }
}

/// The two texts, or why there are none.
#[component]
fn Body() -> impl IntoView {
    let store = Store::here();
    let review = store.review;
    let some = Memo::new(move |_| review.found.with(|found| matches!(found, Found::Files(files) if !files.is_empty())));
    let nothing = move || match review.found.get() {
        Found::Loading => Some(("Comparing", "One moment.".to_owned())),
        Found::Failed(why) => Some(("This could not be compared", why)),
        Found::Files(files) if files.is_empty() => {
            Some(("Nothing changed", "Between these two points the files are the same.".to_owned()))
        }
        Found::Files(_) => None,
    };
    view! {
        <div class="compare-body">
            <Show when=move || some.get()>
                <Sides />
            </Show>
            {move || nothing().map(|(title, words)| view! {
                <div class="editor-empty" role="status"><h2>{title}</h2><p>{words}</p></div>
            })}
        </div>
    }
}

/// Monaco's diff editor.
#[component]
fn Sides() -> impl IntoView {
    let store = Store::here();
    let place = NodeRef::<html::Div>::new();
    let mounted = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(element) = place.get()
            && !mounted.get_untracked()
        {
            monaco::diff::set_inline(store.review.inline.get_untracked());
            monaco::diff::create(&element);
            mounted.set(true);
        }
    });
    Effect::new(move |been_here: Option<bool>| {
        let file = shown(store).filter(|_| mounted.get());
        let shows = file.is_some();
        if let Some(file) = file {
            let text = |side: &Option<String>| side.clone().unwrap_or_default();
            monaco::diff::show(&file.change.path, &text(&file.change.before), &text(&file.change.after));
            // The keyboard comes along, once: who then chooses from the list stays in the list.
            if been_here != Some(true) {
                monaco::diff::focus();
            }
        }
        shows
    });
    Effect::new(move |_| monaco::diff::set_inline(store.review.inline.get()));
    on_cleanup(monaco::diff::dispose);
    view! { <div class="compare-sides" node_ref=place data-testid="diff"></div> }
}
