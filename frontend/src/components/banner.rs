//! The calm bar: what goes on with the connection, that nothing is lost, and that it is back.

use std::time::Duration;

use leptos::prelude::*;

use crate::store::{Connection, Loss, Store};

/// How long it says that the connection is back: long enough to be read, and gone before it is in the way.
const BACK_SHOWN: Duration = Duration::from_secs(4);

/// What the bar says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    /// It is lost: why, the attempts so far, and whether the person could type.
    Away(Loss, u32, bool),
    /// It is back.
    Back,
}

/// The place of the bar.
#[component]
pub fn Banner() -> impl IntoView {
    let store = Store::here();
    let back = RwSignal::new(false);
    // Tells apart the return that a timer was set for from later ones.
    let returns = StoredValue::new(0u32);
    Effect::new(move |was_away: Option<bool>| {
        let connection = store.connection.get();
        let away = matches!(connection, Connection::Reconnecting { .. });
        if away {
            back.set(false);
        } else if was_away == Some(true) && connection == Connection::Online {
            back.set(true);
            returns.update_value(|count| *count += 1);
            let this = returns.get_value();
            set_timeout(
                move || {
                    // The page of the session may be gone by then.
                    if returns.try_get_value() == Some(this) {
                        back.set(false);
                    }
                },
                BACK_SHOWN,
            );
        }
        away
    });
    let says = Memo::new(move |_| match store.connection.get() {
        Connection::Reconnecting { attempt, why, .. } => {
            // Before the first welcome there is nothing that could be typed.
            let typing = store.may_edit() && store.me.with(Option::is_some);
            Some(Says::Away(why, attempt, typing))
        }
        _ => back.get().then_some(Says::Back),
    });
    view! {
        <div role="status" class="banner-place">
            {move || says.get().map(|says| match says {
                Says::Away(why, attempt, typing) => view! { <Away why attempt typing /> }.into_any(),
                Says::Back => view! {
                    <div class="banner" data-tone="good" data-testid="back">
                        <strong>"Connected again"</strong>
                        <span>{move || if store.may_edit() { "What you typed meanwhile has come along." } else { "You see what is there now." }}</span>
                    </div>
                }.into_any(),
            })}
        </div>
    }
}

/// Why it is lost, in the fewest words.
fn heading(why: Loss) -> &'static str {
    match why {
        Loss::Lost => "Connection lost",
        Loss::Full => "This session is full",
        Loss::Stopping => "The server is restarting",
    }
}

#[component]
fn Away(why: Loss, attempt: u32, typing: bool) -> impl IntoView {
    let store = Store::here();
    let safe = if typing { "Keep typing: your edits are kept here, and sent when it is back." } else { "" };
    view! {
        <div class="banner">
            <strong>{heading(why)}</strong>
            <span>
                {safe} " Trying again by itself" {(attempt > 1).then(|| format!(" (attempt {attempt})"))} "."
            </span>
            <button class="button small" on:click=move |_| store.try_now()>"Try now"</button>
        </div>
    }
}
