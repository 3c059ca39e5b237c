//! The pod, as far as one inside can tell without asking the API server.

use super::files::Files;

/// Empty outside of a pod.
pub(super) fn attributes(files: &Files) -> Vec<(&'static str, String)> {
    let (namespace, uid) = (files.namespace.trim(), pod(files));
    if namespace.is_empty() && uid.is_none() {
        return Vec::new();
    }
    let found = [
        ("k8s.namespace.name", Some(namespace.to_owned()).filter(|name| !name.is_empty())),
        ("k8s.pod.name", files.host_name.clone()),
        ("k8s.pod.uid", uid),
        ("k8s.container.name", container(files).map(str::to_owned)),
    ];
    found.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

/// The pod's UID: in the mounts that the kubelet makes, as of `/etc/hosts`, and in the group.
pub(super) fn pod(files: &Files) -> Option<String> {
    let mut roots = files.mounts().filter(|(_, point)| is_kubelets(point)).map(|(root, _)| root);
    let of_mount = roots.find_map(|root| uid(root.split_once("/pods/")?.1));
    let of_group = || {
        let mut lines = files.groups.lines();
        lines.find_map(|line| uid(line.split_once("kubepods")?.1.rsplit_once("pod")?.1))
    };
    of_mount.or_else(of_group)
}

/// The container's name: the kubelet mounts a file of it for its last words.
fn container(files: &Files) -> Option<&str> {
    let mut mounts = files.mounts().filter(|(_, point)| *point == "/dev/termination-log");
    let (root, _) = mounts.next()?;
    let (_, rest) = root.split_once("/pods/")?.1.split_once("/containers/")?;
    rest.split('/').next().filter(|name| !name.is_empty())
}

fn is_kubelets(point: &str) -> bool {
    matches!(point, "/etc/hosts" | "/dev/termination-log")
}

/// A UUID at the beginning; systemd's names of groups have `_` for each `-`.
fn uid(text: &str) -> Option<String> {
    let uid = text.get(..36)?.replace('_', "-");
    let is_uuid = uid.bytes().enumerate().all(|(at, digit)| match at {
        8 | 13 | 18 | 23 => digit == b'-',
        _ => digit.is_ascii_hexdigit(),
    });
    is_uuid.then_some(uid)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UID: &str = "5b2e36bb-4d8a-4a9f-9d5c-0f3d2b6a7c11";

    #[track_caller]
    fn check(files: [&str; 3], expected: &[(&str, &str)]) {
        let [groups, mounts, namespace] = files.map(|text| text.replace("UID", UID));
        let files = Files { host_name: Some("api-7c9-x2x".into()), groups, mounts, namespace };
        let found = attributes(&files);
        let found: Vec<_> = found.iter().map(|(key, value)| (*key, value.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_pod_is_known_by_its_mounts() {
        let mounts = "671 659 254:1 /var/lib/kubelet/pods/UID/etc-hosts /etc/hosts rw - ext4 a rw\n\
             672 661 254:1 /var/lib/kubelet/pods/UID/containers/api/2f1d8c3a /dev/termination-log \
             rw - ext4 /dev/vda rw\n";
        let all = [
            ("k8s.namespace.name", "shop"),
            ("k8s.pod.name", "api-7c9-x2x"),
            ("k8s.pod.uid", UID),
            ("k8s.container.name", "api"),
        ];
        check(["0::/\n", mounts, "shop\n"], &all);
        check(["0::/\n", mounts, ""], &all[1..]);
    }

    #[test]
    fn a_pod_is_known_by_its_group() {
        let name = ("k8s.pod.name", "api-7c9-x2x");
        let known = [name, ("k8s.pod.uid", UID)];
        check(["3:cpu:/kubepods/burstable/podUID/0f3d\n", "", ""], &known);
        let systemd = UID.replace('-', "_");
        let slice = "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod";
        check([&format!("{slice}{systemd}.slice/cri-containerd-0f.scope\n"), "", ""], &known);
        check(["", "", "shop"], &[("k8s.namespace.name", "shop"), name]);
    }

    #[test]
    fn nothing_is_known_elsewhere() {
        check(["", "", ""], &[]);
        check(["0::/docker/0f3d\n", "1 2 0:1 /pods/x/etc-hosts /etc/hosts rw - a b c\n", ""], &[]);
        check(["0::/kubepods/podé\n", "", " \n"], &[]);
        check(["", "9 9 0:1 /pods/UID/volumes/a /data rw - a b c\n", ""], &[]);
    }
}
