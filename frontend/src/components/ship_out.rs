//! What goes out: a zip, a patch, the open file, a page.

use leptos::prelude::*;

use crate::client::shipping::Export;
use crate::points::{Named, Point};
use crate::store::Store;

/// The part of the dialog.
#[component]
pub fn Take() -> impl IntoView {
    let store = Store::here();
    let idle = move || store.ship.busy.with(Option::is_none);
    let any = move || store.files.with(|files| !files.is_empty());
    let pages = move || store.files.with(|files| files.iter().any(|file| file.path.ends_with(".html")));
    let open = Memo::new(move |_| {
        let open = store.open_file.get()?;
        let path = store.files.with(|files| files.iter().find(|file| file.id == open).map(|file| file.path.clone()))?;
        Some((open, path.rsplit('/').next().unwrap_or(&path).to_owned()))
    });
    view! {
        <section class="ship-part" aria-labelledby="ship-out">
            <h3 id="ship-out">"Take it away"</h3>
            <div class="ship-row">
                <div>
                    <b>"The whole project"</b>
                    <p>"Every file under its path, with its own line endings."</p>
                </div>
                <button class="button" disabled=move || !idle() || !any() on:click=move |_| store.export(Export::Zip)>
                    "Download zip"
                </button>
            </div>
            <Patch />
            {move || open.get().map(|(file, name)| {
                let title = name.clone();
                view! {
                    <div class="ship-row">
                        <div><b>"The open file"</b> <p>{title}</p></div>
                        <button class="button" disabled=move || !idle()
                            on:click=move |_| store.export(Export::File(file.clone(), name.clone()))>
                            "Download file"
                        </button>
                    </div>
                }
            })}
            <Show when=pages>
                <div class="ship-row">
                    <div><b>"One page"</b> <p>"The HTML with its styles, scripts and pictures put in: opens anywhere."</p></div>
                    <button class="button" disabled=move || !idle() on:click=move |_| store.export(Export::Page)>
                        "Download page"
                    </button>
                </div>
            </Show>
        </section>
    }
}

/// What has changed since a point.
#[component]
fn Patch() -> impl IntoView {
    let store = Store::here();
    let idle = move || store.ship.busy.with(Option::is_none);
    let points = store.points();
    let since = RwSignal::new(Point::Start.to_string());
    let earlier = move || points.clone().into_iter().filter(|named| named.point != Point::Now);
    view! {
        <div class="ship-row">
            <div>
                <b>"What has changed"</b>
                <label class="ship-since">
                    "since "
                    <select class="select" aria-label="Changes since" on:change:target=move |event| since.set(event.target().value())>
                        {earlier().map(|Named { point, name }| {
                            let wire = point.to_string();
                            view! { <option value=wire>{name}</option> }
                        }).collect_view()}
                    </select>
                </label>
            </div>
            <button class="button" disabled=move || !idle() on:click=move |_| store.copy_patch(&since.get_untracked())>
                "Copy patch"
            </button>
            <button class="button" disabled=move || !idle()
                on:click=move |_| store.export(Export::Patch(since.get_untracked()))>
                "Download patch"
            </button>
        </div>
    }
}
