//! How to connect a model, and which ones are.

use leptos::prelude::*;

use crate::store::Store;

/// The panel of the first screen.
#[component]
pub fn Connect() -> impl IntoView {
    let store = Store::here();
    view! {
        <section class="connect" aria-labelledby="connect-title">
            <h2 id="connect-title">"Connect a model"</h2>
            <div class="ways">
                <div>
                    <h3>"A hosted model"</h3>
                    <p>"Set a key before the server starts. It stays there, and never reaches a browser."</p>
                    <pre>"OPENAI_API_KEY=… cargo xtask run"</pre>
                </div>
                <div>
                    <h3>"A model on this computer"</h3>
                    <p>"A running Ollama, LM Studio or llama.cpp is found by itself, on its usual port."</p>
                </div>
            </div>
            <Show when=move || !store.models.with(Vec::is_empty)>
                <ul class="connected" aria-label="Connected now">
                    {move || store.models.get().into_iter().map(|model| view! { <li>{model.label}</li> }).collect_view()}
                </ul>
            </Show>
        </section>
    }
}
