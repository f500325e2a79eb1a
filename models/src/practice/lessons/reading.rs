//! The third lesson: a feature that breaks the event on which another file relies.

use crate::practice::lesson::{Beat, Branch, Change, Lesson, LessonFile};

/// See the head of this file.
pub(super) const LESSON: Lesson = Lesson {
    id: "reading",
    title: "Keep the promise",
    language: "html",
    goal: "Notice when a change breaks what another file relies on, and steer before it spreads.",
    prompt: "Add a filter above the list: all books, or only the unread ones.",
    hint: "summary.js listens to an event of store.js. Watch its name and its detail: when they change, press Esc and \
           tell the model, for example \"keep books:changed as it is\".",
    opens: "store.js",
    files: &[
        LessonFile { path: "AGENTS.md", text: text!("reading/start/AGENTS.md") },
        LessonFile { path: PAGE, text: text!("reading/start/index.html") },
        LessonFile { path: STYLE, text: text!("reading/start/style.css") },
        LessonFile { path: STORE, text: text!("reading/start/store.js") },
        LessonFile { path: LIST, text: text!("reading/start/list.js") },
        LessonFile { path: "summary.js", text: text!("reading/start/summary.js") },
    ],
    mistake: "\"list:updated\"",
    flawed: &[
        Beat::Say("First two buttons in the page, and their look."),
        BUTTONS,
        LOOK,
        Beat::Say("Now the filter itself: the store keeps it, and tells the page what is visible."),
        Beat::Change(Change {
            path: STORE,
            to: text!("reading/wrong/store.js"),
            whys: &[("list:updated", "tell the page what is visible"), ("", "the filters")],
        }),
        Beat::Change(Change {
            path: LIST,
            to: text!("reading/wrong/list.js"),
            whys: &[
                ("import", "the store has the filter"),
                ("getElementById", "the two buttons"),
                ("list:updated", "show what the store lets through"),
                ("visible()", "show what the store lets through"),
                ("", "mark the pressed button"),
            ],
        }),
    ],
    confession: "Done, and broken: at line {line} of {path} I renamed the event books:changed and put only the visible \
                 books into it. summary.js still listens to the old name, so its count never changes again, and so does \
                 every page that embeds the list. Revert the turn, send the prompt again, and stop me at that line.",
    branches: &[Branch {
        keywords: &[
            "event",
            "books",
            "changed",
            "rename",
            "name",
            "names",
            "api",
            "break",
            "broke",
            "keep",
            "contract",
            "detail",
            "summary",
            "listen",
            "public",
            "agents",
            "convention",
            "compatib",
            "store",
            "updated",
            "signature",
            "promise",
        ],
        answer: "Right: books:changed stays as it is, as AGENTS.md says; the list decides what is visible.",
        beats: &[
            Beat::Change(Change {
                path: STORE,
                to: text!("reading/start/store.js"),
                whys: &[("books:changed", "the public event, as it was"), ("", "the store knows no filter")],
            }),
            BUTTONS,
            LOOK,
            Beat::Change(Change {
                path: LIST,
                to: text!("reading/good/list.js"),
                whys: &[
                    ("import", "the store, as it was"),
                    ("getElementById", "the filter's buttons"),
                    ("const visible", "the list decides what is visible"),
                    ("books:changed", "the public event, as it was"),
                    ("addEventListener", "connect the buttons"),
                    ("", "show all that the filter lets through"),
                ],
            }),
            Beat::Say("Done: the filter works, the event is as it was, and the summary still counts every book."),
        ],
    }],
    understands: "what other files rely on: the event books:changed, its name and its detail",
};

const PAGE: &str = "index.html";
const STYLE: &str = "style.css";
const STORE: &str = "store.js";
const LIST: &str = "list.js";

const BUTTONS: Beat =
    Beat::Change(Change { path: PAGE, to: text!("reading/good/index.html"), whys: &[("", "buttons to choose with")] });

const LOOK: Beat = Beat::Change(Change {
    path: STYLE,
    to: text!("reading/good/style.css"),
    whys: &[("", "mark the button that is pressed")],
});
