//! The first screen: what this is, a lesson in one click, a new session, and how to connect a model.

use leptos::prelude::*;
use protocol::view::LessonView;

use super::connect::Connect;
use super::topbar::ThemeButton;
use super::{format, icons};
use crate::store::{RecentSession, Store};

/// How many earlier sessions are listed: a handful to find the last ones, not an archive.
const RECENT_SHOWN: usize = 6;

/// The page at `/`.
#[component]
pub fn Start() -> impl IntoView {
    view! {
        <main class="start">
            <div class="start-inner">
                <header class="start-bar">
                    <span class="brand">{icons::mark()} <span>"Midstream"</span></span>
                    <ThemeButton />
                </header>
                <div class="start-hero">
                    <h1>"Shape the code while the model is still writing it."</h1>
                    <p>
                        "Midstream is an editor that you and a coding model share. Watch it type, stop it at any word, say what to change, and it goes on from exactly what is on your screen."
                    </p>
                    <Loop />
                </div>
                <Lessons />
                <div class="start-after">
                    <Sessions />
                    <Connect />
                </div>
            </div>
        </main>
    }
}

/// The loop in one line.
#[component]
fn Loop() -> impl IntoView {
    view! {
        <ol class="start-loop" aria-label="How it goes">
            <li><b>"Start" <kbd>"Enter"</kbd></b>"Say what you want"</li>
            <li><b>"Watch"</b>"It types into the editor"</li>
            <li><b>"Interrupt" <kbd>"Esc"</kbd></b>"It stops at that very word"</li>
            <li><b>"Reshape"</b>"Say it, or edit the code"</li>
            <li><b>"Continue"</b>"From what you see"</li>
        </ol>
    }
}

#[component]
fn Lessons() -> impl IntoView {
    let store = Store::here();
    view! {
        <section aria-labelledby="lessons-title">
            <div class="start-section-head">
                <h2 id="lessons-title">"Learn it in two minutes"</h2>
                <span class="quiet">"No key needed: a scripted model makes mistakes for you to catch."</span>
            </div>
            {move || match store.lessons.get() {
                Some(lessons) => view! { <div class="lessons">{lessons.into_iter().enumerate().map(card).collect_view()}</div> }.into_any(),
                None => view! { <div class="lessons" aria-busy="true">
                    <div class="lesson waiting-card"></div>
                    <div class="lesson waiting-card"></div>
                    <div class="lesson waiting-card"></div>
                </div> }.into_any(),
            }}
        </section>
    }
}

fn card((place, lesson): (usize, LessonView)) -> impl IntoView {
    let store = Store::here();
    view! {
        <button class="lesson" class:first=place == 0 disabled=move || store.starting.get()
            on:click=move |_| store.start_lesson(lesson.id.clone())>
            <span class="language">{format::language(&lesson.language)}</span>
            <span class="title">{lesson.title.clone()}</span>
            <span class="goal">{lesson.goal.clone()}</span>
            <span class="go">"Start this lesson" {icons::arrow()}</span>
        </button>
    }
}

#[component]
fn Sessions() -> impl IntoView {
    let store = Store::here();
    view! {
        <section aria-labelledby="sessions-title">
            <div class="start-section-head">
                <h2 id="sessions-title">"Your sessions"</h2>
            </div>
            <button class="button" disabled=move || store.starting.get() on:click=move |_| store.new_session()>
                {icons::plus()} "New session"
            </button>
            <ul class="recent">
                {move || store.recent.get().into_iter().take(RECENT_SHOWN).map(recent).collect_view()}
            </ul>
        </section>
    }
}

fn recent(session: RecentSession) -> impl IntoView {
    let store = Store::here();
    let when = format::ago(session.last_opened, js_sys::Date::now());
    view! {
        <li>
            <button on:click=move |_| store.open_recent(session.id.clone())>
                <span class="name">{session.title.clone()}</span>
                <span class="when">{when}</span>
            </button>
        </li>
    }
}
