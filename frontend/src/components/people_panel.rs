//! The list of people: who is here, what they may do, and where they are.

use leptos::html;
use leptos::prelude::*;
use protocol::FileId;
use protocol::view::Presence;

use super::people::{Follow, avatar};
use super::popover::close_elsewhere;
use super::presenting::PresentButton;
use super::role::role_words;
use crate::store::Store;

/// The button that says how many are here, and the list that it opens. Nothing while one is alone.
#[component]
pub fn PeoplePanel(
    /// How many others are drawn beside it.
    shown: Signal<usize>,
) -> impl IntoView {
    let store = Store::here();
    let open = RwSignal::new(false);
    let root = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    // Of a large room only a part is listed.
    let all = Memo::new(move |_| store.presence.with(Vec::len).max(store.connected.get() as usize));
    close_elsewhere(open, root);
    let words = move || match all.get().saturating_sub(shown.get() + 1) {
        0 => format!("{} here", all.get()),
        more => format!("+{more}"),
    };
    let rest = move || match all.get().saturating_sub(store.presence.with(Vec::len)) {
        0 => String::new(),
        more => format!("And {more} more. "),
    };
    view! {
        <Show when=move || { all.get() > 1 }>
            <div class="people-list" node_ref=root data-escape=move || open.get().then_some("")
                on:keydown=move |event| if event.key() == "Escape" && open.get_untracked() {
                    event.stop_propagation();
                    open.set(false);
                    if let Some(button) = button.get_untracked() {
                        let _ = button.focus();
                    }
                }>
                <button class="more" node_ref=button aria-haspopup="dialog" aria-expanded=move || open.get().to_string()
                    aria-label=move || format!("{} people are here", all.get()) title="Who is here, and where"
                    on:click=move |_| open.update(|open| *open = !*open)>{words}</button>
                <Show when=move || open.get()>
                    <div class="people-panel" role="dialog" aria-label="People here">
                        <ul>
                            {move || store.presence.get().into_iter().map(|person| view! { <One person /> }).collect_view()}
                        </ul>
                        <PresentButton />
                        <p class="quiet">{rest} "A click on somebody’s initials follows them, too."</p>
                    </div>
                </Show>
            </div>
        </Show>
    }
}

#[component]
fn One(person: Presence) -> impl IntoView {
    let store = Store::here();
    let mine = store.is_me(&person.participant.id);
    let file = person.cursor.as_ref().map(|cursor| cursor.file.clone());
    let participant = person.participant.clone();
    let id = participant.id.clone();
    let presents = move || store.together.presenter.with(|presenter| presenter.as_ref() == Some(&id));
    view! {
        <li class="people-one">
            {avatar(&participant)}
            <span class="people-who">
                <b>{participant.name.clone()}</b> {mine.then_some(" (you)")}
                <span class="quiet">{role_words(person.role).0} {move || presents().then_some(" · presents")} <Where file /></span>
            </span>
            {(!mine).then(|| view! { <Follow person=participant.clone() /> })}
        </li>
    }
}

/// The file that somebody is in.
#[component]
fn Where(file: Option<FileId>) -> impl IntoView {
    let store = Store::here();
    let name = move || {
        let file = file.as_ref()?;
        store.files.with(|files| files.iter().find(|row| row.id == *file).map(|row| format!(" · in {}", row.display)))
    };
    view! { <span>{name}</span> }
}
