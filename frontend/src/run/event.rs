//! What a run says, as it comes from the runner: JSON of a stranger, read strictly.

use serde::Deserialize;

/// How loud something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// `console.debug`.
    Debug,
    /// `console.log`, and standard output.
    Log,
    /// `console.info`.
    Info,
    /// `console.warn`.
    Warn,
    /// `console.error`, and standard error.
    Error,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ValueKind {
    /// A text.
    Text,
    /// Something that one line says.
    Plain,
    /// Something with entries.
    Object,
    /// An error, with its stack.
    Error,
}

/// A value of the program.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Value {
    /// What it is.
    #[serde(rename = "k")]
    pub kind: ValueKind,
    /// Its text; of an object, what stands before its entries.
    #[serde(rename = "v")]
    pub text: String,
    /// Its entries.
    #[serde(rename = "e", default)]
    pub entries: Vec<(String, Value)>,
    /// They are a list.
    #[serde(default)]
    pub list: bool,
    /// Entries that were left out.
    #[serde(default)]
    pub more: u32,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TestState {
    /// Well.
    Passed,
    /// Not well.
    Failed,
    /// It was not run.
    Skipped,
}

/// A test that ended.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Test {
    /// The file that it is in.
    pub file: String,
    /// Its name, with its suites'.
    pub name: String,
    /// How.
    pub state: TestState,
    /// How long it took.
    pub ms: f64,
    /// What failed, with its stack.
    #[serde(default)]
    pub error: Option<String>,
}

/// One thing that a run says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "t", rename_all = "camelCase")]
pub enum Event {
    /// Values on the console.
    Log {
        /// How loud.
        level: Level,
        /// In how many groups.
        indent: u8,
        /// The values.
        args: Vec<Value>,
    },
    /// `console.clear`.
    Clear,
    /// Something was thrown and not caught.
    Error {
        /// By a promise.
        promised: bool,
        /// The error's name.
        name: String,
        /// The error with its stack; empty when what was thrown is no error.
        stack: String,
        /// What was thrown, when it is no error.
        #[serde(default)]
        value: Option<Value>,
    },
    /// A test ended.
    Test(Test),
    /// A picture that the program made.
    Image {
        /// The file that it was written to.
        name: String,
        /// Its `data:` address.
        address: String,
    },
    /// So many things were said that nobody could read.
    Dropped {
        /// How many.
        count: u64,
    },
    /// The program was to be run only if it parses, and does not.
    Unparsed,
    /// The program has ended.
    End {
        /// Nothing was thrown, and no test failed.
        ok: bool,
        /// How long it took.
        ms: f64,
    },
}

/// Reads a batch. What is not a batch is nothing; what is not an event is left out, and counted.
pub fn read(batch: &str) -> (Vec<Event>, u64) {
    let Ok(values) = serde_json::from_str::<Vec<serde_json::Value>>(batch) else {
        return (Vec::new(), 1);
    };
    let mut strange = 0;
    let events = values.into_iter().filter_map(|value| match serde_json::from_value::<Event>(value) {
        Ok(Event::Image { address, .. }) if !is_picture(&address) => {
            strange += 1;
            None
        }
        Ok(event) => Some(event),
        Err(_) => {
            strange += 1;
            None
        }
    });
    let events = events.collect();
    (events, strange)
}

/// An address that an `<img>` may be given: a picture in the address itself.
fn is_picture(address: &str) -> bool {
    ["png", "jpeg", "gif", "webp", "svg+xml"].iter().any(|kind| {
        address
            .strip_prefix("data:image/")
            .and_then(|rest| rest.strip_prefix(kind))
            .is_some_and(|r| r.starts_with(";base64,"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_read() {
        let batch = r#"[{"t":"log","level":"warn","indent":1,"args":[{"k":"object","v":"Array(1)","e":[["0",{"k":"plain","v":"1"}]],"list":true}]},
            {"t":"test","file":"a.test.js","name":"adds","state":"failed","ms":1.5,"error":"Error: no"},
            {"t":"clear"},{"t":"end","ok":false,"ms":12.5}]"#;
        let (events, strange) = read(batch);
        assert_eq!((events.len(), strange), (4, 0));
        assert!(matches!(&events[0], Event::Log { level: Level::Warn, indent: 1, args } if args[0].list));
        assert_eq!(events[3], Event::End { ok: false, ms: 12.5 });
    }

    #[test]
    fn what_is_no_event_is_counted_and_left_out() {
        for (batch, events, strange) in [
            ("", 0, 1),
            ("{}", 0, 1),
            ("[1,null,{\"t\":\"rm\"},{\"t\":\"clear\"}]", 1, 3),
            ("[{\"t\":\"log\",\"level\":\"loud\",\"indent\":0,\"args\":[]}]", 0, 1),
            ("[{\"t\":\"image\",\"name\":\"x\",\"address\":\"https://example.org/x.png\"}]", 0, 1),
            ("[{\"t\":\"image\",\"name\":\"x\",\"address\":\"data:image/png;base64,AA\"}]", 1, 0),
            ("[{\"t\":\"image\",\"name\":\"x\",\"address\":\"data:text/html;base64,AA\"}]", 0, 1),
        ] {
            let (read, left_out) = read(batch);
            assert_eq!((read.len(), left_out), (events, strange), "{batch}");
        }
        let deep = format!(
            "[{{\"t\":\"log\",\"level\":\"log\",\"indent\":0,\"args\":{}{}}}]",
            "[".repeat(5000),
            "]".repeat(5000)
        );
        assert_eq!(read(&deep).1, 1);
    }
}
