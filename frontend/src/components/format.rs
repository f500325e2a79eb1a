//! Numbers and names as a person reads them. Pure.

/// What stands where nothing has been measured yet.
pub const UNKNOWN: &str = "–";

/// Milliseconds: `<0.1 ms`, `0.4 ms`, `12 ms`, `3.2 s`.
pub fn ms(value: f64) -> String {
    match value {
        v if v < 0.05 => "<0.1 ms".to_owned(),
        v if v < 0.95 => format!("{v:.1} ms"),
        v if v < 1_000.0 => format!("{v:.0} ms"),
        v => format!("{:.1} s", v / 1_000.0),
    }
}

/// Tokens, or another large number: `940`, `12.4k`, `128k`, `1.2M`.
pub fn many(value: u32) -> String {
    let value = f64::from(value);
    let short = |value: f64, unit: &str| {
        if value < 99.95 { format!("{value:.1}{unit}").replace(".0", "") } else { format!("{value:.0}{unit}") }
    };
    match value {
        v if v < 999.5 => format!("{v:.0}"),
        v if v < 999_500.0 => short(v / 1_000.0, "k"),
        v => short(v / 1_000_000.0, "M"),
    }
}

/// [`ms`], or a dash.
pub fn ms_or_dash(value: Option<f64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), ms)
}

/// The one or two letters that stand for a person.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next().unwrap_or('?');
    first.to_uppercase().chain(words.next_back().into_iter().flat_map(char::to_uppercase)).collect()
}

/// A path as its folder, with the slash, and its name.
pub fn split_path(path: &str) -> (String, String) {
    path.rfind('/')
        .and_then(|at| path.split_at_checked(at + 1))
        .map_or_else(|| (String::new(), path.to_owned()), |(folder, name)| (folder.to_owned(), name.to_owned()))
}

/// How long ago, in words.
pub fn ago(then_ms: f64, now_ms: f64) -> String {
    let minutes = ((now_ms - then_ms) / 60_000.0).max(0.0);
    match minutes {
        m if m < 1.0 => "just now".to_owned(),
        m if m < 60.0 => format!("{m:.0} min ago"),
        m if m < 48.0 * 60.0 => format!("{:.0} h ago", (m / 60.0).floor()),
        m => format!("{:.0} days ago", (m / 1_440.0).floor()),
    }
}

/// A language as people write it, from the name that Monaco gives it.
pub fn language(name: &str) -> String {
    match name {
        "typescript" => "TypeScript".to_owned(),
        "javascript" => "JavaScript".to_owned(),
        "html" | "css" | "sql" => name.to_uppercase(),
        _ => {
            let mut letters = name.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_keep_the_digits_that_matter() {
        assert_eq!(
            [0.02, 0.42, 1.0, 12.4, 999.0, 3_210.0].map(ms),
            ["<0.1 ms", "0.4 ms", "1 ms", "12 ms", "999 ms", "3.2 s"]
        );
        assert_eq!(ms_or_dash(None), "–");
    }

    #[test]
    fn large_numbers_are_short() {
        let shown = [0, 940, 12_400, 128_000, 99_960, 1_200_000].map(many);
        assert_eq!(shown, ["0", "940", "12.4k", "128k", "100k", "1.2M"]);
    }

    #[test]
    fn initials_are_the_first_and_the_last() {
        assert_eq!(["Ada", "ada lovelace", "Ana de la Cruz", " ", "élan"].map(initials), ["A", "AL", "AC", "?", "É"]);
    }

    #[test]
    fn a_path_splits_after_its_last_slash() {
        assert_eq!(split_path("a/b/c.rs"), ("a/b/".to_owned(), "c.rs".to_owned()));
        assert_eq!(split_path("c.rs"), (String::new(), "c.rs".to_owned()));
        assert_eq!(split_path("ä/"), ("ä/".to_owned(), String::new()));
    }

    #[test]
    fn time_passes_in_words() {
        let at = |minutes: f64| ago(0.0, minutes * 60_000.0);
        assert_eq!([0.5, 5.0, 61.0, 3_000.0].map(at), ["just now", "5 min ago", "1 h ago", "2 days ago"]);
        assert_eq!(ago(10.0, 0.0), "just now");
    }
}
