//! Tests of the crate as a whole, and what they share.

mod diff;
mod engine;
mod formats;
mod hostile;
mod locate;
mod parser;
mod properties;

use crate::diff::{DiffOp, WINDOW_LINES};
use crate::testing::Applier;

/// Operations as one readable text: ` kept`, `-deleted`, `+inserted`, an operation a line.
fn show(old: &str, ops: &[DiffOp]) -> String {
    let units: Vec<u16> = old.encode_utf16().collect();
    let mut at = 0;
    let mut out = String::new();
    let mut take = |len: u32| {
        let text = String::from_utf16(&units[at..at + len as usize]).unwrap();
        at += len as usize;
        text
    };
    for op in ops {
        out += &match op {
            DiffOp::Keep(len) => format!(" {:?}\n", take(*len)),
            DiffOp::Delete(len) => format!("-{:?}\n", take(*len)),
            DiffOp::Insert(text) => format!("+{text:?}\n"),
        };
    }
    out
}

/// Joins neighbours of one kind: what chunking may change.
fn joined(ops: &[DiffOp]) -> Vec<DiffOp> {
    let mut out: Vec<DiffOp> = Vec::new();
    for op in ops {
        match (out.last_mut(), op) {
            (Some(DiffOp::Keep(a)), DiffOp::Keep(b)) => *a += b,
            (Some(DiffOp::Insert(a)), DiffOp::Insert(b)) => a.push_str(b),
            _ => out.push(op.clone()),
        }
    }
    out
}

fn applied(old: &str, ops: &[DiffOp]) -> String {
    let mut file = Applier::new(old);
    for op in ops {
        file.apply(op).unwrap();
    }
    file.text()
}
