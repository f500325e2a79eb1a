//! Characters that models write for one another.

/// Whether two lines are equal, with dashes, quotes and spaces of every kind as their ASCII look-alikes, and without
/// the blanks around them.
pub(super) fn alike(a: &str, b: &str) -> bool {
    fn trimmed(text: &str) -> impl Iterator<Item = char> + '_ {
        text.trim().chars().map(folded)
    }
    trimmed(a).eq(trimmed(b))
}

/// A character's ASCII look-alike, or itself.
pub(super) fn folded(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}' => '-',
        '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{FF07}' => '\'',
        '\u{201C}'..='\u{201F}' | '\u{2033}' | '\u{FF02}' => '"',
        '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => ' ',
        _ => c,
    }
}
