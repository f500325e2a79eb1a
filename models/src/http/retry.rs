//! When an upstream wants to be asked again.
//!
//! Reads `retry-after-ms`, then `retry-after` in seconds, the order of OpenAI's own SDK. The date form is not read:
//! no API here sends it, and it would need this machine's wall clock to be right.

use std::time::Duration;

/// An upstream's wish beyond this is not passed on: nobody waits in front of a page for longer.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// As [`after`], of HTTP headers.
pub(crate) fn after_headers(headers: &reqwest::header::HeaderMap) -> Option<Duration> {
    after(|name| headers.get(name)?.to_str().ok().map(str::to_owned))
}

/// The wait that headers ask for; `header` gives the value of one.
pub(crate) fn after(header: impl Fn(&str) -> Option<String>) -> Option<Duration> {
    let number = |name: &str| header(name)?.trim().parse::<f64>().ok();
    let seconds = number("retry-after-ms").map(|ms| ms / 1000.0).or_else(|| number("retry-after"))?;
    let wait = Duration::try_from_secs_f64(seconds).ok()?;
    (wait <= MAX_RETRY_AFTER).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pairs: &[(&'static str, &'static str)], expected: Option<Duration>) {
        let header = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(after(header), expected, "{pairs:?}");
    }

    #[test]
    fn both_forms_are_read_and_nonsense_is_not() {
        check(&[("retry-after", "7")], Some(Duration::from_secs(7)));
        check(&[("retry-after", "7"), ("retry-after-ms", "250")], Some(Duration::from_millis(250)));
        check(&[("retry-after-ms", "soon"), ("retry-after", "0.5")], Some(Duration::from_millis(500)));
        check(&[("retry-after", "-3")], None);
        check(&[("retry-after", "NaN")], None);
        check(&[("retry-after", "9999999999")], None);
        check(&[], None);
    }
}
