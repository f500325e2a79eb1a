//! The page, from sources to the folder that the backend embeds.
//!
//! Owns the order of the steps: npm packages, wasm, bundles, index.html, compression, manifest. What a bundle
//! holds is in [`bundle`], how wasm becomes a module in [`wasm`], what lands on disk in [`output`].

mod bundle;
mod compress;
pub mod hash;
mod output;
mod page;
mod runner;
mod wasm;

use std::fs;

use anyhow::Result;

use crate::place::Place;
use crate::progress::Steps;
use crate::{npm, tools};

/// How many steps [`build`] takes.
pub const STEPS: usize = 4;

/// How the page is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Fast to build.
    Dev,
    /// Small to load.
    Release,
}

impl Profile {
    /// From a `--dev` flag.
    pub fn from_dev(dev: bool) -> Profile {
        if dev { Profile::Dev } else { Profile::Release }
    }

    fn name(self) -> &'static str {
        match self {
            Profile::Dev => "dev",
            Profile::Release => "release",
        }
    }
}

/// Builds the page into the target folder's `web/`.
pub fn build(place: &Place, profile: Profile, steps: &mut Steps) -> Result<()> {
    tools::ensure_wasm_target(place)?;
    steps.step("installing the editor's packages (npm)", |note| npm::ensure(place, note))?;
    let module = steps
        .step(&format!("building the page (wasm, {})", profile.name()), |note| wasm::build(place, profile, note))?;
    let bundles = steps.step("bundling the editor and the styles (esbuild)", |note| {
        // Bundles are made anew in an empty folder, so that nothing of an older build is left over.
        let folder = place.target.join("web-work/bundles");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        bundle::build(place, profile, &folder, &module, note)
    })?;
    steps.step("compressing (brotli, gzip)", |_| {
        let index = page::render(place, &bundles)?;
        output::write(place, profile, &bundles, index)
    })
}
