//! The page's state: signals that components render, and the intents that they call.
//!
//! Knows what is shown and what a person can do. Knows nothing of how it is drawn, and of sockets only that the
//! client behind it has one.

pub mod comments;
mod deciding;
pub mod guard;
mod intents;
mod kept;
pub mod replay;
pub mod review;
pub mod run;
mod share;
pub mod ship;
pub mod status;
pub mod together;
pub mod turn;

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use protocol::limits::Limits;
use protocol::view::{LessonView, ModelView, Participant, Presence, Role, TurnStatus};
use protocol::{FileId, ModelId};

use crate::client::Client;
pub use comments::Comments;
pub use guard::Guard;
pub use replay::Replay;
pub use review::Review;
pub use run::Running;
pub use share::{Sharing, Step};
pub use ship::Ship;
pub use status::{
    Coming, Connection, Ending, FileRow, LatencyStrip, Loss, Notice, RecentSession, Route, Saving, Theme,
};
pub use together::{Following, Together};
pub use turn::{Block, Hunk, Piece, PieceKind, Steer, SteerProgress, Turn};

/// The page's state. Copy: every field is a handle. Found by [`Store::here`].
#[derive(Clone, Copy)]
pub struct Store {
    /// Which screen is shown.
    pub route: RwSignal<Route>,
    /// How the session is connected; meaningful on [`Route::Session`].
    pub connection: RwSignal<Connection>,
    /// Whether what it shows is on disk.
    pub saving: RwSignal<Saving>,
    /// What this page may do: a viewer's editor, composer and turn buttons are read-only.
    pub role: RwSignal<Role>,
    /// Who this page is, once welcomed.
    pub me: RwSignal<Option<Participant>>,
    /// The models on offer, the default first.
    pub models: RwSignal<Vec<ModelView>>,
    /// The chosen one.
    pub model: RwSignal<Option<ModelId>>,
    /// The practice model's speed, in tokens a second, [`status::SPEED_MIN`] to [`status::SPEED_MAX`]. Kept.
    pub speed: RwSignal<u32>,
    /// What is refused, and from which size.
    pub limits: RwSignal<Limits>,
    /// The session's lesson, if it began with one.
    pub lesson: RwSignal<Option<LessonView>>,
    /// The lessons on offer, for the first screen; `None` until they have come.
    pub lessons: RwSignal<Option<Vec<LessonView>>>,
    /// Sessions that this browser has opened before, the latest first. Kept.
    pub recent: RwSignal<Vec<RecentSession>>,
    /// An act of the first screen is on its way: its buttons wait.
    pub starting: RwSignal<bool>,
    /// The session's files, sorted by path.
    pub files: RwSignal<Vec<FileRow>>,
    /// The file in the editor.
    pub open_file: RwSignal<Option<FileId>>,
    /// It has not come yet: the document is on its way.
    pub awaits_file: RwSignal<bool>,
    /// How much of a large project has come, until all of it has.
    pub coming: RwSignal<Option<Coming>>,
    /// The editor goes where the model writes. A person's scroll, key or switch of file ends it.
    pub following: RwSignal<bool>,
    /// All turns, oldest first. Key rows by [`Turn::id`].
    pub turns: RwSignal<Vec<Turn>>,
    /// The last turn, when it runs or is about to.
    pub active: Memo<Option<protocol::TurnId>>,
    /// The screen stands still: a person pressed Esc or steered, and the server's answer is on its way.
    pub frozen: RwSignal<bool>,
    /// What stands in the prompt box.
    pub composer: RwSignal<String>,
    /// Put this on the prompt box's `<textarea>`, so that [`Store::focus_composer`] finds it.
    pub composer_ref: NodeRef<html::Textarea>,
    /// What the model may touch: scope, locks, and what a person says of a held hunk.
    pub guard: Guard,
    /// Files in and out.
    pub ship: Ship,
    /// The hunk that the keyboard's commands mean.
    pub current_hunk: RwSignal<Option<protocol::HunkId>>,
    /// Replaying.
    pub replay: Replay,
    /// What people pinned to the timeline that is replayed.
    pub comments: Comments,
    /// Comparing, authors and conventions.
    pub review: Review,
    /// Links, and what is about to be shared.
    pub sharing: Sharing,
    /// The others: who is known, and whom the editor follows.
    pub together: Together,
    /// Running the session's code.
    pub running: Running,
    /// Who is connected, this page included; of a large room a part.
    pub presence: RwSignal<Vec<Presence>>,
    /// How many are connected, this page included.
    pub connected: RwSignal<u32>,
    /// The numbers that are always visible.
    pub strip: RwSignal<LatencyStrip>,
    /// What a person should know, the oldest first.
    pub notices: RwSignal<Vec<Notice>>,
    /// Light, dark or the system's. Kept; reflected as `data-theme="light|dark"` on the root element.
    pub theme: RwSignal<Theme>,
    /// Whether the dark variant is shown now, the system's choice resolved.
    pub dark: RwSignal<bool>,
    /// The sheet of shortcuts is shown. `?` and Ctrl+/ toggle it, Esc closes it.
    pub sheet_open: RwSignal<bool>,
    /// What the intents act through.
    client: StoredValue<Option<Rc<Client>>, LocalStorage>,
}

