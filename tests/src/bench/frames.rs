//! The frames that a page paints, counted in the page.

use serde::Deserialize;

/// Counts frames from now until it is read. The page itself keeps only the long ones of its own turns.
pub const PROBE: &str = "globalThis.benchFrames = []; globalThis.benchLong = []; globalThis.benchOn = true; {
    const begun = performance.now();
    let last = begun;
    const frame = (now) => {
        benchFrames.push(now - last);
        if (now - last > 50) benchLong.push([(now - begun) / 1000, now - last]);
        last = now;
        if (benchOn) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame); }";
/// Ends the probe: what it saw, as [`Frames`].
pub const READ_PROBE: &str = "(benchOn = false, benchFrames.sort((a, b) => a - b), {
    count: benchFrames.length, long: benchLong,
    p99: benchFrames[Math.floor(benchFrames.length * 0.99)] ?? 0, worst: benchFrames.at(-1) ?? 0 })";

/// What the probe saw.
#[derive(Deserialize)]
pub struct Frames {
    /// How many were painted.
    pub count: f64,
    /// Frames over 50 ms: seconds after the probe began, and milliseconds.
    pub long: Vec<(f64, f64)>,
    /// The slowest but one in a hundred, in milliseconds.
    pub p99: f64,
    /// The slowest one, in milliseconds.
    pub worst: f64,
}
