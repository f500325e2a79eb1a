//! What came of the last runs, whoever ran them: for those who run nothing themselves.

use leptos::prelude::*;
use protocol::run::{RunError, RunStatus, RunView};

use super::format;
use crate::store::Store;

/// The last runs, the newest first.
#[component]
pub fn Reported() -> impl IntoView {
    let store = Store::here();
    view! {
        <ol class="reported" aria-label="Last runs">
            {move || store.running.reported.get().into_iter().rev().map(|run| one(store, run)).collect_view()}
        </ol>
    }
}

fn one(store: Store, run: RunView) -> AnyView {
    let RunView { by, report } = run;
    let name = store
        .presence
        .with(|all| all.iter().find(|one| one.participant.id == by).map(|one| one.participant.name.clone()));
    let state = match report.status {
        RunStatus::Passed => "done",
        RunStatus::Failed => "failed",
        RunStatus::Stopped => "stopped",
        RunStatus::Crashed => "crashed",
    };
    let tests = report.tests.map(|tests| format!(", {} of {} tests passed", tests.passed, tests.passed + tests.failed));
    let errors = report.errors.into_iter().map(|error| failed(store, error)).collect_view();
    view! {
        <li data-state=state>
            <p>
                {name.unwrap_or_else(|| "Somebody who left".to_owned())} " ran " <b>{report.entry}</b> ": "
                <span class="state">{state}</span> ", " {format::ms(report.ms)} {tests}
            </p>
            <ul>{errors}</ul>
            {(!report.output.is_empty()).then(|| view! {
                <details><summary>"What it said"</summary><pre>{report.output}</pre></details>
            })}
        </li>
    }
    .into_any()
}

fn failed(store: Store, error: RunError) -> AnyView {
    let test = error.test.map(|test| view! { <b>{test}</b> ": " });
    let place = error.path.map(|path| {
        let line = error.line.unwrap_or(1);
        let words = format!("{path}:{line}");
        view! { " " <button class="place" on:click=move |_| store.go_to(&path, line, 1)>{words}</button> }
    });
    view! { <li>{test} {error.message} {place}</li> }.into_any()
}
