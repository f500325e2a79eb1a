//! The models on offer: from the configuration, from the environment, found on this machine, and practice.
//!
//! Owns which models there are, their order and their ids. Knows no protocol; the default is the first entry, and
//! practice is always the last, so that it is the default exactly when there is nothing else.

use std::sync::Arc;

use crate::chat::dialect::{self, DIALECTS, Dialect};
use crate::chat::{ChatConfig, ChatProvider};
use crate::config::{ConfigError, Family, ModelConfig, ModelsConfig};
use crate::discover::Found;
use crate::responses::{ResponsesConfig, ResponsesProvider};
use crate::secret::Secret;
use crate::terms::{CONTEXT_MIN, Terms};
use crate::timers::Timers;
use crate::upstream::Provider;

/// The id of the practice model.
pub const PRACTICE: &str = "practice";

/// What stands in for a model's name where only the server knows one; servers of one model ignore it.
const ANY_MODEL: &str = "default";

/// A model as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Names it in requests.
    pub id: String,
    /// For a person.
    pub label: String,
    /// Where it runs: `practice`, `local`, or the provider's name.
    pub provider: String,
    /// Whether it follows a script and needs no key.
    pub scripted: bool,
}

/// The models on offer.
#[derive(Clone)]
pub struct Catalog {
    /// Practice last.
    entries: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    offer: Offer,
    terms: Terms,
    provider: Arc<dyn Provider>,
}

impl Catalog {
    /// The configured models, then those whose usual variables `env` has, then practice.
    pub fn build(
        config: &ModelsConfig,
        env: impl Fn(&str) -> Option<String>,
        practice: Arc<dyn Provider>,
    ) -> Result<Self, ConfigError> {
        let env = |name: &str| env(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let offer = Offer {
            id: PRACTICE.to_owned(),
            label: "Practice (scripted)".to_owned(),
            provider: PRACTICE.to_owned(),
            scripted: true,
        };
        let mut catalog = Self { entries: vec![Entry { offer, terms: Terms::default(), provider: practice }] };
        for model in &config.models {
            let model = resolve(model, &env)?;
            let id = model.id.clone();
            if !catalog.add(model) {
                return Err(ConfigError::IdTaken { id });
            }
        }
        for model in from_environment(&env)? {
            // A configured model of that id is the one that is meant.
            catalog.add(model);
        }
        Ok(catalog)
    }

    /// The same with one more model, before the others: one that the caller brings along.
    #[must_use]
    pub fn with(mut self, offer: Offer, terms: Terms, provider: Arc<dyn Provider>) -> Self {
        self.entries.insert(0, Entry { offer, terms, provider });
        self
    }

    /// Adds the models of servers found on this machine.
    pub fn add_found(&mut self, found: &[Found]) {
        for server in found {
            for model in &server.models {
                self.add(Resolved {
                    id: format!("{}:{model}", server.dialect.id),
                    label: format!("{model} · {}", server.dialect.label),
                    provider: "local".to_owned(),
                    family: Family::Chat,
                    dialect: server.dialect,
                    base_url: server.base_url.clone(),
                    model: model.clone(),
                    key: None,
                    key_env: None,
                    terms: Terms::known(model, &server.dialect),
                });
            }
        }
    }

    /// All of them, the default first.
    pub fn list(&self) -> Vec<Offer> {
        self.entries.iter().map(|entry| entry.offer.clone()).collect()
    }

    /// The model of that id.
    pub fn get(&self, id: &str) -> Option<Arc<dyn Provider>> {
        self.entries.iter().find(|entry| entry.offer.id == id).map(|entry| Arc::clone(&entry.provider))
    }

    /// What requests to the model of that id have to keep to.
    pub fn terms(&self, id: &str) -> Option<Terms> {
        self.entries.iter().find(|entry| entry.offer.id == id).map(|entry| entry.terms)
    }

    /// The id of the model that is meant when none is named.
    pub fn default_id(&self) -> &str {
        self.entries.first().map_or(PRACTICE, |entry| &entry.offer.id)
    }

    /// Whether the id was free.
    fn add(&mut self, model: Resolved) -> bool {
        if self.entries.iter().any(|entry| entry.offer.id == model.id) {
            return false;
        }
        let entry = Entry {
            offer: Offer {
                id: model.id.clone(),
                label: model.label.clone(),
                provider: model.provider.clone(),
                scripted: false,
            },
            terms: model.terms,
            provider: model.provider(),
        };
        self.entries.insert(self.entries.len().saturating_sub(1), entry);
        true
    }
}

impl std::fmt::Debug for Catalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.entries.iter().map(|entry| &entry.offer)).finish()
    }
}

/// A model with everything known.
struct Resolved {
    id: String,
    label: String,
    /// As [`Offer::provider`].
    provider: String,
    family: Family,
    dialect: Dialect,
    base_url: String,
    model: String,
    key: Option<Secret>,
    key_env: Option<String>,
    terms: Terms,
}

impl Resolved {
    fn provider(self) -> Arc<dyn Provider> {
        let name = if self.dialect.id == dialect::GENERIC.id {
            format!("The server at {}", host(&self.base_url))
        } else {
            self.dialect.label.to_owned()
        };
        let Self { family, dialect, base_url, model, key, key_env, terms, .. } = self;
        let max_output_tokens = terms.output_tokens;
        let timers = Timers::default();
        match family {
            Family::Chat => Arc::new(ChatProvider::new(ChatConfig {
                dialect,
                name,
                base_url,
                model,
                key,
                key_env,
                max_output_tokens,
                timers,
            })),
            Family::Responses => Arc::new(ResponsesProvider::new(ResponsesConfig {
                name,
                base_url,
                model,
                key,
                key_env,
                max_output_tokens,
                timers,
            })),
        }
    }
}

