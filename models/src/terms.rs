//! What a request to a model has to keep to: how much it takes, and the edit format that it is asked for.
//!
//! Owns the defaults by a model's name. They are guesses on the safe side, and the configuration overrides each of
//! them. Knows nothing of how requests are made up.

use serde::Deserialize;

use crate::chat::dialect::{Dialect, LLAMA_CPP, LM_STUDIO, OLLAMA};

/// The context of a hosted model that is not known: what nearly all have by now.
pub const HOSTED_CONTEXT: u32 = 128_000;
/// The context of a model on a server of one's own: such a server is started with a window of its operator's
/// choosing, mostly far below what the model could take, and cuts silently what exceeds it.
pub const LOCAL_CONTEXT: u32 = 32_000;
/// The smallest context that can be configured: below it the system prompt and an answer leave no room for a file.
pub const CONTEXT_MIN: u32 = 4_000;

/// What a request to one model has to keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What the model takes and makes in all, in tokens.
    pub context_tokens: u32,
    /// The most tokens of one answer, where that is configured.
    pub output_tokens: Option<u32>,
    /// The edit format that it is asked for. Whatever it then answers in is understood.
    pub format: Format,
}

/// The edit format that a model is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// `<edit>` blocks with old and new text: nothing but the new text streams.
    #[default]
    Edit,
    /// SEARCH/REPLACE blocks.
    SearchReplace,
    /// The V4A envelope, `*** Begin Patch`: applies hunk by hunk, not token by token.
    Patch,
    /// Whole files in fences, for models too small for anything else.
    WholeFile,
}

impl Default for Terms {
    fn default() -> Self {
        Self { context_tokens: HOSTED_CONTEXT, output_tokens: None, format: Format::default() }
    }
}

/// Contexts by the beginning of a model's name, the first that fits. What a model takes, where that is less than
/// what it takes and makes together.
const CONTEXTS: &[(&str, u32)] = &[
    ("gpt-oss", 131_072),
    ("gpt-4.1", 1_000_000),
    ("gpt-4", 128_000),
    ("gpt-5", 272_000),
    ("gpt-6", 272_000),
    ("o3", 200_000),
    ("o4", 200_000),
    ("gemini", 1_000_000),
    ("claude", 200_000),
    ("codestral", 256_000),
    ("qwen3-coder", 256_000),
];

impl Terms {
    /// What is known of a model by its name and its server.
    pub(crate) fn known(model: &str, dialect: &Dialect) -> Self {
        let name = model.rsplit('/').next().unwrap_or(model).to_ascii_lowercase();
        Self { context_tokens: context_of(&name, dialect), output_tokens: None, format: format_of(&name) }
    }
}

fn context_of(name: &str, dialect: &Dialect) -> u32 {
    if [OLLAMA.id, LM_STUDIO.id, LLAMA_CPP.id].contains(&dialect.id) {
        return LOCAL_CONTEXT;
    }
    // The small sibling of its family.
    if name.contains("codex-spark") {
        return HOSTED_CONTEXT;
    }
    let by_name = CONTEXTS.iter().find(|(prefix, _)| name.starts_with(prefix)).map(|(_, context)| *context);
    let is_hosted = dialect.key_env.is_some();
    by_name.unwrap_or(if is_hosted { HOSTED_CONTEXT } else { LOCAL_CONTEXT })
}

/// What a model was trained on, where that is plain from its name, and does better by than by the primary format.
fn format_of(name: &str) -> Format {
    if name.contains("codex") {
        Format::Patch
    } else if name.starts_with("gemini") {
        Format::SearchReplace
    } else {
        Format::Edit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::dialect::{OPENAI, find};

    fn known(model: &str, preset: &str) -> (u32, Format) {
        let terms = Terms::known(model, find(preset).unwrap());
        (terms.context_tokens, terms.format)
    }

    #[test]
    fn a_model_is_known_by_its_name() {
        assert_eq!(known("gpt-5.1", "openai"), (272_000, Format::Edit));
        assert_eq!(known("gpt-5.3-codex", "openai"), (272_000, Format::Patch));
        assert_eq!(known("gpt-5.3-codex-spark", "openai"), (HOSTED_CONTEXT, Format::Patch));
        assert_eq!(known("google/Gemini-2.5-pro", "openrouter"), (1_000_000, Format::SearchReplace));
        assert_eq!(known("openai/gpt-oss-120b", "groq"), (131_072, Format::Edit));
        assert_eq!(known("brand-new", OPENAI.id), (HOSTED_CONTEXT, Format::Edit));
    }

    #[test]
    fn a_server_of_ones_own_has_the_window_that_it_was_started_with() {
        assert_eq!(known("qwen3-coder", "ollama").0, LOCAL_CONTEXT);
        assert_eq!(known("mine", "generic").0, LOCAL_CONTEXT);
        assert_eq!(known("qwen3-coder", "vllm").0, 256_000);
    }
}
