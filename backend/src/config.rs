//! Configuration: flags over environment over a TOML file over defaults.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::Parser;
use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use models::config::ModelConfig;
use serde::{Deserialize, Serialize};

use crate::access::{AccessCode, TooShort};
use crate::budget::BudgetConfig;
use crate::limits::{LimitsConfig, Network, OutOfBounds};

/// Where the server listens by default: this machine only.
pub const DEFAULT_ADDR: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8787);
/// Instead of a folder: nothing is kept beyond the process.
pub const IN_MEMORY: &str = ":memory:";
/// The file that is read when none is named and it is there.
pub const DEFAULT_FILE: &str = "midstream.toml";

/// Where the access code is. It is no flag: everyone on the machine may read those.
pub const ACCESS_CODE: &str = "MIDSTREAM_ACCESS_CODE";

/// Steer a coding model in real time: start, watch, interrupt, reshape, continue.
///
/// Serves the page and everything behind it on one address. With nothing configured there is the practice model, a
/// scripted teacher that needs no key and no network.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Flags {
    /// Address to listen on [default: 127.0.0.1:8787]
    #[arg(long, env = "MIDSTREAM_ADDR", value_name = "IP:PORT")]
    pub addr: Option<SocketAddr>,
    /// Folder for data: sessions are kept there; `:memory:` keeps them until the server ends
    /// [default: ./midstream-data]
    #[arg(long, env = "MIDSTREAM_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Configuration file [default: ./midstream.toml, if it is there]
    #[arg(long, env = "MIDSTREAM_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Delete sessions that nobody has changed for this many days [default: never]
    #[arg(long, env = "MIDSTREAM_RETENTION_DAYS", value_name = "DAYS")]
    pub retention_days: Option<u32>,
    /// A name under which this server may be asked for, beside loopback names; may be given several times
    #[arg(long, env = "MIDSTREAM_PUBLIC_HOST", value_name = "HOST", value_delimiter = ',')]
    pub public_host: Vec<String>,
    /// A proxy in front whose X-Forwarded-For is to be believed: an address, or a network such as 10.0.0.0/8; may be
    /// given several times
    #[arg(long, env = "MIDSTREAM_TRUSTED_PROXY", value_name = "NETWORK", value_delimiter = ',')]
    pub trusted_proxy: Vec<Network>,
    /// Do not look for Ollama, LM Studio and llama.cpp on this machine
    #[arg(long)]
    pub no_discover: bool,
}

const AFTER_HELP: &str = "\
Models:
  OPENAI_API_KEY               OpenAI, over the Responses API
  OPENAI_BASE_URL              any server that speaks Chat Completions (with OPENAI_MODEL)
  CEREBRAS_API_KEY, GROQ_API_KEY, OPENROUTER_API_KEY, DEEPSEEK_API_KEY, MISTRAL_API_KEY, ...
                               ready presets; CEREBRAS_MODEL and so on choose the model
  Ollama, LM Studio and llama.cpp on their default ports are found by themselves.
  Keys stay in this process: no page, link or log ever holds one.

