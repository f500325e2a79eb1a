//! In a real Chromium: what only a browser can show.

mod rig;
