//! The second lesson: asked for one bug fix, the model refactors around it.

use crate::practice::lesson::{Beat, Branch, Change, Lesson, LessonFile};

/// See the head of this file.
pub(super) const LESSON: Lesson = Lesson {
    id: "query",
    title: "Just the bug",
    language: "typescript",
    goal: "Keep a model to what you asked when it begins to tidy up on the way.",
    prompt: "parse(\"token=YWJj==\") loses everything after the second equals sign. Fix it and add a test.",
    hint: "The fix is three lines in splitPair. When the model begins to write a class instead, press Esc and tell it, \
           for example \"only the bug, no refactoring\".",
    opens: "src/parse.ts",
    files: &[
        LessonFile { path: "AGENTS.md", text: text!("query/start/AGENTS.md") },
        LessonFile { path: INDEX, text: text!("query/start/src/index.ts") },
        LessonFile { path: "src/types.ts", text: text!("query/start/src/types.ts") },
        LessonFile { path: "src/encode.ts", text: text!("query/start/src/encode.ts") },
        LessonFile { path: PARSE, text: text!("query/start/src/parse.ts") },
        LessonFile { path: "src/stringify.ts", text: text!("query/start/src/stringify.ts") },
        LessonFile { path: TESTS, text: text!("query/start/test/parse.test.ts") },
    ],
    mistake: "export class QueryParser",
    flawed: &[
        Beat::Say("The pair is split at every equals sign, where only the first one counts. I start with a test."),
        TEST,
        Beat::Say("Now the parser. While I am here, I will give it a better structure."),
        Beat::Change(Change {
            path: PARSE,
            to: text!("query/wrong/src/parse.ts"),
            whys: &[
                ("export class QueryParser", "a parser that is easier to extend"),
                ("@deprecated", "point to the new class"),
                ("", "the class does this now"),
            ],
        }),
        Beat::Change(Change { path: INDEX, to: text!("query/wrong/src/index.ts"), whys: &[("", "export the parser")] }),
    ],
    confession: "Done, and too much: you asked for one bug, and at line {line} of {path} I began a class with state that \
                 nobody asked for, deprecated parse, and added a public export; AGENTS.md rules out all three. The tests \
                 pass, and that is what makes it easy to miss. Revert the turn, send the prompt again, and stop me there.",
    branches: &[Branch {
        keywords: &[
            "refactor",
            "class",
            "classes",
            "only",
            "just",
            "minimal",
            "small",
            "smaller",
            "rename",
            "bug",
            "fix",
            "unasked",
            "leave",
            "keep",
            "simple",
            "simpler",
            "scope",
            "asked",
            "ask",
            "structure",
            "agents",
            "api",
            "convention",
            "function",
            "diff",
            "restructur",
            "without",
        ],
        answer: "Right: only the bug, as AGENTS.md says.",
        beats: &[
            Beat::Change(Change {
                path: PARSE,
                to: text!("query/good/src/parse.ts"),
                whys: &[
                    ("const equals", "split at the first equals sign only"),
                    ("export function parse", "the plain function, as it was"),
                    ("", "back to what was there"),
                ],
            }),
            Beat::Change(Change {
                path: INDEX,
                to: text!("query/start/src/index.ts"),
                whys: &[("", "the public exports, as they were")],
            }),
            TEST,
            Beat::Say("Done: three lines fix the bug, one test keeps it fixed, and nothing else changed."),
        ],
    }],
    understands: "how much I change: only the bug, no refactoring",
};

const PARSE: &str = "src/parse.ts";
const INDEX: &str = "src/index.ts";
const TESTS: &str = "test/parse.test.ts";

const TEST: Beat =
    Beat::Change(Change { path: TESTS, to: text!("query/good/test/parse.test.ts"), whys: &[("", "the reported bug")] });
