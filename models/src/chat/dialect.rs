//! The table of servers that speak Chat Completions, with what sets each apart.
//!
//! Owns base addresses, default models, the names of key variables and the quirks of request bodies
//! (responses are read tolerantly, so they need no quirks). Data only.

/// One server's way of speaking Chat Completions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The preset's name in the configuration.
    pub id: &'static str,
    /// The provider's name for a person.
    pub label: &'static str,
    /// Where it lives.
    pub base_url: &'static str,
    /// The usual variable of its key; none for local servers.
    pub key_env: Option<&'static str>,
    /// The variable that overrides `default_model`.
    pub model_env: Option<&'static str>,
    /// A model that is fast and writes code well; empty where only the server knows what it has.
    pub default_model: &'static str,
    /// The field that bounds the output.
    pub max_tokens: MaxTokens,
    /// Whether `stream_options.include_usage` may be sent.
    pub usage_option: bool,
    /// Whether to switch off OpenAI's padding of every chunk.
    pub obfuscation_option: bool,
    /// Whether the template insists on alternating roles.
    pub merges_roles: bool,
    /// How a last assistant message is asked to be continued.
    pub prefill: Prefill,
    /// Further headers.
    pub headers: &'static [(&'static str, &'static str)],
}

/// The name of the output limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaxTokens {
    /// `max_completion_tokens`, the present one.
    Completion,
    /// `max_tokens`, the one that every compatible server knows.
    Plain,
}

/// What a request says when its last message is the assistant's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefill {
    /// Nothing more: the server continues it, or begins anew as it likes.
    Silent,
    /// `prefix: true` on that message.
    PrefixFlag,
    /// vLLM's pair of fields.
    ContinueFinalMessage,
}

const HOSTED: Dialect = Dialect {
    id: "generic",
    label: "The server",
    base_url: "",
    key_env: None,
    model_env: None,
    default_model: "",
    max_tokens: MaxTokens::Plain,
    usage_option: true,
    obfuscation_option: false,
    merges_roles: false,
    prefill: Prefill::Silent,
    headers: &[],
};

/// A server of the user's own: a chat template may refuse what it has not seen in training.
const LOCAL: Dialect = Dialect { merges_roles: true, ..HOSTED };

/// OpenAI itself.
pub const OPENAI: Dialect = Dialect {
    id: "openai",
    label: "OpenAI",
    base_url: "https://api.openai.com/v1",
    key_env: Some("OPENAI_API_KEY"),
    model_env: Some("OPENAI_MODEL"),
    default_model: "gpt-5.1",
    max_tokens: MaxTokens::Completion,
    obfuscation_option: true,
    ..HOSTED
};

/// Any other server: only what all of them know.
pub const GENERIC: Dialect = LOCAL;

/// Ollama's compatible endpoint.
pub const OLLAMA: Dialect = Dialect { id: "ollama", label: "Ollama", base_url: "http://127.0.0.1:11434/v1", ..LOCAL };

/// LM Studio.
pub const LM_STUDIO: Dialect =
    Dialect { id: "lmstudio", label: "LM Studio", base_url: "http://127.0.0.1:1234/v1", ..LOCAL };

/// llama.cpp's server.
pub const LLAMA_CPP: Dialect =
    Dialect { id: "llamacpp", label: "llama.cpp", base_url: "http://127.0.0.1:9931/v1", ..LOCAL };

/// Every preset, the fast hosted ones first: the order in which they are offered.
pub const DIALECTS: &[Dialect] = &[
    OPENAI,
    Dialect {
        id: "cerebras",
        label: "Cerebras",
        base_url: "https://api.cerebras.ai/v1",
        key_env: Some("CEREBRAS_API_KEY"),
        model_env: Some("CEREBRAS_MODEL"),
        default_model: "gpt-oss-120b",
        max_tokens: MaxTokens::Completion,
        ..HOSTED
    },
    Dialect {
        id: "groq",
        label: "Groq",
        base_url: "https://api.groq.com/openai/v1",
        key_env: Some("GROQ_API_KEY"),
        model_env: Some("GROQ_MODEL"),
        default_model: "openai/gpt-oss-120b",
        max_tokens: MaxTokens::Completion,
        ..HOSTED
    },
    Dialect {
        id: "openrouter",
        label: "OpenRouter",
        base_url: "https://openrouter.ai/api/v1",
        key_env: Some("OPENROUTER_API_KEY"),
        model_env: Some("OPENROUTER_MODEL"),
        default_model: "openai/gpt-oss-120b",
        headers: &[("x-title", "Midstream")],
        ..HOSTED
    },
    Dialect {
        id: "deepseek",
        label: "DeepSeek",
        base_url: "https://api.deepseek.com",
        key_env: Some("DEEPSEEK_API_KEY"),
        model_env: Some("DEEPSEEK_MODEL"),
        default_model: "deepseek-chat",
        merges_roles: true,
        ..HOSTED
    },
    Dialect {
        id: "mistral",
        label: "Mistral",
        base_url: "https://api.mistral.ai/v1",
        key_env: Some("MISTRAL_API_KEY"),
        model_env: Some("MISTRAL_MODEL"),
        default_model: "codestral-latest",
        // Its streams carry the usage unasked, and unknown fields are refused.
        usage_option: false,
        merges_roles: true,
        prefill: Prefill::PrefixFlag,
        ..HOSTED
    },
    Dialect {
        id: "together",
        label: "Together",
        base_url: "https://api.together.xyz/v1",
        key_env: Some("TOGETHER_API_KEY"),
        model_env: Some("TOGETHER_MODEL"),
        default_model: "openai/gpt-oss-120b",
        ..HOSTED
    },
    Dialect {
        id: "fireworks",
        label: "Fireworks",
        base_url: "https://api.fireworks.ai/inference/v1",
        key_env: Some("FIREWORKS_API_KEY"),
        model_env: Some("FIREWORKS_MODEL"),
        default_model: "accounts/fireworks/models/gpt-oss-120b",
        ..HOSTED
    },
    OLLAMA,
    LM_STUDIO,
    LLAMA_CPP,
    Dialect {
        id: "vllm",
        label: "vLLM",
        base_url: "http://127.0.0.1:8000/v1",
        prefill: Prefill::ContinueFinalMessage,
        ..LOCAL
    },
    GENERIC,
];

/// The preset of that name.
pub fn find(id: &str) -> Option<&'static Dialect> {
    DIALECTS.iter().find(|dialect| dialect.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_have_their_own_names_and_sound_addresses() {
        for (at, dialect) in DIALECTS.iter().enumerate() {
            assert!(!DIALECTS[..at].iter().any(|other| other.id == dialect.id), "{}", dialect.id);
            assert!(!dialect.base_url.ends_with('/'), "{}", dialect.id);
            // A key goes over TLS or stays on this machine.
            assert!(dialect.key_env.is_none() || dialect.base_url.starts_with("https://"), "{}", dialect.id);
            assert_eq!(dialect.key_env.is_some(), dialect.model_env.is_some(), "{}", dialect.id);
            assert_eq!(dialect.key_env.is_some(), !dialect.default_model.is_empty(), "{}", dialect.id);
        }
        assert_eq!(find("groq").map(|dialect| dialect.label), Some("Groq"));
    }
}
