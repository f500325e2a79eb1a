//! The sheet of shortcuts: a modal dialog of the browser's own, which keeps the focus and gives it back.

use leptos::html;
use leptos::prelude::*;

use super::icons;
use crate::store::Store;

/// What a key does.
type Key = (&'static str, &'static str);

const LOOP: [Key; 7] = [
    ("Send, steer, or go on after a stop", "Enter"),
    ("New line", "Shift Enter"),
    ("Interrupt", "Esc"),
    ("Interrupt, from anywhere", "Ctrl ."),
    ("Ask anew after a stop", "Ctrl Enter"),
    ("Follow the model again", "Ctrl J"),
    ("Undo your own edit", "Ctrl Z"),
];

const REVIEW: [Key; 7] = [
    ("Next change", "F7"),
    ("Previous change", "Shift F7"),
    ("Keep the change", "Alt Enter"),
    ("Revert the change", "Alt Backspace"),
    ("Compare before and after", "Alt D"),
    ("Name a file in the prompt", "@"),
    ("Make what was said twice a rule", "Alt C"),
];

const GUARD: [Key; 5] = [
    ("Next held change", "Alt H"),
    ("Apply it", "Alt A"),
    ("Refuse it", "Alt R"),
    ("Refuse it and steer", "Alt S"),
    ("Lock or unlock", "Ctrl Alt L"),
];

const RUN: [Key; 4] = [
    ("Run the open file", "Ctrl Enter"),
    ("Run all tests", "Ctrl Shift Enter"),
    ("Stop the run", "Ctrl Shift ."),
    ("Show or hide the console", "Ctrl `"),
];
const TOGETHER: [Key; 4] = [
    ("Present, or stop presenting", "Ctrl Alt P"),
    ("Follow who presents, or the next person", "Ctrl Alt J"),
    ("Take over, stop following", "Esc"),
    ("Share this session", "Ctrl Alt S"),
];

const REPLAY: [Key; 7] = [
    ("Play or pause", "Space"),
    ("Next step", "→"),
    ("Previous step", "←"),
    ("Next or previous moment", "Shift →"),
    ("To the end, to the beginning", "End"),
    ("Comment on this moment", "C"),
    ("Next or previous comment", "N"),
];

const PAGE: [Key; 9] = [
    ("To the prompt", "Ctrl K"),
    ("Next pane", "F6"),
    ("Previous pane", "Shift F6"),
    ("Rename the file", "F2"),
    ("Delete the file", "Del"),
    ("Find in the file", "Ctrl F"),
    ("Export and import", "Alt X"),
    ("Copy the patch since the start", "Alt Shift X"),
    ("This sheet", "?"),
];

/// The dialog.
#[component]
pub fn Sheet() -> impl IntoView {
    let store = Store::here();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let (open, Some(dialog)) = (store.sheet_open.get(), dialog.get()) else {
            return;
        };
        match (open, dialog.open()) {
            // It throws only where the dialog is shown already or not in the page: nothing to do then.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog node_ref=dialog aria-labelledby="sheet-title" on:close=move |_| store.sheet_open.set(false)>
            <header>
                <h2 id="sheet-title">"Keyboard shortcuts"</h2>
                <button class="icon-button" aria-label="Close" on:click=move |_| store.sheet_open.set(false)>{icons::cross()}</button>
            </header>
            <div class="keys">
                {column("The loop", &LOOP)}
                {column("Review", &REVIEW)}
                {column("Held and locked", &GUARD)}
                {column("Run, in the editor", &RUN)}
                {column("Together", &TOGETHER)}
                {column("Replay", &REPLAY)}
                {column("The page", &PAGE)}
            </div>
            <p class="sheet-note">"On a Mac, Cmd stands for Ctrl."</p>
        </dialog>
    }
}

fn column(title: &'static str, keys: &'static [Key]) -> impl IntoView {
    view! {
        <div>
            <h3>{title}</h3>
            <dl>
                {keys.iter().map(|(what, keys)| view! {
                    <div>
                        <dt>{*what}</dt>
                        <dd>{keys.split(' ').map(|key| view! { <kbd>{key}</kbd> " " }).collect_view()}</dd>
                    </div>
                }).collect_view()}
            </dl>
        </div>
    }
}