fn resolve(model: &ModelConfig, env: &impl Fn(&str) -> Option<String>) -> Result<Resolved, ConfigError> {
    let named = || {
        if model.id.is_empty() { model.model.clone().unwrap_or_default() } else { model.id.clone() }
    };
    let dialect = match &model.preset {
        None if model.family == Family::Responses => dialect::OPENAI,
        None => model.base_url.as_deref().and_then(dialect_at).unwrap_or(dialect::GENERIC),
        Some(preset) => *dialect::find(preset).ok_or_else(|| ConfigError::UnknownPreset {
            id: named(),
            preset: preset.clone(),
            known: DIALECTS.iter().map(|dialect| dialect.id).collect::<Vec<_>>().join(", "),
        })?,
    };
    let base_url = model.base_url.clone().unwrap_or_else(|| dialect.base_url.to_owned());
    if base_url.is_empty() {
        return Err(ConfigError::NoBaseUrl { id: named() });
    }
    if !is_sound(&base_url) {
        return Err(ConfigError::BadBaseUrl { id: named() });
    }
    let name = model
        .model
        .clone()
        .or_else(|| dialect.model_env.and_then(env))
        .or_else(|| Some(dialect.default_model.to_owned()).filter(|name| !name.is_empty()))
        .ok_or_else(|| ConfigError::NoModel { id: named() })?;
    let is_preset_address = base_url.trim_end_matches('/') == dialect.base_url;
    // A preset's key is for the preset's own server, not for another one that speaks like it.
    let key_env =
        model.api_key_env.clone().or_else(|| dialect.key_env.filter(|_| is_preset_address).map(str::to_owned));
    let key = match (&model.api_key, &key_env) {
        (Some(key), _) => Some(key.clone()),
        (None, Some(variable)) => Some(Secret::new(
            env(variable).ok_or_else(|| ConfigError::NoKey { id: named(), variable: variable.clone() })?,
        )),
        (None, None) => None,
    };
    let terms = terms(model, &name, &dialect).ok_or_else(|| ConfigError::ContextTooSmall { id: named() })?;
    let id = if model.id.is_empty() { format!("{}:{name}", dialect.id) } else { model.id.clone() };
    let place = if dialect.id == dialect::GENERIC.id { host(&base_url).to_owned() } else { dialect.label.to_owned() };
    let label = if model.label.is_empty() { format!("{} · {place}", short(&name)) } else { model.label.clone() };
    Ok(Resolved {
        id,
        label,
        provider: place,
        family: model.family,
        dialect,
        base_url,
        model: name,
        key_env: key_env.filter(|_| model.api_key.is_none()),
        key,
        terms,
    })
}

/// What is known of a model, with what the configuration says of it.
fn terms(model: &ModelConfig, name: &str, dialect: &Dialect) -> Option<Terms> {
    let known = Terms::known(name, dialect);
    let terms = Terms {
        context_tokens: model.context_tokens.unwrap_or(known.context_tokens),
        output_tokens: model.max_output_tokens,
        format: model.format.unwrap_or(known.format),
    };
    let takes_something = terms.output_tokens.unwrap_or_default() < terms.context_tokens;
    (terms.context_tokens >= CONTEXT_MIN && takes_something).then_some(terms)
}

/// One model per provider whose variable is set. `OPENAI_BASE_URL` makes the OpenAI one a compatible server's, which
/// need not want a key.
fn from_environment(env: &impl Fn(&str) -> Option<String>) -> Result<Vec<Resolved>, ConfigError> {
    let mut models = Vec::new();
    for dialect in DIALECTS {
        let Some(key_env) = dialect.key_env else {
            continue;
        };
        let base_url = if dialect.id == dialect::OPENAI.id { env("OPENAI_BASE_URL") } else { None };
        let key = env(key_env);
        if key.is_none() && base_url.is_none() {
            continue;
        }
        let is_openai = base_url.as_deref().is_none_or(|url| url.trim_end_matches('/') == dialect::OPENAI.base_url);
        let model = dialect.model_env.and_then(env);
        models.push(resolve(
            &ModelConfig {
                id: dialect.id.to_owned(),
                family: if dialect.id == dialect::OPENAI.id && is_openai { Family::Responses } else { Family::Chat },
                preset: is_openai.then(|| dialect.id.to_owned()),
                model: model.or_else(|| (!is_openai).then(|| ANY_MODEL.to_owned())),
                base_url,
                api_key_env: key.is_some().then(|| key_env.to_owned()),
                ..ModelConfig::default()
            },
            env,
        )?);
    }
    Ok(models)
}

/// The preset that lives at that address.
fn dialect_at(base_url: &str) -> Option<Dialect> {
    let base_url = base_url.trim_end_matches('/');
    DIALECTS.iter().find(|dialect| !dialect.base_url.is_empty() && dialect.base_url == base_url).copied()
}

fn is_sound(base_url: &str) -> bool {
    reqwest::Url::parse(base_url).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    })
}

/// A model's name without the folders that some servers put before it.
fn short(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The host and port of an address, for a person.
fn host(base_url: &str) -> &str {
    let rest = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

#[cfg(test)]
#[path = "catalog/tests.rs"]
mod tests;
