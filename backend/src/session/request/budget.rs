//! How much a request may take, and how that is shared. Bytes inside, tokens for people.
//!
//! Tokens are never counted, only estimated: every provider counts in its own way, and none before it is asked.

use models::Terms;

/// Bytes in a token, about. English prose has more, dense code and other scripts have fewer: [`SLACK`] is for them.
pub const BYTES_PER_TOKEN: usize = 4;
/// What a message takes beside its text: role and separators.
pub const MESSAGE_OVERHEAD: usize = 4 * BYTES_PER_TOKEN;
/// What is kept free for the answer where no limit of its own is configured, in tokens: several long edits. A small
/// context keeps a quarter free.
pub const OUTPUT_RESERVE: usize = 16_384;
/// One part in so many stays unused, since estimates are too low for dense code.
pub const SLACK: usize = 8;
/// The most that a request takes whatever the context, in bytes, about 260,000 tokens: past it reading alone takes
/// many seconds everywhere.
pub const REQUEST_MAX: usize = 1024 * 1024;
/// The most file text that one message carries, in bytes: about 60,000 tokens, some seconds of reading.
pub const FILES_MAX: usize = 256 * 1024;
/// One message's files take at most this share of the limit, in eighths. With half of the limit kept when history is
/// dropped, that leaves room to grow before the next drop.
pub const MESSAGE_SHARE: usize = 3;
/// What is kept when the history has to be shortened: a request falls to one part in so many of its limit at once,
/// so that the prefix then stays the same for many requests.
pub const KEPT_AFTER_DROP: usize = 2;
/// The conventions take at most one part in so many of the limit.
pub const CONVENTIONS_SHARE: usize = 8;

/// A request's limits, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The whole request.
    pub limit: usize,
    /// What its newest message brings of the project: files, outline, selection.
    pub message: usize,
    /// The conventions.
    pub conventions: usize,
}

impl Budget {
    /// What a model's terms leave.
    pub fn of(terms: &Terms) -> Budget {
        let context = terms.context_tokens as usize;
        let reserve = match terms.output_tokens {
            Some(output) => (output as usize).min(context / 2),
            None => OUTPUT_RESERVE.min(context / 4),
        };
        let tokens = context.saturating_sub(reserve);
        let limit = ((tokens - tokens / SLACK) * BYTES_PER_TOKEN).min(REQUEST_MAX);
        Budget {
            limit,
            message: (limit / 8 * MESSAGE_SHARE).min(FILES_MAX),
            conventions: (limit / CONVENTIONS_SHARE).min(super::CONVENTIONS_MAX),
        }
    }
}

/// Bytes as tokens, rounded up.
pub fn tokens(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(BYTES_PER_TOKEN)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use models::Format;

    use super::*;

    fn budget(context_tokens: u32, output_tokens: Option<u32>) -> Budget {
        Budget::of(&Terms { context_tokens, output_tokens, format: Format::Edit })
    }

    #[test]
    fn an_answer_has_room_whatever_the_context() {
        assert_eq!(budget(32_000, None), Budget { limit: 84_000, message: 31_500, conventions: 10_500 });
        assert_eq!(budget(32_000, Some(2_000)).limit, 105_000);
        assert_eq!(budget(32_000, Some(31_999)).limit, 56_000);
        assert_eq!(budget(128_000, None).message, 146_496);
    }

    #[test]
    fn a_huge_context_is_not_filled_because_it_is_there() {
        let budget = budget(1_000_000, None);
        assert_eq!((budget.limit, budget.message), (REQUEST_MAX, FILES_MAX));
    }
}
