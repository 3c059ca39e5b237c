//! This machine's disk, memory and descriptors.

use super::outcome;
use obskit::health::checks::{DiskSpace, FileDescriptors, Memory};

#[tokio::test]
async fn this_machine_has_room() {
    let roomy = DiskSpace::new(".").min_free(1).min_free_inodes_percent(0);
    assert_eq!(outcome(&roomy).await, Ok(()));
    assert_eq!(outcome(&Memory::new().max_used_percent(100)).await, Ok(()));
    assert_eq!(outcome(&FileDescriptors::default().max_used_percent(100)).await, Ok(()));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_is_too_full_fails_and_says_so() {
    let disk = outcome(&DiskSpace::new(".").min_free_percent(101)).await.unwrap_err();
    assert!(disk.starts_with(".: ") && disk.ends_with(" %) free, expected 101 %"), "{disk}");
    let disk = outcome(&DiskSpace::new(".").min_free(u64::MAX)).await.unwrap_err();
    assert!(disk.ends_with(" free, expected 15.9 EiB"), "{disk}");
    let memory = outcome(&Memory::new().max_used_percent(0)).await.unwrap_err();
    assert!(memory.ends_with(" are used, expected at most 0 %"), "{memory}");
    let files = outcome(&FileDescriptors::new().max_used_percent(0)).await.unwrap_err();
    assert!(files.ends_with(" are open, expected at most 0 %"), "{files}");
}

#[tokio::test]
async fn a_path_that_is_not_there_fails() {
    let missing = outcome(&DiskSpace::new("/nowhere/at/all")).await.unwrap_err();
    assert_eq!(missing, "/nowhere/at/all: No such file or directory (os error 2)");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_system_that_is_read_only_fails() {
    // The kernel's own files are mounted read-only in most containers, and writable elsewhere.
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
    let mut mounts = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let read_only = mounts.find(|fields| fields[3].split(',').any(|option| option == "ro"));
    let Some(fields) = read_only else { return };
    let found = outcome(&DiskSpace::new(fields[1]).min_free(0)).await;
    assert_eq!(found, Err(format!("{}: it is mounted read-only", fields[1])));
}