File (TOML):
  addr = \"127.0.0.1:8787\"
  data = \"midstream-data\"
  retention_days = 90
  public_hosts = [\"play.example.org\"]
  trusted_proxies = [\"127.0.0.1\"]
  [limits]
  sessions_per_hour = 100
  [[models]]
  id = \"fast\"
  preset = \"cerebras\"
  model = \"gpt-oss-120b\"

Beyond this machine:
  MIDSTREAM_ACCESS_CODE        real models for sessions whose owner knows it; without it the practice model alone

Examples:
  midstream
  OPENAI_API_KEY=sk-... midstream
  midstream --addr 0.0.0.0:8787 --public-host play.example.org";

/// What the server runs with.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where to listen.
    pub addr: SocketAddr,
    /// The data folder, or [`IN_MEMORY`].
    pub data: PathBuf,
    /// Days after which a session that nobody has changed is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    /// Names beside loopback ones.
    pub public_hosts: Vec<String>,
    /// Proxies in front whose word on who asks is believed.
    pub trusted_proxies: Vec<Network>,
    /// How much one address, one session and one connection may ask for.
    pub limits: LimitsConfig,
    /// Who knows it may let a session use models that cost.
    #[serde(skip_serializing)]
    pub access_code: Option<AccessCode>,
    /// How many tokens of those may be used.
    pub budgets: BudgetConfig,
    /// Whether to look for local models.
    pub discover: bool,
    /// Models beside those that the environment names.
    #[serde(skip_serializing)]
    pub models: Vec<ModelConfig>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            addr: DEFAULT_ADDR,
            data: PathBuf::from("midstream-data"),
            retention_days: None,
            public_hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            limits: LimitsConfig::default(),
            access_code: None,
            budgets: BudgetConfig::default(),
            discover: true,
            models: Vec::new(),
        }
    }
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was named is not there.
    #[error("there is no configuration file {0}")]
    NoFile(PathBuf),
    /// The access code cannot be used.
    #[error("{ACCESS_CODE}: {0}")]
    AccessCode(#[from] TooShort),
    /// A limit cannot be set so.
    #[error(transparent)]
    Limits(#[from] OutOfBounds),
    /// The file cannot be used.
    #[error("{0}")]
    Invalid(#[from] Box<figment::Error>),
}

impl Config {
    /// Reads the file, then lets the flags win.
    pub fn load(flags: &Flags) -> Result<Config, ConfigError> {
        if let Some(file) = flags.config.as_ref().filter(|f| !f.is_file()) {
            return Err(ConfigError::NoFile(file.clone()));
        }
        let file = flags.config.as_deref().unwrap_or(Path::new(DEFAULT_FILE));
        let mut config: Config = Figment::from(Serialized::defaults(Config::default()))
            .merge(Toml::file(file))
            .extract()
            .map_err(Box::new)?;
        config.addr = flags.addr.unwrap_or(config.addr);
        if let Some(data) = &flags.data {
            config.data.clone_from(data);
        }
        config.retention_days = flags.retention_days.or(config.retention_days);
        config.public_hosts.extend(flags.public_host.iter().cloned());
        config.trusted_proxies.extend(&flags.trusted_proxy);
        if let Ok(code) = std::env::var(ACCESS_CODE) {
            config.access_code = AccessCode::new(&code)?.or(config.access_code);
        }
        config.discover &= !flags.no_discover;
        config.limits.check()?;
        Ok(config)
    }

    /// Whether strangers may come: it listens beyond loopback, or is known by a public name, through a proxy.
    pub fn is_public(&self) -> bool {
        !self.addr.ip().is_loopback() || !self.public_hosts.is_empty()
    }

    /// Whether models that cost money, or a local machine's time, may be offered: strangers must not spend them.
    pub fn offers_real_models(&self) -> bool {
        !self.is_public() || self.access_code.is_some()
    }

    /// How many tokens may be used: where strangers may come, there is always an end.
    pub fn all_budgets(&self) -> BudgetConfig {
        if self.is_public() { self.budgets.or(BudgetConfig::FOR_STRANGERS) } else { self.budgets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(args: &[&str]) -> Flags {
        Flags::parse_from([&["midstream"], args].concat())
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let dir = std::env::temp_dir().join(format!("midstream-config-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let file = dir.join("m.toml");
        std::fs::write(&file, "addr = \"127.0.0.1:1111\"\npublic_hosts = [\"a.example\"]\n").unwrap();
        let path = file.to_str().unwrap();
        let config = Config::load(&flags(&["--config", path])).unwrap();
        assert_eq!(config.addr.port(), 1111);
        let config =
            Config::load(&flags(&["--config", path, "--addr", "127.0.0.1:2222", "--public-host", "b"])).unwrap();
        assert_eq!((config.addr.port(), config.public_hosts), (2222, vec!["a.example".into(), "b".into()]));
        std::fs::write(&file, "adress = 1\n").unwrap();
        let error = Config::load(&flags(&["--config", path])).unwrap_err().to_string();
        assert!(error.contains("adress"), "{error}");
        std::fs::remove_dir_all(&dir).unwrap();
        assert!(matches!(Config::load(&flags(&["--config", path])), Err(ConfigError::NoFile(_))));
    }

    #[test]
    fn the_file_in_the_help_text_is_one_that_works() {
        let (_, example) = AFTER_HELP.split_once("File (TOML):").unwrap();
        let (example, _) = example.split_once("Beyond this machine:").unwrap();
        let config: Config =
            Figment::from(Serialized::defaults(Config::default())).merge(Toml::string(example)).extract().unwrap();
        assert_eq!(config.models[0].preset.as_deref(), Some("cerebras"));
        assert_eq!(config.public_hosts, ["play.example.org"]);
        assert_eq!(config.trusted_proxies, ["127.0.0.1".parse().unwrap()]);
        assert_eq!(config.limits, LimitsConfig::default());
    }

    #[test]
    fn strangers_are_offered_no_real_models() {
        assert!(Config::default().offers_real_models());
        let open = Config { addr: "0.0.0.0:80".parse().unwrap(), ..Config::default() };
        assert!(!open.offers_real_models());
        let proxied = Config { public_hosts: vec!["play.example".into()], ..Config::default() };
        assert!(!proxied.offers_real_models(), "a proxy in front makes it no less public");
        let coded = Config { access_code: AccessCode::new("correct horse battery").unwrap(), ..open.clone() };
        assert!(coded.offers_real_models());
        assert_eq!(open.all_budgets(), BudgetConfig::FOR_STRANGERS);
        assert_eq!(Config::default().all_budgets(), BudgetConfig::default());
        assert!(!format!("{coded:?}").contains("horse"));
    }
}
