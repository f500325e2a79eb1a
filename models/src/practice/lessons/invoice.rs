//! The first lesson: float for money, against a convention that stands in the project's AGENTS.md.

use crate::practice::lesson::{Beat, Branch, Change, Lesson, LessonFile};

/// See the head of this file.
pub(super) const LESSON: Lesson = Lesson {
    id: "invoice",
    title: "Count the cents",
    language: "python",
    goal: "Stop a model while it writes, say what is wrong, and let it go on from there.",
    prompt: "Add a volume discount: 5 % from 100.00 and 10 % from 500.00, taken off before tax. \
             Show it on the receipt and test it.",
    hint: "AGENTS.md says how this project counts money. Watch the type of the tier's fields: when it is not what the \
           file says, press Esc and tell the model, for example \"integer cents\".",
    opens: "receipts/pricing.py",
    files: &[
        LessonFile { path: "AGENTS.md", text: text!("invoice/start/AGENTS.md") },
        LessonFile { path: "receipts/money.py", text: text!("invoice/start/receipts/money.py") },
        LessonFile { path: "receipts/models.py", text: text!("invoice/start/receipts/models.py") },
        LessonFile { path: PRICING, text: text!("invoice/start/receipts/pricing.py") },
        LessonFile { path: RECEIPT, text: text!("invoice/start/receipts/receipt.py") },
        LessonFile { path: TESTS, text: text!("invoice/start/tests/test_pricing.py") },
    ],
    mistake: "threshold: float",
    flawed: &[
        Beat::Say("I will add the discount tiers and the calculation to pricing.py, then the receipt and the tests."),
        Beat::Change(Change {
            path: PRICING,
            to: text!("invoice/wrong/receipts/pricing.py"),
            whys: &[
                ("class Tier", "the discount tiers"),
                ("import dataclass", "for the tiers"),
                ("def discount_cents", "discount before tax"),
                ("", "charge what is left after the discount"),
            ],
        }),
        Beat::Say("Now the receipt shows the discount when there is one."),
        SHOW,
        TEST,
    ],
    confession: "Done, and wrong: since line {line} of {path} the discount is calculated with floats, although AGENTS.md \
                 asks for integer cents. An invoice of 100.10 gets 5.00 off instead of 5.01, and the rounding test fails. \
                 Nobody stopped me. Revert the turn, send the prompt again, and catch me at that line.",
    branches: &[
        Branch {
            keywords: &["decimal"],
            answer: "Not floats, agreed; but AGENTS.md rules out Decimal as well, so integer cents.",
            beats: PUT_RIGHT,
        },
        Branch {
            keywords: &[
                "cent",
                "cents",
                "float",
                "integer",
                "int",
                "ints",
                "round",
                "money",
                "agents",
                "convention",
                "basis",
                "share",
                "type",
                "types",
            ],
            answer: "Right: integer cents, as AGENTS.md says.",
            beats: PUT_RIGHT,
        },
    ],
    understands: "how money is counted: cents, floats, rounding",
};

const PRICING: &str = "receipts/pricing.py";
const RECEIPT: &str = "receipts/receipt.py";
const TESTS: &str = "tests/test_pricing.py";

const PUT_RIGHT: &[Beat] = &[
    Beat::Change(Change {
        path: PRICING,
        to: text!("invoice/good/receipts/pricing.py"),
        whys: &[
            ("from_cents: int", "tiers in cents and basis points"),
            ("import dataclass", "for the tiers"),
            ("def discount_cents", "money.share rounds half up"),
            ("", "whole cents only"),
        ],
    }),
    SHOW,
    TEST,
    Beat::Say("Done: the discount is counted in cents from end to end, is on the receipt, and has its tests."),
];

const SHOW: Beat = Beat::Change(Change {
    path: RECEIPT,
    to: text!("invoice/good/receipts/receipt.py"),
    whys: &[("", "show the discount when there is one")],
});

const TEST: Beat = Beat::Change(Change {
    path: TESTS,
    to: text!("invoice/good/tests/test_pricing.py"),
    whys: &[("", "tiers, their limits and the rounding")],
});
