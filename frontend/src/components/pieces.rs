//! The flow of a turn's output: words, hunks, steers and continuations, in their order. A token touches the last
//! text alone; rows are made once.

use leptos::prelude::*;
use protocol::view::TurnStatus;

use super::hunk_card::{BlockCard, HunkCard};
use super::steer_note::{ContinueNote, SteerNote};
use crate::store::{Piece, PieceKind, Turn};

/// A piece, and what text it must stand flush with.
#[derive(Clone)]
struct Row {
    piece: Piece,
    after_text: bool,
    before_text: bool,
}

/// Pieces with their neighbours.
fn rows(pieces: &[Piece]) -> Vec<Row> {
    let is_text = |piece: Option<&Piece>| matches!(piece.map(|piece| &piece.kind), Some(PieceKind::Text(_)));
    pieces
        .iter()
        .enumerate()
        .map(|(at, piece)| Row {
            piece: piece.clone(),
            after_text: at.checked_sub(1).is_some_and(|before| is_text(pieces.get(before))),
            before_text: is_text(pieces.get(at + 1)),
        })
        .collect()
}

/// Blank lines beside a card are the card's margin already.
fn trimmed(text: &str, after_text: bool, before_text: bool) -> &str {
    let text = if after_text { text } else { text.trim_start_matches(['\n', '\r']) };
    if before_text { text } else { text.trim_end_matches(['\n', '\r']) }
}

/// The output of a turn.
#[component]
pub fn Pieces(
    /// The turn.
    turn: Turn,
) -> impl IntoView {
    let pieces = turn.pieces;
    let status = turn.status;
    let running = Memo::new(move |_| status.get() == TurnStatus::Running);
    let shown = turn.clone();
    view! {
        <div class="flow" data-testid="turn-flow">
            <For each=move || pieces.with(|pieces| rows(pieces)) key=|row| (row.piece.key, row.after_text, row.before_text) let(row)>
                {piece(shown.clone(), row)}
            </For>
            <Waiting turn=turn.clone() />
            <Show when=move || running.get()>
                <span class="flow-head" aria-hidden="true"></span>
            </Show>
        </div>
    }
}

fn piece(turn: Turn, Row { piece, after_text, before_text }: Row) -> AnyView {
    let offset = piece.offset;
    match piece.kind {
        PieceKind::Text(text) => {
            let shown = move || text.with(|text| trimmed(text, after_text, before_text).to_owned());
            // What is finished is a block of its own: a long answer is not laid out anew with each of its tokens.
            if before_text && text.with_untracked(|text| text.ends_with('\n')) {
                view! { <div class="say">{shown}</div> }.into_any()
            } else {
                view! { <span class="say">{shown}</span> }.into_any()
            }
        }
        PieceKind::Block(block) => {
            let finder = turn.clone();
            let hunk = Memo::new(move |_| finder.hunk_at(offset).map(|hunk| hunk.id));
            view! {
                {move || match hunk.get().and_then(|_| untrack(|| turn.hunk_at(offset))) {
                    Some(hunk) => view! { <HunkCard hunk /> }.into_any(),
                    None => view! { <BlockCard block=block.clone() /> }.into_any(),
                }}
            }
            .into_any()
        }
        PieceKind::Steer(id) => {
            let finder = turn.clone();
            let found = Memo::new({
                let id = id.clone();
                move |_| finder.steer(&id).is_some()
            });
            view! { {move || found.get().then(|| untrack(|| turn.steer(&id)).map(|steer| view! { <SteerNote steer /> }))} }.into_any()
        }
        PieceKind::Mending(failed) => {
            let what = match failed {
                Some(1) => "One change did not apply: the model was asked to mend it".to_owned(),
                Some(many) => format!("{many} changes did not apply: the model was asked to mend them"),
                None => "What did not apply: the model was asked to mend it".to_owned(),
            };
            view! { <p class="waiting">{what}</p> }.into_any()
        }
        PieceKind::Continued(text) => view! { <ContinueNote text /> }.into_any(),
    }
}

/// Before the first token: that the prompt is on its way, and steers that have no place in the output yet.
#[component]
fn Waiting(turn: Turn) -> impl IntoView {
    let (status, pieces, pending) = (turn.status, turn.pieces, turn.pending);
    let silent = Memo::new(move |_| status.get() == TurnStatus::Running && pieces.with(Vec::is_empty));
    let unplaced = move || {
        let placed = |id: &_| {
            pieces.with(|pieces| pieces.iter().any(|piece| matches!(&piece.kind, PieceKind::Steer(at) if at == id)))
        };
        turn.steers.with(|steers| steers.iter().filter(|steer| !placed(&steer.id)).cloned().collect::<Vec<_>>())
    };
    view! {
        <Show when=move || silent.get()>
            <p class="waiting">{move || if pending.get() { "Sending" } else { "Waiting for the first token" }}</p>
        </Show>
        <For each=unplaced key=|steer| steer.id.clone() let(steer)>
            <SteerNote steer />
        </For>
    }
}

#[cfg(test)]
mod tests {
    use super::trimmed;

    #[test]
    fn blank_lines_fall_only_where_a_card_stands() {
        assert_eq!(trimmed("\n\na\n\n", false, false), "a");
        assert_eq!(trimmed("\n a\n", true, false), "\n a");
        assert_eq!(trimmed("\na \n", false, true), "a \n");
    }
}
