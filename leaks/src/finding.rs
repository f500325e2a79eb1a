//! What a scan says of one place.

use std::ops::Range;

/// Something that looks like a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it looks like.
    pub kind: Kind,
    /// Its line, from 1.
    pub line: u32,
    /// The secret itself, in bytes of the text.
    pub range: Range<usize>,
    /// What may be shown of it: how it begins, or the name that it is given to, and never enough to be used.
    pub preview: String,
}

/// What a finding looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A key of a model's provider.
    ModelKey,
    /// A key of a cloud: AWS, Google, Azure, DigitalOcean.
    CloudKey,
    /// A token of a place where code is kept or published: GitHub, GitLab, npm, PyPI.
    CodeToken,
    /// A token or address of a chat: Slack, Telegram.
    ChatToken,
    /// A key for payments or mail: Stripe, Shopify, SendGrid.
    ServiceKey,
    /// A private key in PEM form.
    PrivateKey,
    /// A JSON web token.
    Jwt,
    /// A link that opens a session of ours.
    SessionLink,
    /// A password in an address: `postgres://user:password@host`.
    AddressPassword,
    /// A password, key or token that is given to a name.
    Assigned,
    /// A value of an environment file.
    EnvValue,
}

impl Kind {
    /// What it is, for a person.
    pub fn words(self) -> &'static str {
        match self {
            Kind::ModelKey => "a model provider’s key",
            Kind::CloudKey => "a cloud key",
            Kind::CodeToken => "a token for code or packages",
            Kind::ChatToken => "a chat token",
            Kind::ServiceKey => "a service’s key",
            Kind::PrivateKey => "a private key",
            Kind::Jwt => "a signed token (JWT)",
            Kind::SessionLink => "a link to a session",
            Kind::AddressPassword => "a password in an address",
            Kind::Assigned => "a password or key",
            Kind::EnvValue => "a value of an environment file",
        }
    }
}
