//! The frontend as wasm, with the JS module that wasm-bindgen writes for it.

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::Profile;
use crate::place::Place;
use crate::progress::run_quietly;
use crate::tools::WASM_TARGET;

/// Where wasm-bindgen left its two files.
pub struct Module {
    /// The ES module; its default export takes `{module_or_path}`.
    pub js: PathBuf,
    /// The wasm that it loads.
    pub wasm: PathBuf,
}

/// Compiles the frontend and binds it.
pub fn build(place: &Place, profile: Profile, note: &mpsc::Sender<String>) -> Result<Module> {
    let (cargo_profile, folder) = match profile {
        Profile::Dev => ("dev", "debug"),
        Profile::Release => ("wasm", "wasm"),
    };
    let mut command = place.cargo(&["build", "--package", "frontend", "--target", WASM_TARGET]);
    command.args(["--profile", cargo_profile]);
    run_quietly(&mut command, note)?;

    let _ = note.send("binding".to_owned());
    let out = place.target.join("web-work/wasm");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    Bindgen::new()
        .input_path(place.target.join(WASM_TARGET).join(folder).join("frontend.wasm"))
        .web(true)?
        .typescript(false)
        // The page names the wasm by its hash; the default would be a second, unhashed path.
        .omit_default_module_path(true)
        .remove_name_section(profile == Profile::Release)
        .generate(&out)
        .context("wasm-bindgen could not bind the frontend")?;
    Ok(Module { js: out.join("frontend.js"), wasm: out.join("frontend_bg.wasm") })
}
