//! What comes in: files, a folder, a zip, a patch; and what came before, with the way back.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::HtmlInputElement;

use crate::client::shipping::Chosen;
use crate::shipping;
use crate::store::Store;

/// The part of the dialog.
#[component]
pub fn Bring() -> impl IntoView {
    let store = Store::here();
    let idle = move || store.ship.busy.with(Option::is_none);
    let (files, folder) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let choose = move |input: NodeRef<html::Input>| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |input: HtmlInputElement| {
        let chosen = chosen(&input);
        // The same may be chosen again.
        input.set_value("");
        if !chosen.is_empty() {
            store.bring_in(chosen);
        }
    };
    view! {
        <section class="ship-part" aria-labelledby="ship-in">
            <h3 id="ship-in">"Bring something in"</h3>
            <div class="ship-row">
                <p>
                    "Files, a folder, a zip or a patch: choose it here, or drop it anywhere on the page. It is one step, \
                     and can be taken back."
                </p>
                <button class="button" disabled=move || !idle() on:click=move |_| choose(files)>"Choose files…"</button>
                <button class="button" disabled=move || !idle() on:click=move |_| choose(folder)>"Choose a folder…"</button>
            </div>
            <input type="file" multiple hidden node_ref=files data-testid="choose-files" aria-label="Files to bring in"
                on:change:target=move |event| chosen(event.target()) />
            <input type="file" prop:webkitdirectory=true hidden node_ref=folder data-testid="choose-folder" aria-label="Folder to bring in"
                on:change:target=move |event| chosen(event.target()) />
            <Before />
        </section>
    }
}

/// What came before.
#[component]
fn Before() -> impl IntoView {
    let store = Store::here();
    let idle = move || store.ship.busy.with(Option::is_none);
    let newest_first = move || store.ship.imports.get().into_iter().rev().collect::<Vec<_>>();
    view! {
        <ul class="ship-imports" aria-label="What was brought in">
            <For each=newest_first key=|import| (import.id.clone(), import.taken_back) let(import)>
                <li>
                    <span><b>{import.name.clone()}</b> " " {shipping::told(&import)}</span>
                    {if import.taken_back {
                        view! { <span class="ship-back">"taken back"</span> }.into_any()
                    } else {
                        let (id, name) = (import.id.clone(), format!("Take {} back", import.name));
                        view! {
                            <button class="button small" aria-label=name disabled=move || !idle()
                                on:click=move |_| store.take_back(id.clone())>"Take it back"</button>
                        }.into_any()
                    }}
                </li>
            </For>
        </ul>
    }
}

fn chosen(input: &HtmlInputElement) -> Vec<Chosen> {
    let Some(list) = input.files() else { return Vec::new() };
    let one = |at| {
        let file = list.get(at)?;
        // Only those of a folder have it.
        let path = js_sys::Reflect::get(&file, &JsValue::from_str("webkitRelativePath")).ok();
        let path = path.and_then(|path| path.as_string()).filter(|path| !path.is_empty());
        Some(Chosen { path: path.unwrap_or_else(|| file.name()), file })
    };
    (0..list.length()).filter_map(one).collect()
}
