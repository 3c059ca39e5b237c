//! Whose word is believed: networks of addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};

use crate::error::Error;

/// Whose trace context is continued. A caller who is not admitted gets a new root with a link to
/// what it sent; its sampling flag and baggage are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Every caller: right behind a mesh or gateway that cleans the headers.
    #[default]
    All,
    /// No caller.
    None,
    /// Callers whose address lies in one of the networks. An unknown address does not.
    Networks(Networks),
}

/// A list of IP networks, as `10.0.0.0/8, ::1`. The default is empty and contains no address.
///
/// ```
/// let networks: obskit::config::Networks = "10.0.0.0/8, ::1".parse()?;
/// assert!(networks.contains([10, 1, 2, 3].into()));
/// assert!(!networks.contains([11, 1, 2, 3].into()));
/// # Ok::<(), obskit::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Trust {
    /// Whether a caller at this address is believed.
    pub fn admits(&self, peer: Option<IpAddr>) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Networks(networks) => peer.is_some_and(|address| networks.contains(address)),
        }
    }
}

impl Networks {
    /// The addresses of this machine alone: `127.0.0.0/8` and `::1`.
    pub fn loopback() -> Self {
        let v4 = IpNet::new_assert(Ipv4Addr::LOCALHOST.into(), 8);
        let v6 = IpNet::new_assert(Ipv6Addr::LOCALHOST.into(), 128);
        Self(vec![v4, v6])
    }

    /// Whether the address lies in one of the networks. An IPv4 address mapped into IPv6, as a
    /// dual-stack socket shows it, is that IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether one of them is all of IPv4 or all of IPv6.
    pub(crate) fn is_everybody(&self) -> bool {
        self.0.iter().any(|network| network.prefix_len() == 0)
    }

    /// Whether no network is listed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Addresses and networks separated by commas. An address alone is a network of one.
///
/// # Errors
///
/// An entry that is neither an address nor a network in CIDR form.
impl FromStr for Networks {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(network).collect::<Result<_, _>>().map(Self)
    }
}

fn network(entry: &str) -> Result<IpNet, Error> {
    let parsed = entry.parse::<IpNet>().or_else(|_| entry.parse::<IpAddr>().map(IpNet::from));
    parsed.map(canonical).map_err(|_| {
        Error::config(format!(
            "{entry:?} is no network; accepted: addresses and networks as 10.0.0.0/8 or ::1"
        ))
    })
}

/// Addresses are compared in canonical form, so a network of mapped addresses becomes IPv4 too.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else { return network };
    let Some(address) = v6.addr().to_ipv4_mapped() else { return network };
    let bits = v6.prefix_len().checked_sub(96);
    let v4 = bits.and_then(|bits| Ipv4Net::new(address, bits).ok());
    v4.map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(networks: &str, address: &str, expected: bool) {
        let parsed: Networks = networks.parse().unwrap();
        let found = parsed.contains(address.parse().unwrap());
        assert_eq!(found, expected, "{address} in {networks}");
    }

    #[test]
    fn addresses_are_matched_in_canonical_form() {
        check("10.0.0.0/8", "10.255.0.1", true);
        check("10.0.0.0/8", "11.0.0.1", false);
        check("10.0.0.0/8", "::ffff:10.1.2.3", true);
        check("::ffff:10.0.0.0/104", "10.1.2.3", true);
        check("::ffff:10.0.0.0/104", "::ffff:11.1.2.3", false);
        check("::ffff:10.1.2.3", "10.1.2.3", true);
        check("192.168.1.7", "192.168.1.7", true);
        check("192.168.1.7", "192.168.1.8", false);
        check("fd00::/8 , 127.0.0.1", "fd12::1", true);
        check("fd00::/8,127.0.0.1", "127.0.0.1", true);
        check("10.1.2.3/8", "10.9.9.9", true);
        check("0.0.0.0/0", "::1", false);
        check("::/0", "::1", true);
        check("", "127.0.0.1", false);
    }

    #[test]
    fn what_is_no_network_is_named() {
        for text in ["10.0.0.0/33", "example.com", "10.0.0", "10.0.0.0/8;::1"] {
            let error = text.parse::<Networks>().unwrap_err();
            assert!(error.is_config() && error.to_string().contains(text), "{error}");
        }
    }

    #[test]
    fn an_unknown_peer_is_in_no_network() {
        let everywhere = Trust::Networks("0.0.0.0/0,::/0".parse().unwrap());
        assert!(!everywhere.admits(None));
        assert!(everywhere.admits(Some(Ipv4Addr::LOCALHOST.into())));
        assert!(Trust::All.admits(None));
        assert!(!Trust::None.admits(Some(Ipv4Addr::LOCALHOST.into())));
    }

    #[test]
    fn loopback_is_this_machine() {
        let loopback = Networks::loopback();
        for inside in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(loopback.contains(inside.parse().unwrap()), "{inside}");
        }
        assert!(!loopback.contains("128.0.0.1".parse().unwrap()));
    }
}