impl Store {
    /// The store that the root provided.
    pub fn here() -> Self {
        expect_context()
    }

    /// A new one with its client: restores what this browser keeps, starts nothing.
    pub fn new() -> Self {
        let store = Self::empty();
        let owner = Owner::current().unwrap_or_default();
        store.client.set_value(Some(Client::new(store, owner)));
        kept::restore(store);
        store
    }

    fn empty() -> Self {
        let turns = RwSignal::new(Vec::<Turn>::new());
        let replay = Replay::new();
        Self {
            route: RwSignal::new(Route::Start),
            connection: RwSignal::new(Connection::Connecting),
            saving: RwSignal::new(Saving::default()),
            role: RwSignal::new(Role::Viewer),
            me: RwSignal::new(None),
            models: RwSignal::new(Vec::new()),
            model: RwSignal::new(None),
            speed: RwSignal::new(status::SPEED_DEFAULT),
            limits: RwSignal::new(Limits::default()),
            lesson: RwSignal::new(None),
            lessons: RwSignal::new(None),
            recent: RwSignal::new(Vec::new()),
            starting: RwSignal::new(false),
            files: RwSignal::new(Vec::new()),
            open_file: RwSignal::new(None),
            awaits_file: RwSignal::new(false),
            coming: RwSignal::new(None),
            following: RwSignal::new(true),
            turns,
            active: Memo::new(move |_| {
                turns.with(|turns| turns.last().filter(|t| t.status.get() == TurnStatus::Running).map(|t| t.id.clone()))
            }),
            frozen: RwSignal::new(false),
            composer: RwSignal::new(String::new()),
            composer_ref: NodeRef::new(),
            guard: Guard::new(),
            ship: Ship::new(),
            current_hunk: RwSignal::new(None),
            replay,
            comments: Comments::new(replay),
            review: Review::new(),
            running: Running::new(),
            sharing: Sharing::new(),
            together: Together::new(),
            presence: RwSignal::new(Vec::new()),
            connected: RwSignal::new(0),
            strip: RwSignal::new(LatencyStrip::default()),
            notices: RwSignal::new(Vec::new()),
            theme: RwSignal::new(Theme::System),
            dark: RwSignal::new(false),
            sheet_open: RwSignal::new(false),
            client: StoredValue::new_local(None),
        }
    }

    /// What the intents act through.
    pub fn client(&self) -> Option<Rc<Client>> {
        self.client.get_value()
    }

    /// A turn by id. Tracks `turns`.
    pub fn turn(&self, id: &protocol::TurnId) -> Option<Turn> {
        self.turns.with(|turns| turns.iter().rev().find(|t| t.id == *id).cloned())
    }

    /// The same, for a moment: tracks nothing.
    pub fn may_edit_now(&self) -> bool {
        self.role.get_untracked() >= Role::Editor
    }

    /// Whether this page may type, prompt, steer and decide. Tracks `role`.
    pub fn may_edit(&self) -> bool {
        self.role.get() >= Role::Editor
    }

    /// Whether this page is in, and may only watch. Tracks `role` and `me`.
    pub fn watches(&self) -> bool {
        !self.may_edit() && self.me.with(Option::is_some)
    }
}
