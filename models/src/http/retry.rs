//! When an upstream wants to be asked again.
//!
//! Reads `retry-after-ms`, then `retry-after` in seconds, the order of OpenAI's own SDK. The date form is not read:
//! no API here sends it, and it would need this machine's wall clock to be right.

use std::time::Duration;

use reqwest::header::HeaderMap;

/// An upstream's wish beyond this is not passed on: nobody waits in front of a page for longer.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// The wait that the headers ask for.
pub(crate) fn after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let seconds = number("retry-after-ms")
        .map(|ms| ms / 1000.0)
        .or_else(|| number("retry-after"))?;
    let wait = Duration::try_from_secs_f64(seconds).ok()?;
    (wait <= MAX_RETRY_AFTER).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pairs: &[(&'static str, &'static str)], expected: Option<Duration>) {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        assert_eq!(after(&headers), expected, "{pairs:?}");
    }

    #[test]
    fn both_forms_are_read_and_nonsense_is_not() {
        check(&[("retry-after", "7")], Some(Duration::from_secs(7)));
        check(
            &[("retry-after", "7"), ("retry-after-ms", "250")],
            Some(Duration::from_millis(250)),
        );
        check(
            &[("retry-after-ms", "soon"), ("retry-after", "0.5")],
            Some(Duration::from_millis(500)),
        );
        check(&[("retry-after", "-3")], None);
        check(&[("retry-after", "NaN")], None);
        check(&[("retry-after", "9999999999")], None);
        check(&[], None);
    }
}
