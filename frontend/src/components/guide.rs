//! What stands where nothing has happened yet: the loop, with its keys; and in a lesson, its goal and hint.

use leptos::prelude::*;

use crate::store::Store;

/// The loop, as five steps.
#[component]
pub fn Guide() -> impl IntoView {
    view! {
        <div class="loop">
            <h2>"Write with the model, not after it"</h2>
            <ol>
                <li><b>"Start" <kbd>"Enter"</kbd></b>"Say what you want, in a sentence."</li>
                <li><b>"Watch"</b>"It types into the editor, and the editor follows."</li>
                <li><b>"Interrupt" <kbd>"Esc"</kbd></b>"The moment it goes wrong. The screen stops at once, and what you saw stays."</li>
                <li><b>"Reshape"</b>"Edit the code, or say what to change. While it still writes, your words steer it."</li>
                <li><b>"Continue" <kbd>"Enter"</kbd></b>"It goes on from exactly what is on the screen."</li>
            </ol>
        </div>
    }
}

/// The lesson's goal, and its hint on request.
#[component]
pub fn LessonNote() -> impl IntoView {
    let store = Store::here();
    let hinted = RwSignal::new(false);
    view! {
        {move || store.lesson.get().map(|lesson| {
            let hint = StoredValue::new(lesson.hint);
            view! {
                <div class="lesson-note">
                    <span class="label">"Your goal"</span>
                    <p>{lesson.goal}</p>
                    <Show when=move || hinted.get()>
                        <p class="hint">{hint.get_value()}</p>
                    </Show>
                    <button class="link" aria-expanded=move || hinted.get().to_string()
                        on:click=move |_| hinted.update(|on| *on = !*on)>
                        {move || if hinted.get() { "Hide the hint" } else { "Show a hint" }}
                    </button>
                </div>
            }
        })}
    }
}
