//! The container's ID, as far as one inside can tell.

use super::files::Files;
use super::kubernetes;

/// From the control group, whose name has it unless the container sees its own group as the root;
/// there, outside of pods, from the mount of its host name.
///
/// In a pod that mount belongs to the pod's sandbox, whose ID is another, so none is better.
pub(super) fn id(files: &Files) -> Option<String> {
    let of_group = files.groups.lines().find_map(|line| {
        let path = line.splitn(3, ':').nth(2)?;
        path.rsplit('/').find_map(named)
    });
    let of_mount = || {
        let mut mounts = files.mounts().filter(|_| kubernetes::pod(files).is_none());
        mounts.find_map(|(root, point)| {
            let behind = root.split("containers/").skip(1).filter(|_| point == "/etc/hostname");
            behind.filter_map(|rest| rest.split('/').next()).find(|name| is_id(name))
        })
    };
    of_group.or_else(of_mount).map(str::to_owned)
}

/// The ID in a group's name, as `docker-<id>.scope`, `cri-containerd-<id>.scope` or itself.
fn named(group: &str) -> Option<&str> {
    let name = group.strip_suffix(".scope").unwrap_or(group);
    name.rsplit(['-', ':']).next().filter(|name| is_id(name))
}

fn is_id(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0f3deade416514b65143bdb917f86c290bf21b176d70d8ad8c4992469fdb28e6";
    const OTHER: &str = "1b8f3c3819fbae7b858e55c52ec5783d06aa9cbf337815ecb9b96f47babcee5d";

    #[track_caller]
    fn check(groups: &str, mounts: &str, expected: Option<&str>) {
        let filled = |text: &str| text.replace("ID", ID).replace("OTHER", OTHER);
        let (groups, mounts) = (filled(groups), filled(mounts));
        assert_eq!(id(&Files { groups, mounts, ..Files::default() }).as_deref(), expected);
    }

    #[test]
    fn a_group_names_it() {
        check("12:pids:/docker/ID\n1:name=systemd:/docker/ID\n", "", Some(ID));
        check("0::/system.slice/docker-ID.scope\n", "", Some(ID));
        check("0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-ID.scope\n", "", Some(ID));
        check("0::/kubepods.slice/a.slice:cri-containerd:ID\n", "", Some(ID));
        check("4:cpu:/kubepods/burstable/pod9/crio-ID.scope\n", "", Some(ID));
        check("0::/user.slice/libpod-ID.scope/container\n", "", Some(ID));
    }

    #[test]
    fn a_mount_names_it_outside_of_pods() {
        let docker = "670 659 254:1 /docker/containers/ID/hostname /etc/hostname rw - ext4 / rw\n";
        check("0::/\n", docker, Some(ID));
        let podman = "495 499 0:54 /containers/overlay-containers/OTHER/userdata/hostname \
                      /etc/hostname rw - tmpfs tmpfs rw\n";
        check("0::/\n", podman, Some(OTHER));
        let pod = "671 659 254:1 /var/lib/kubelet/pods/5b2e36bb-4d8a-4a9f-9d5c-0f3d2b6a7c11/\
                   etc-hosts /etc/hosts rw - ext4 / rw\n";
        check("0::/\n", &[docker, pod].concat(), None);
        check("0::/docker/OTHER\n", &[docker, pod].concat(), Some(OTHER));
    }

    #[test]
    fn nothing_else_is_taken_for_it() {
        check("", "", None);
        check("0::/\n", "", None);
        check("0::/init.scope\n3:cpu:/user.slice/user-1000.slice/session-2.scope\n", "", None);
        check("0::/docker/0f3deade4165\n", "", None);
        check("garbage\n0::\n::\n", "garbage\n1 2 3\n", None);
        // What the daemon's own host sees of its containers is mounted there, not from there.
        let shm = "99 1 0:1 / /var/lib/docker/containers/ID/mounts/shm rw - tmpfs shm rw\n";
        check("0::/\n", shm, None);
    }
}
