//! Linux: what /proc/meminfo and the control groups say.

use std::fs;
use std::path::Path;

use super::Usage;
use super::cgroup;

/// The control groups', the innermost first, then the machine's. What cannot be read is left out.
pub(super) fn usages() -> Vec<Usage> {
    usages_of(&|path| fs::read_to_string(path).ok())
}

fn usages_of(read: &dyn Fn(&Path) -> Option<String>) -> Vec<Usage> {
    let mut usages = cgroup::usages(read);
    let machine = read(Path::new("/proc/meminfo")).and_then(|text| machine(&text));
    usages.extend(machine);
    usages
}

fn machine(text: &str) -> Option<Usage> {
    let kibibytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
    };
    let (total, available) = (kibibytes("MemTotal:")?, kibibytes("MemAvailable:")?);
    Some(Usage { whose: "machine", used: total.saturating_sub(available), limit: total })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_read() {
        let read = |path: &Path| {
            let text = "MemTotal:       8000 kB\nMemFree:  1 kB\nMemAvailable:   2000 kB\n";
            (path == Path::new("/proc/meminfo")).then(|| text.to_owned())
        };
        let expected = Usage { whose: "machine", used: 6000 * 1024, limit: 8000 * 1024 };
        assert_eq!(usages_of(&read), [expected]);
    }

    #[test]
    fn what_is_malformed_is_left_out() {
        for text in ["", "MemTotal: 1 kB", "MemTotal: x kB\nMemAvailable: 1 kB", "MemTotal: 1\n"] {
            assert_eq!(usages_of(&|_| Some(text.to_owned())), [], "{text}");
        }
    }

    #[test]
    fn this_machine_tells() {
        let usages = usages();
        assert!(usages.iter().any(|usage| usage.whose == "machine"), "{usages:?}");
        assert!(usages.iter().all(|usage| usage.limit > 0), "{usages:?}");
    }
}
