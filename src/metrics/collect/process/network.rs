//! Bytes sent and received over IP.

use std::fs;

/// Payload and headers of IPv4 and IPv6, loopback included, of the process's network namespace.
///
/// Linux keeps no such count for a single process. The namespace's is what Go's client shows under
/// the same names, there for IPv4 alone; in a container of its own, it is the process's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Octets {
    pub(super) received: u64,
    pub(super) transmitted: u64,
}

impl Octets {
    pub(super) fn read() -> Option<Self> {
        let v4 = Self::of_netstat(&fs::read_to_string("/proc/self/net/netstat").ok()?)?;
        // There is no such file where IPv6 is switched off.
        let snmp6 = fs::read_to_string("/proc/self/net/snmp6");
        let v6 = snmp6.ok().and_then(|text| Self::of_snmp6(&text)).unwrap_or_default();
        Some(Self {
            received: v4.received.wrapping_add(v6.received),
            transmitted: v4.transmitted.wrapping_add(v6.transmitted),
        })
    }

    /// Of two lines that begin alike, the first has the names and the second the values.
    fn of_netstat(text: &str) -> Option<Self> {
        let mut lines = text.lines().filter_map(|line| line.strip_prefix("IpExt: "));
        let (names, values) = (lines.next()?, lines.next()?);
        let pairs = || names.split_ascii_whitespace().zip(values.split_ascii_whitespace());
        Some(Self {
            received: find(pairs(), "InOctets")?,
            transmitted: find(pairs(), "OutOctets")?,
        })
    }

    /// A name and its value on each line.
    fn of_snmp6(text: &str) -> Option<Self> {
        let pairs = || text.lines().filter_map(|line| line.split_once(char::is_whitespace));
        Some(Self {
            received: find(pairs(), "Ip6InOctets")?,
            transmitted: find(pairs(), "Ip6OutOctets")?,
        })
    }
}

fn find<'a>(mut pairs: impl Iterator<Item = (&'a str, &'a str)>, name: &str) -> Option<u64> {
    let (_, value) = pairs.find(|(found, _)| *found == name)?;
    value.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_found_by_name() {
        let netstat = "TcpExt: InOctets\nTcpExt: 9\nIpExt: InNoRoutes InOctets OutOctets\n\
                       IpExt: 1 20 300\n";
        let expected = Octets { received: 20, transmitted: 300 };
        assert_eq!(Octets::of_netstat(netstat), Some(expected));
        let snmp6 = "Ip6InReceives \t4\nIp6InOctets                     \t20\nIp6OutOctets \t300\n";
        assert_eq!(Octets::of_snmp6(snmp6), Some(expected));
    }

    #[test]
    fn what_is_not_there_is_none() {
        for text in
            ["", "IpExt: InOctets", "IpExt: InOctets OutOctets\nIpExt: 1", "IpExt: \nIpExt: "]
        {
            assert_eq!(Octets::of_netstat(text), None, "{text:?}");
        }
        assert_eq!(Octets::of_snmp6("Ip6InOctets x\nIp6OutOctets 1\n"), None);
    }
}
