//! The links that there are: copy one, see who came by it, take it back.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::LinkId;
use protocol::links::{LinkState, LinkView};

use super::icons;
use super::role::role_words;
use crate::browser;
use crate::links;
use crate::store::Store;

/// How long a button says that it has copied.
const COPIED_SHOWN: Duration = Duration::from_secs(2);

/// All of them.
#[component]
pub fn List() -> impl IntoView {
    let store = Store::here();
    let ids = move || {
        store.sharing.links.with(|links| {
            links.as_ref().map(|links| links.iter().map(|link| link.id.clone()).collect::<Vec<_>>()).unwrap_or_default()
        })
    };
    let none = move || store.sharing.links.with(|links| links.as_ref().is_some_and(Vec::is_empty));
    view! {
        <section class="share-links" aria-label="Links">
            <h3 class="label">"Links"</h3>
            // Of one size whatever is in it: nothing moves under the pointer when the list comes, or grows.
            <div class="share-list">
                <Show when=none>
                    <p class="quiet">"None yet: only you are in. The address bar’s address opens nothing for others."</p>
                </Show>
                <Show when=move || store.sharing.links.with(Option::is_none)>
                    <p class="quiet">"Asking for the links…"</p>
                </Show>
                <ul>
                    <For each=ids key=LinkId::clone let(id)><Row id /></For>
                </ul>
            </div>
        </section>
    }
}

/// A link. What changes while it is looked at is told apart from what does not: the list is asked for again and again,
/// and must not take the keyboard away.
#[component]
fn Row(id: LinkId) -> impl IntoView {
    let store = Store::here();
    let revoking = RwSignal::new(false);
    let find = |links: &Option<Vec<LinkView>>, id: &LinkId| links.as_ref()?.iter().find(|link| link.id == *id).cloned();
    let first = store.sharing.links.with_untracked(|links| find(links, &id));
    let id = StoredValue::new(id);
    let link = move || id.with_value(|id| store.sharing.links.with(|links| find(links, id)));
    let state = Memo::new(move |_| link().map_or(LinkState::Revoked, |link| link.state));
    let ends = Memo::new(move |_| link().map(|link| links::ends(&link)).unwrap_or_default());
    let here = Memo::new(move |_| link().map_or(0, |link| link.here));
    let active = Memo::new(move |_| state.get() == LinkState::Active);
    let made = Memo::new(move |_| id.with_value(|id| store.sharing.made.with(|made| made.as_ref() == Some(id))));
    first.map(|link| {
        let name = StoredValue::new(link.name.clone().unwrap_or_else(|| "Unnamed link".to_owned()));
        view! {
            <li class="share-link" data-made=move || made.get().to_string()>
                <div class="share-row" data-state=move || format!("{:?}", state.get()).to_lowercase()>
                    <span class="role-chip" data-role=role_words(link.role).0.to_lowercase()>{word(&link)}</span>
                    <span class="share-name">
                        <b>{name.get_value()}</b>
                        <span class="quiet">
                            {ends}
                            <Show when=move || active.get()>" · " <span data-testid="link-here">{move || links::here(here.get())}</span></Show>
                        </span>
                    </span>
                    <Show when=move || active.get()>
                        <Copy id=id.get_value() name=name.get_value() made />
                        <button class="button small" aria-label=format!("Revoke {}", name.get_value())
                            aria-expanded=move || revoking.get().to_string()
                            on:click=move |_| revoking.update(|on| *on = !*on)>"Revoke"</button>
                    </Show>
                </div>
                <Show when=move || active.get() && revoking.get()>
                    <Confirm id=id.get_value() here close=move || revoking.set(false) />
                </Show>
            </li>
        }
    })
}

/// What it lets people do.
fn word(link: &LinkView) -> &'static str {
    match role_words(link.role).0 {
        "Replaying" => "Replay",
        "Watching" => "Watch",
        "Editor" => "Take part",
        _ => "Own",
    }
}

/// Copies the address, where this browser knows it.
#[component]
fn Copy(
    id: LinkId,
    name: String,
    /// It was made just now: the keyboard is brought here.
    made: Memo<bool>,
) -> impl IntoView {
    let store = Store::here();
    let copied = RwSignal::new(false);
    // The browser does not let the page write to the clipboard: the person copies it.
    let by_hand = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |brought: Option<bool>| {
        if let (true, Some(button), false) = (made.get(), button.get(), brought == Some(true)) {
            let _ = button.focus();
            return true;
        }
        brought == Some(true)
    });
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let address = Memo::new(move |_| store.address_of(&id));
    let copy = move |_| {
        let Some(address) = address.get_untracked() else { return };
        spawn_local(async move {
            if browser::copy(&address).await {
                copied.set(true);
                store.say("The link is copied");
                set_timeout(move || copied.set(false), COPIED_SHOWN);
            } else {
                by_hand.set(true);
            }
        });
    };
    let label = move || format!("Copy {name}");
    view! {
        {move || match (address.get(), by_hand.get()) {
            (None, _) => view! {
                <span class="quiet share-elsewhere" title="A link’s secret is told once, to the page that makes it, and kept nowhere else. Make a new link to share again.">
                    "Made elsewhere: cannot be copied"
                </span>
            }.into_any(),
            (Some(address), true) => view! {
                <input class="field share-address" node_ref=field readonly aria-label="The link: press Ctrl C to copy" prop:value=address />
            }.into_any(),
            (Some(_), false) => view! {
                <button class="button small" node_ref=button aria-label=label.clone() on:click=copy>
                    {icons::copy()} {move || if copied.get() { "Copied" } else { "Copy" }}
                </button>
            }.into_any(),
        }}
    }
}

/// The question before a link opens nothing any more.
#[component]
fn Confirm(id: LinkId, here: Memo<usize>, close: impl Fn() + Copy + 'static) -> impl IntoView {
    let store = Store::here();
    let button = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(button) = button.get() {
            let _ = button.focus();
        }
    });
    let people = move || match here.get() {
        0 => "Nobody is here by it now.".to_owned(),
        1 => "The one who came by it is sent away at once.".to_owned(),
        here => format!("The {here} who came by it are sent away at once."),
    };
    view! {
        <div class="share-confirm" role="alertdialog" aria-label="Revoke this link?"
            on:keydown=move |event| if event.key() == "Escape" {
                event.prevent_default();
                event.stop_propagation();
                close();
            }>
            <span>"It will open nothing from now on, and cannot be brought back. " {people}</span>
            <span class="actions">
                <button class="button small danger" node_ref=button on:click=move |_| {
                    close();
                    store.revoke_link(id.clone());
                }>"Revoke link"</button>
                <button class="button small" on:click=move |_| close()>"Keep it"</button>
            </span>
        </div>
    }
}
