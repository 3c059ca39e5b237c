//! Tells the crate which compiler it is built with, for what reports say of the runtime.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts by variables")]
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler).arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    // `rustc 1.95.0 (59807616e 2026-04-14)`
    let version = text.ok().and_then(|text| Some(text.split(' ').nth(1)?.trim().to_owned()));
    println!("cargo::rustc-env=OBSKIT_RUSTC={}", version.unwrap_or_default());
}
