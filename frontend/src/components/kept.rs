//! A file that is kept and not edited, in the place of the editor: a picture is shown, anything else is told.

use leptos::prelude::*;

use crate::client::shipping::Export;
use crate::shipping;
use crate::store::{FileRow, Store};

/// What stands over the editor while such a file is open.
#[component]
pub fn Kept() -> impl IntoView {
    let store = Store::here();
    let open = Memo::new(move |_| {
        let open = store.open_file.get()?;
        store.files.with(|files| files.iter().find(|file| file.id == open && file.kept.is_some()).cloned())
    });
    view! { {move || open.get().map(|file| view! { <One file /> })} }
}

#[component]
fn One(file: FileRow) -> impl IntoView {
    let store = Store::here();
    let shown = RwSignal::new(None::<String>);
    let kind = shipping::picture(&file.path);
    if let Some(kind) = kind
        && untrack(|| store.is_live())
    {
        store.picture(&file.id, kind, shown);
    }
    on_cleanup(move || {
        if let Some(Some(url)) = shown.try_get_untracked() {
            let _ = web_sys::Url::revoke_object_url(&url);
        }
    });
    let name = file.path.rsplit('/').next().unwrap_or(&file.path).to_owned();
    let size = shipping::size(file.kept.unwrap_or_default());
    let (id, download) = (file.id.clone(), name.clone());
    let alt = name.clone();
    view! {
        <div class="kept-file" data-testid="kept-file">
            {move || shown.get().map(|url| view! { <img src=url alt=alt.clone() /> })}
            <p><b>{name}</b> " " {size}</p>
            <p>{if kind.is_some() { "A picture: it is kept as it is." } else { "This is not text: it is kept as it is." }}</p>
            <Show when=move || store.is_live()>
                <button class="button" on:click={
                    let (id, download) = (id.clone(), download.clone());
                    move |_| store.export(Export::File(id.clone(), download.clone()))
                }>"Download"</button>
            </Show>
        </div>
    }
}
