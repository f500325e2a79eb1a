//! Content negotiation: which of the encodings at hand a client prefers.

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Smallest; browsers offer it over https and on loopback.
    Brotli,
    /// What everything understands.
    Gzip,
    /// As it is.
    Identity,
}

impl Encoding {
    /// Its name in `Content-Encoding`.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Brotli => "br",
            Encoding::Gzip => "gzip",
            Encoding::Identity => "identity",
        }
    }
}

/// Of the encodings `available`, ours first, the one with the highest weight in `accepted` (an `Accept-Encoding`
/// value); between equals the earlier one. `None` if the client takes none of them.
pub fn best<T>(accepted: &str, available: impl Iterator<Item = (Encoding, T)>) -> Option<(Encoding, T)> {
    let mut best: Option<(f32, (Encoding, T))> = None;
    for candidate in available {
        let weight = weight(accepted, candidate.0.name());
        if weight > best.as_ref().map_or(0.0, |(weight, _)| *weight) {
            best = Some((weight, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The weight of one encoding: its own entry, else that of `*`, else 0. A weight that cannot be read counts as 0.
fn weight(accepted: &str, name: &str) -> f32 {
    let of = |wanted: &str| {
        accepted.split(',').find_map(|entry| {
            let (coding, parameters) = entry.split_once(';').unwrap_or((entry, ""));
            let named = coding.trim().eq_ignore_ascii_case(wanted);
            named.then(|| match parameters.trim().strip_prefix("q=") {
                Some(weight) => weight.trim().parse().unwrap_or(0.0),
                None => 1.0,
            })
        })
    };
    of(name).or_else(|| of("*")).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(accepted: &str, expected: Option<Encoding>) {
        let both = [(Encoding::Brotli, ()), (Encoding::Gzip, ())];
        assert_eq!(best(accepted, both.into_iter()).map(|(encoding, ())| encoding), expected, "{accepted}");
    }

    #[test]
    fn the_clients_weights_decide_and_brotli_wins_a_tie() {
        check("gzip, deflate, br, zstd", Some(Encoding::Brotli));
        check("gzip", Some(Encoding::Gzip));
        check("br;q=0.5, gzip;q=0.8", Some(Encoding::Gzip));
        check("br;q=0, gzip", Some(Encoding::Gzip));
        check("*", Some(Encoding::Brotli));
        check("br;q=0, *;q=0.1", Some(Encoding::Gzip));
        check("BR ; q=1", Some(Encoding::Brotli));
    }

    #[test]
    fn what_is_not_accepted_is_not_sent() {
        check("", None);
        check("identity", None);
        check("gzip;q=0, br;q=0.0", None);
        check("br;q=nonsense", None);
    }
}
