//! Where nothing goes on: why, what is safe, and what one can do now.

use leptos::prelude::*;

use super::icons;
use crate::store::{Ending, Store};

/// What a person can do where a session does not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Takes the session over from wherever it is open.
    UseHere,
    /// Loads the page anew.
    Reload,
    /// Makes a session.
    New,
}

/// What stands on the page of an ending: a heading, what it means, and the first thing to do.
fn says(ending: Ending) -> (&'static str, &'static str, Way) {
    match ending {
        Ending::NoLink => (
            "This address needs its link",
            "An address alone does not open a session, so copying it shares nothing. Ask for a link, or open the session where you made it.",
            Way::New,
        ),
        Ending::WrongLink => (
            "This link opens nothing",
            "Perhaps a part of it is missing: links end in a # and 32 letters and digits. Copy it once more, or ask for a new one.",
            Way::New,
        ),
        Ending::Revoked => (
            "This link was taken back",
            "The session’s owner has revoked it, so this page is no longer in the session. Ask for a new link if you should be.",
            Way::New,
        ),
        Ending::Expired => (
            "This link has expired",
            "It opened the session for a limited time, and that is over. Ask for a new link if you should be in.",
            Way::New,
        ),
        Ending::NotFound => ("There is no such session", "It was deleted, or the address is not complete.", Way::New),
        Ending::Deleted => (
            "This session was deleted",
            "Its owner has deleted it for good: the files, the turns and the links are gone for everyone.",
            Way::New,
        ),
        Ending::Replaced => (
            "You have this open elsewhere",
            "Another window went on as you, so this one stands still. Everything is kept, and nothing is lost by switching.",
            Way::UseHere,
        ),
        Ending::Version => (
            "Midstream was updated",
            "This page is of another version than the server. Reload it to go on; the session is as you left it.",
            Way::Reload,
        ),
        Ending::TooLarge => (
            "That was too large",
            "Something was larger than the server takes. Reload the page to go on from what is saved.",
            Way::Reload,
        ),
        Ending::Misunderstood => (
            "This page and the server disagree",
            "The server could not understand this page. Reload it to go on; the session is as the server has it.",
            Way::Reload,
        ),
        Ending::BadAddress => {
            ("This address cannot be reached", "No session can be reached at this page’s address.", Way::New)
        }
    }
}

/// The page of a session that cannot be reached any more.
#[component]
pub fn Ended(
    /// Why.
    ending: Ending,
) -> impl IntoView {
    let store = Store::here();
    let (heading, text, way) = says(ending);
    view! {
        <main class="ended" data-testid="ended">
            <span class="brand">{icons::mark()} <span>"Midstream"</span></span>
            <h1>{heading}</h1>
            <p role="alert">{text}</p>
            <Kept />
            <div class="actions">
                {match way {
                    Way::UseHere => view! {
                        <button class="button primary" on:click=move |_| store.use_here()>"Use it here"</button>
                    }.into_any(),
                    Way::Reload => view! {
                        <button class="button primary" on:click=move |_| { let _ = location().reload(); }>"Reload the page"</button>
                    }.into_any(),
                    Way::New => view! {
                        <button class="button primary" disabled=move || store.starting.get()
                            on:click=move |_| store.new_session()>"New session"</button>
                    }.into_any(),
                }}
                <button class="button" on:click=move |_| store.leave()>"Back to the first screen"</button>
            </div>
        </main>
    }
}

/// Words that were typed and not sent can still be taken along.
#[component]
fn Kept() -> impl IntoView {
    let store = Store::here();
    let words = store.composer.get_untracked();
    (!words.trim().is_empty()).then(|| {
        view! {
            <div class="ended-kept">
                <p class="label">"What you were about to say"</p>
                <pre tabindex="0">{words}</pre>
            </div>
        }
    })
}

/// The page of one who waits for a place.
#[component]
pub fn Full() -> impl IntoView {
    let store = Store::here();
    view! {
        <main class="ended" data-testid="full">
            <span class="brand">{icons::mark()} <span>"Midstream"</span></span>
            <h1>"This session is full"</h1>
            <p role="alert">
                "As many people are in it as one session holds. This page tries again by itself, and lets you in when somebody leaves."
            </p>
            <div class="actions">
                <button class="button primary" on:click=move |_| store.try_now()>"Try now"</button>
                <button class="button" on:click=move |_| store.leave()>"Back to the first screen"</button>
            </div>
        </main>
    }
}
