//! Keys by name, as the browser wants them: `Enter`, `a`, `Control+Period`, `Shift+Tab`.

use anyhow::{Result, bail};
use serde_json::{Value, json};

/// A key with its modifiers.
#[derive(Debug)]
pub struct Press {
    modifiers: u8,
    key: String,
    code: String,
    key_code: u32,
    /// What it types; `None` for a key that types nothing, or nothing under these modifiers.
    text: Option<String>,
}

/// The protocol's bits for the modifiers.
const ALT: u8 = 1;
const CONTROL: u8 = 2;
const META: u8 = 4;
const SHIFT: u8 = 8;

/// Named keys: name, `code`, legacy key code, what it types. The `key` is the name, or what it types.
const NAMED: [(&str, &str, u32, Option<&str>); 26] = [
    ("Enter", "Enter", 13, Some("\r")),
    ("Escape", "Escape", 27, None),
    ("Tab", "Tab", 9, None),
    ("Backspace", "Backspace", 8, None),
    ("Delete", "Delete", 46, None),
    ("ArrowLeft", "ArrowLeft", 37, None),
    ("ArrowUp", "ArrowUp", 38, None),
    ("ArrowRight", "ArrowRight", 39, None),
    ("ArrowDown", "ArrowDown", 40, None),
    ("Home", "Home", 36, None),
    ("End", "End", 35, None),
    ("PageUp", "PageUp", 33, None),
    ("PageDown", "PageDown", 34, None),
    ("F1", "F1", 112, None),
    ("F2", "F2", 113, None),
    ("F6", "F6", 117, None),
    ("F7", "F7", 118, None),
    ("Space", "Space", 32, Some(" ")),
    ("Period", "Period", 190, Some(".")),
    ("Comma", "Comma", 188, Some(",")),
    ("Slash", "Slash", 191, Some("/")),
    ("Minus", "Minus", 189, Some("-")),
    ("Equal", "Equal", 187, Some("=")),
    ("Semicolon", "Semicolon", 186, Some(";")),
    ("Quote", "Quote", 222, Some("'")),
    ("Backquote", "Backquote", 192, Some("`")),
];

impl Press {
    /// Reads a key's name with its modifiers in front.
    pub fn parse(name: &str) -> Result<Press> {
        let mut modifiers = 0;
        let mut rest = name;
        while let Some((modifier, after)) = rest.split_once('+').filter(|(_, after)| !after.is_empty()) {
            modifiers |= match modifier {
                "Alt" => ALT,
                "Control" => CONTROL,
                "Meta" => META,
                "Shift" => SHIFT,
                _ => bail!("{name}: no such modifier: {modifier}"),
            };
            rest = after;
        }
        let types = modifiers & (ALT | CONTROL | META) == 0;
        if let Some((key, code, key_code, text)) = NAMED.into_iter().find(|(named, ..)| *named == rest) {
            return Ok(Press {
                modifiers,
                key: text.filter(|_| key != "Enter").unwrap_or(key).to_owned(),
                code: code.to_owned(),
                key_code,
                text: text.filter(|_| types).map(str::to_owned),
            });
        }
        let mut characters = rest.chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => Ok(Press::character(character, modifiers, types)),
            _ => bail!("no such key: {name}"),
        }
    }

    fn character(character: char, modifiers: u8, types: bool) -> Press {
        let upper = character.to_ascii_uppercase();
        let (code, key_code) = match upper {
            'A'..='Z' => (format!("Key{upper}"), u32::from(upper)),
            '0'..='9' => (format!("Digit{upper}"), u32::from(upper)),
            _ => NAMED
                .into_iter()
                .find(|(_, _, _, text)| text.is_some_and(|text| text.chars().eq([character])))
                .map_or((String::new(), 0), |(_, code, key_code, _)| (code.to_owned(), key_code)),
        };
        let shift = if character.is_ascii_uppercase() { SHIFT } else { 0 };
        Press {
            modifiers: modifiers | shift,
            key: character.to_string(),
            code,
            key_code,
            text: types.then(|| character.to_string()),
        }
    }

    /// The parameters of the two events, down and up.
    pub fn events(&self) -> [Value; 2] {
        let event = |kind: &str| {
            json!({
                "type": kind, "modifiers": self.modifiers, "key": self.key, "code": self.code,
                "windowsVirtualKeyCode": self.key_code, "nativeVirtualKeyCode": self.key_code,
            })
        };
        let mut down = event(if self.text.is_some() { "keyDown" } else { "rawKeyDown" });
        if let (Some(text), Some(down)) = (&self.text, down.as_object_mut()) {
            down.insert("text".to_owned(), json!(text));
            down.insert("unmodifiedText".to_owned(), json!(text));
        }
        [down, event("keyUp")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, key: &str, code: &str, modifiers: u8, text: Option<&str>) {
        let press = Press::parse(name).unwrap();
        assert_eq!(
            (press.key.as_str(), press.code.as_str(), press.modifiers, press.text.as_deref()),
            (key, code, modifiers, text)
        );
    }

    #[test]
    fn names_are_read() {
        check("Escape", "Escape", "Escape", 0, None);
        check("Enter", "Enter", "Enter", 0, Some("\r"));
        check("Control+Period", ".", "Period", CONTROL, None);
        check("Shift+Tab", "Tab", "Tab", SHIFT, None);
        check("Control+Shift+k", "k", "KeyK", CONTROL | SHIFT, None);
        check("a", "a", "KeyA", 0, Some("a"));
        check("A", "A", "KeyA", SHIFT, Some("A"));
        check("+", "+", "", 0, Some("+"));
        check("?", "?", "", 0, Some("?"));
    }

    #[test]
    fn unknown_names_are_refused() {
        assert!(Press::parse("Nothing").is_err());
        assert!(Press::parse("Hyper+a").is_err());
        assert!(Press::parse("").is_err());
    }
}
