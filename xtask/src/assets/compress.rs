//! Compression for the wire, remembered by content: what did not change is never compressed twice.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Result;

use super::Profile;
use super::hash::sha256;

/// The two encodings of one file; `None` where compression does not pay.
pub struct Compressed {
    /// Brotli.
    pub br: Option<Vec<u8>>,
    /// Gzip.
    pub gz: Option<Vec<u8>>,
}

/// Brotli's window (log2): its largest, since the TypeScript worker alone is several MB.
const BROTLI_WINDOW: i32 = 24;

/// Below this many bytes headers outweigh what compression saves.
const SMALLEST: usize = 256;

/// Compresses `bytes`, or takes the result from the cache.
pub fn compress(cache: &Path, profile: Profile, bytes: &[u8]) -> Result<Compressed> {
    if bytes.len() < SMALLEST {
        return Ok(Compressed { br: None, gz: None });
    }
    // The best for release; a quick one for dev, where the page comes over loopback.
    let (brotli_quality, gzip_level) = match profile {
        Profile::Release => (11, 9),
        Profile::Dev => (4, 1),
    };
    let hash = sha256(bytes);
    let br = cached(&cache.join(format!("{hash}.{brotli_quality}.br")), || {
        let mut writer = brotli::CompressorWriter::new(Vec::new(), 64 * 1024, brotli_quality, BROTLI_WINDOW as u32);
        writer.write_all(bytes)?;
        Ok(writer.into_inner())
    })?;
    let gz = cached(&cache.join(format!("{hash}.{gzip_level}.gz")), || {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(gzip_level));
        writer.write_all(bytes)?;
        Ok(writer.finish()?)
    })?;
    let pays = |encoded: Vec<u8>| (encoded.len() < bytes.len()).then_some(encoded);
    Ok(Compressed { br: pays(br), gz: pays(gz) })
}

fn cached(path: &Path, make: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
    if let Ok(bytes) = fs::read(path) {
        return Ok(bytes);
    }
    let bytes = make()?;
    // Renamed into place: an interrupted build must not leave half a file under a content's name.
    let partial = path.with_extension("partial");
    fs::write(&partial, &bytes)?;
    fs::rename(&partial, path)?;
    Ok(bytes)
}
