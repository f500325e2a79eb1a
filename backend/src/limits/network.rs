//! Who asks: the address of a connection, or what a proxy that is trusted says of it.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};

/// Where a proxy says for whom it asks: the last entry is its own word, those before are the client's.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// Where a proxy may say so, too; only looked at to tell that there was one.
const FORWARDED: &str = "forwarded";

/// An address, or all that begin alike: `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    base: IpAddr,
    bits: u32,
}

/// Why a text names no network.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no address and no network such as 10.0.0.0/8")]
pub struct NoNetwork(String);

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Network, NoNetwork> {
        let no = || NoNetwork(text.to_owned());
        let (base, bits) = text.split_once('/').map_or((text, None), |(base, bits)| (base, Some(bits)));
        let base: IpAddr = base.trim().parse().map_err(|_| no())?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.trim().parse()).map_err(|_| no())?;
        if bits > most { Err(no()) } else { Ok(Network { base, bits }) }
    }
}

impl TryFrom<String> for Network {
    type Error = NoNetwork;

    fn try_from(text: String) -> Result<Network, NoNetwork> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> String {
        format!("{}/{}", network.base, network.bits)
    }
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        let beyond = |most: u32| most - self.bits.min(most);
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                (base.to_bits() ^ address.to_bits()).checked_shr(beyond(32)).unwrap_or(0) == 0
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                (base.to_bits() ^ address.to_bits()).checked_shr(beyond(128)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// For whom a connection from `peer` asks: for itself, or, where it is a proxy that is trusted, for whom the last of
/// the proxies saw. What others say of themselves counts for nothing.
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let peer = peer.to_canonical();
    if !is_trusted(peer) {
        return peer;
    }
    let said = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let said: Vec<&str> = said.flat_map(|value| value.split(',')).collect();
    let mut client = peer;
    for address in said.iter().rev() {
        let Ok(address) = address.trim().parse::<IpAddr>() else { break };
        client = address.to_canonical();
        if !is_trusted(client) {
            break;
        }
    }
    client
}

/// Whether a proxy was on the way, trusted or not.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED_FOR) || headers.contains_key(FORWARDED)
}

/// What counts as one address: of IPv6, the half that a household is given, since it may choose the other.
pub fn of_address(address: IpAddr) -> IpAddr {
    const HOUSEHOLD: u128 = !0 << 64;
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & HOUSEHOLD)),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn networks_are_read_and_hold_what_begins_alike() {
        for (network, address, is_in) in [
            ("10.0.0.0/8", "10.200.3.4", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("127.0.0.1", "::ffff:127.0.0.1", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fe80::1", false),
        ] {
            assert_eq!(network.parse::<Network>().unwrap().contains(ip(address)), is_in, "{address} in {network}");
        }
        for bad in ["", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0", "::/129"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_a_trusted_proxy_may_say_for_whom_it_asks() {
        let trusted: Vec<Network> = vec!["127.0.0.1".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        for (peer, said, expected) in [
            ("127.0.0.1", Some("203.0.113.9"), "203.0.113.9"),
            ("127.0.0.1", None, "127.0.0.1"),
            // The client's own words stand before those of the proxies.
            ("127.0.0.1", Some("1.1.1.1, 203.0.113.9"), "203.0.113.9"),
            ("127.0.0.1", Some("1.1.1.1, 203.0.113.9, 10.0.0.7"), "203.0.113.9"),
            ("127.0.0.1", Some("nonsense"), "127.0.0.1"),
            ("127.0.0.1", Some("1.1.1.1, nonsense, 10.0.0.7"), "10.0.0.7"),
            ("198.51.100.2", Some("203.0.113.9"), "198.51.100.2"),
            ("::ffff:127.0.0.1", Some("203.0.113.9"), "203.0.113.9"),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(said) = said {
                headers.insert(FORWARDED_FOR, said.parse().unwrap());
            }
            assert_eq!(client(ip(peer), &headers, &trusted), ip(expected), "{peer} says {said:?}");
        }
    }

    #[test]
    fn a_household_is_one_address() {
        assert_eq!(of_address(ip("2001:db8:1:2:3:4:5:6")), of_address(ip("2001:db8:1:2::1")));
        assert_ne!(of_address(ip("2001:db8:1:2::1")), of_address(ip("2001:db8:1:3::1")));
        assert_eq!(of_address(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
    }
}
