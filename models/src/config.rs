//! Which models there are, as the configuration file says it.
//!
//! Owns the shape of the `[[models]]` tables and the reasons why one cannot be used. Reads no file and no
//! environment; [`catalog`](crate::catalog) turns it into models.

use serde::Deserialize;

use crate::secret::Secret;
use crate::terms::{CONTEXT_MIN, Format};

/// The models part of the configuration; everything is optional.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ModelsConfig {
    /// The models, in the order in which they are offered.
    pub models: Vec<ModelConfig>,
}

/// One `[[models]]` table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelConfig {
    /// Its id; made of the preset and the model if empty.
    pub id: String,
    /// Its name for a person; made of the model and the server if empty.
    pub label: String,
    /// The API it speaks.
    pub family: Family,
    /// A server's name in [`DIALECTS`](crate::chat::dialect::DIALECTS): brings the address, the key's variable,
    /// a model and the quirks, each of which can be overridden here.
    pub preset: Option<String>,
    /// The server's address, up to and with `/v1`.
    pub base_url: Option<String>,
    /// The model's name there.
    pub model: Option<String>,
    /// The environment variable that holds the key.
    pub api_key_env: Option<String>,
    /// The key itself, for a file that nobody else can read.
    pub api_key: Option<Secret>,
    /// The most tokens of one answer; the server's own limit if none.
    pub max_output_tokens: Option<u32>,
    /// What the model takes and makes in all, in tokens; guessed by its name and server if none.
    pub context_tokens: Option<u32>,
    /// The edit format that it is asked for; chosen by its name if none.
    pub format: Option<Format>,
}

/// The API that a model speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Chat Completions, which nearly every server has.
    #[default]
    Chat,
    /// Responses over a WebSocket, with server-sent events where there is none.
    Responses,
}

/// Why a configured model cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No such preset.
    #[error("model {id:?}: there is no preset {preset:?} (there are: {known})")]
    UnknownPreset {
        /// The model.
        id: String,
        /// What was asked for.
        preset: String,
        /// What there is.
        known: String,
    },
    /// Neither it nor its preset says where the server is.
    #[error("model {id:?} needs a base_url or a preset")]
    NoBaseUrl {
        /// The model.
        id: String,
    },
    /// Not an address.
    #[error("model {id:?}: base_url has to begin with http:// or https:// and holds no user name or password")]
    BadBaseUrl {
        /// The model.
        id: String,
    },
    /// Neither it nor its preset names a model.
    #[error("model {id:?} needs a model name")]
    NoModel {
        /// The model.
        id: String,
    },
    /// The variable of its key is not set.
    #[error("model {id:?}: the environment variable {variable} is not set")]
    NoKey {
        /// The model.
        id: String,
        /// The variable.
        variable: String,
    },
    /// No request would fit.
    #[error("model {id:?}: context_tokens has to be at least {CONTEXT_MIN}, and above max_output_tokens")]
    ContextTooSmall {
        /// The model.
        id: String,
    },
    /// Two models of one id, or one called `practice`.
    #[error("the model id {id:?} is taken")]
    IdTaken {
        /// The id.
        id: String,
    },
}
