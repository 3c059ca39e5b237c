//! Control groups, versions 1 and 2: the limits on the way from this process's group to the root.

use std::path::{Path, PathBuf};

use super::Usage;

/// Deeper than any that is made.
const MOST_LEVELS: usize = 32;
/// Version 1 says "no limit" by the largest multiple of a page.
const NO_LIMIT: u64 = 1 << 62;

type Read<'a> = &'a dyn Fn(&Path) -> Option<String>;

/// The names of a version's file system and files.
struct Version {
    kind: &'static str,
    limit: &'static str,
    used: &'static str,
    cache: &'static str,
}

const ONE: Version = Version {
    kind: "cgroup",
    limit: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
    cache: "total_inactive_file",
};
const TWO: Version = Version {
    kind: "cgroup2",
    limit: "memory.max",
    used: "memory.current",
    cache: "inactive_file",
};

/// The groups with a limit, the innermost first.
pub(super) fn usages(read: Read<'_>) -> Vec<Usage> {
    let text = |path| read(Path::new(path)).unwrap_or_default();
    let (groups, mounts) = (text("/proc/self/cgroup"), text("/proc/self/mountinfo"));
    let Some((version, group, mount)) = place(&groups, &mounts) else { return Vec::new() };
    // What is above the mount's root, as outside a container, cannot be seen.
    let inner = Path::new(&group).strip_prefix(&mount.root).unwrap_or(Path::new(""));
    let levels = inner.ancestors().map(|level| mount.point.join(level)).take(MOST_LEVELS);
    levels.filter_map(|level| usage(&level, version, read)).collect()
}

/// Where the group with the memory controller is: its version, its path, its file system.
fn place(groups: &str, mounts: &str) -> Option<(&'static Version, String, Mount)> {
    let lines = groups.lines().filter_map(|line| {
        let (_, rest) = line.split_once(':')?;
        rest.split_once(':')
    });
    let one = lines.clone().find(|(names, _)| names.split(',').any(|name| name == "memory"));
    let two = lines.clone().find(|(names, _)| names.is_empty());
    let (version, group) = match (one, two) {
        (Some((_, group)), _) => (&ONE, group),
        (None, Some((_, group))) => (&TWO, group),
        (None, None) => return None,
    };
    let is_ours = |mount: &Mount| {
        let has_memory = || mount.options.split(',').any(|name| name == "memory");
        mount.kind == version.kind && (version.kind == TWO.kind || has_memory())
    };
    let mount = mounts.lines().filter_map(Mount::parse).find(is_ours)?;
    Some((version, group.to_owned(), mount))
}

/// A line of `mountinfo`, as far as it matters.
struct Mount {
    /// Which part of the file system is mounted.
    root: PathBuf,
    point: PathBuf,
    kind: String,
    options: String,
}

impl Mount {
    fn parse(line: &str) -> Option<Self> {
        let (place, system) = line.split_once(" - ")?;
        let mut place = place.split(' ').skip(3);
        let mut system = system.split(' ');
        Some(Self {
            root: place.next()?.into(),
            point: place.next()?.into(),
            kind: system.next()?.to_owned(),
            options: system.nth(1).unwrap_or_default().to_owned(),
        })
    }
}

fn usage(level: &Path, version: &Version, read: Read<'_>) -> Option<Usage> {
    let number = |name| read(&level.join(name))?.trim().parse::<u64>().ok();
    // "max" is no number.
    let limit = number(version.limit).filter(|limit| (1..NO_LIMIT).contains(limit))?;
    let stat = read(&level.join("memory.stat")).unwrap_or_default();
    let cache = stat.lines().find_map(|line| line.strip_prefix(version.cache)?.trim().parse().ok());
    let used = number(version.used)?.saturating_sub(cache.unwrap_or(0));
    Some(Usage { whose: "control group", used, limit })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const TWO_MOUNT: &str =
        "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[(u64, u64)]) {
        let files: BTreeMap<_, _> =
            files.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect();
        let found = usages(&|path| files.get(path).cloned());
        let found: Vec<_> = found.iter().map(|usage| (usage.used, usage.limit)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn version_2_is_read_up_to_the_root() {
        let group = |name| format!("/sys/fs/cgroup/app.slice/app.service/{name}");
        let (max, current, stat) =
            (group("memory.max"), group("memory.current"), group("memory.stat"));
        check(
            &[
                ("/proc/self/cgroup", "0::/app.slice/app.service\n"),
                ("/proc/self/mountinfo", TWO_MOUNT),
                (&max, "1000\n"),
                (&current, "900\n"),
                (&stat, "anon 100\ninactive_file 300\nactive_file 1\n"),
                ("/sys/fs/cgroup/app.slice/memory.max", "max\n"),
                ("/sys/fs/cgroup/app.slice/memory.current", "5\n"),
                ("/sys/fs/cgroup/memory.max", "5000\n"),
                ("/sys/fs/cgroup/memory.current", "4000\n"),
            ],
            &[(600, 1000), (4000, 5000)],
        );
    }

    #[test]
    fn a_container_sees_its_own_root() {
        for group in ["/", "/../../elsewhere", "/docker/abc"] {
            check(
                &[
                    ("/proc/self/cgroup", &format!("0::{group}\n")),
                    ("/proc/self/mountinfo", &TWO_MOUNT.replace(" / /sys", " /docker/abc /sys")),
                    ("/sys/fs/cgroup/memory.max", "1000"),
                    ("/sys/fs/cgroup/memory.current", "10"),
                ],
                &[(10, 1000)],
            );
        }
    }

    #[test]
    fn levels_are_bounded() {
        let group = "/a".repeat(MOST_LEVELS + 1);
        let read = |path: &Path| {
            Some(match path.to_str()? {
                "/proc/self/cgroup" => format!("0::{group}"),
                "/proc/self/mountinfo" => TWO_MOUNT.to_owned(),
                _ => "1".to_owned(),
            })
        };
        assert_eq!(usages(&read).len(), MOST_LEVELS);
    }

    #[test]
    fn version_1_is_read_where_it_has_the_memory() {
        let files = [
            ("/proc/self/cgroup", "4:cpu,memory:/a\n1:name=systemd:/b\n0::/c\n"),
            (
                "/proc/self/mountinfo",
                "1 2 0:1 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n\
                 1 2 0:2 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
            ),
            ("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1000"),
            ("/sys/fs/cgroup/memory/a/memory.usage_in_bytes", "100"),
            ("/sys/fs/cgroup/memory/a/memory.stat", "inactive_file 1\ntotal_inactive_file 30"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712"),
            ("/sys/fs/cgroup/memory/memory.usage_in_bytes", "1"),
        ];
        check(&files, &[(70, 1000)]);
    }

    #[test]
    fn what_is_malformed_is_left_out() {
        let group = ("/proc/self/cgroup", "0::/a");
        check(&[], &[]);
        check(&[group], &[]);
        check(&[group, ("/proc/self/mountinfo", "1 2 - \n - \ncgroup2")], &[]);
        check(&[("/proc/self/cgroup", "\n:\n::"), ("/proc/self/mountinfo", TWO_MOUNT)], &[]);
        let limit = ("/sys/fs/cgroup/a/memory.max", "0");
        check(&[group, ("/proc/self/mountinfo", TWO_MOUNT), limit], &[]);
    }

    proptest! {
        #[test]
        fn whatever_the_files_say_is_read(
            groups in r"([0-9]:[a-z,]{0,9}:/?[.a/]{0,9}\n|\PC{0,9}\n){0,3}",
            mounts in r"(1 2 3 /?[.a]{0,3} /m [a-z ]{0,2}- cgroup2? y memory\n|\PC{0,9}\n){0,2}",
            number in r"[0-9]{0,21}|\PC{0,3}",
        ) {
            let found = usages(&|path| {
                Some(match path.to_str() {
                    Some("/proc/self/cgroup") => groups.clone(),
                    Some("/proc/self/mountinfo") => mounts.clone(),
                    _ => number.clone(),
                })
            });
            prop_assert!(found.len() <= MOST_LEVELS);
            prop_assert!(found.iter().all(|usage| usage.limit > 0));
        }
    }
}
