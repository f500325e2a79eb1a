//! The command line around [`apply`]: options, standard input, what is printed, the exit code.

use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use edits::Format;

use super::{OUTPUT_MAX, Options, Report, apply};

/// Exit code of a usage or input error, and of an output with nothing to apply.
const NOTHING: u8 = 2;

/// Apply a model's output to a folder
///
/// Reads what a model wrote from standard input, finds the edits in it, and applies them to the files in DIR: through
/// the same engine that a session uses. A hunk is applied whole or not at all, and sees what the hunks before it did.
/// Nothing is written outside DIR: absolute paths, "..", links and .git are refused.
#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP, max_term_width = 100)]
pub struct ApplyArgs {
    /// The folder that the paths in the output begin at
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// The syntax that the edits are in; the others are taken for prose
    #[arg(long, value_enum, default_value_t = FormatArg::Auto)]
    pub format: FormatArg,
    /// Says what would happen, and writes nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Prints the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// Which syntax to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// All of them, mixed freely
    Auto,
    /// `<edit>` blocks.
    #[value(help = "<edit path=\"…\" why=\"…\"> with <old_text> and <new_text>")]
    Edit,
    /// SEARCH/REPLACE blocks.
    #[value(help = "<<<<<<< SEARCH, =======, >>>>>>> REPLACE")]
    SearchReplace,
    /// *** Begin Patch … *** End Patch (V4A)
    Patch,
    /// A whole file in a fence, under its name
    WholeFile,
}

const AFTER_HELP: &str = "\
Exit codes:
  0  every hunk is applied, or its text stood there already
  1  some hunks failed; the others are written
  2  nothing to apply, or the folder, the input or the options cannot be used; nothing is written

Reasons of failed hunks:
  unresolved, ambiguous   the old text is not in the file, or more than once
  noSuchFile              there is no such file
  fileNotEmpty            it would create, or move to, a file that has text already
  malformed               the block is broken or has no end
  badPath, notAFile       the path leaves DIR, goes over a link, or leads to something else than a file
  notText, limit, io      the file is not UTF-8, is too large, or cannot be read or written

Examples:
  midstream apply . < answer.md
  llm 'fix the rounding' | midstream apply src --dry-run
  midstream apply . --json < answer.md | jq '.hunks[] | select(.outcome == \"failed\")'";

impl FormatArg {
    fn format(self) -> Option<Format> {
        match self {
            FormatArg::Auto => None,
            FormatArg::Edit => Some(Format::Edit),
            FormatArg::SearchReplace => Some(Format::SearchReplace),
            FormatArg::Patch => Some(Format::Patch),
            FormatArg::WholeFile => Some(Format::WholeFile),
        }
    }
}

/// Runs the command on the process's own streams; gives its exit code.
pub fn run(args: &ApplyArgs) -> u8 {
    let input = io::stdin();
    if input.is_terminal() {
        eprintln!("Paste the model's output, then Ctrl+D.");
    }
    run_with(args, &mut input.lock(), &mut io::stdout().lock(), &mut io::stderr().lock())
}

/// Runs it on any streams.
fn run_with(args: &ApplyArgs, input: &mut impl Read, out: &mut impl Write, err: &mut impl Write) -> u8 {
    let report = read(input).and_then(|output| {
        let options = Options { format: args.format.format(), dry_run: args.dry_run };
        apply(&args.dir, [output.as_str()], &options).map_err(|error| error.to_string())
    });
    match report {
        Ok(report) => print(&report, args.json, out, err).unwrap_or(NOTHING),
        Err(message) => {
            let _ = writeln!(err, "midstream apply: {message}");
            NOTHING
        }
    }
}

fn read(input: &mut impl Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    let most = OUTPUT_MAX as u64 + 1;
    input.take(most).read_to_end(&mut bytes).map_err(|error| format!("cannot read the output: {error}"))?;
    if bytes.len() > OUTPUT_MAX {
        return Err(super::ApplyError::TooLong.to_string());
    }
    let output = String::from_utf8(bytes).map_err(|_| "the output is not UTF-8".to_owned())?;
    // Some shells put a BOM in front of what they pipe.
    Ok(output.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(output))
}

fn print(report: &Report, json: bool, out: &mut impl Write, err: &mut impl Write) -> io::Result<u8> {
    if json {
        serde_json::to_writer_pretty(&mut *out, report)?;
        writeln!(out)?;
    } else if !report.hunks.is_empty() {
        writeln!(out, "{report}")?;
    }
    if report.hunks.is_empty() {
        writeln!(err, "midstream apply: there is no edit in the output")?;
    }
    Ok(report.exit_code())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_on(dir: &str, input: &[u8]) -> (u8, String, String) {
        let args = ApplyArgs { dir: dir.into(), format: FormatArg::Auto, dry_run: true, json: false };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = run_with(&args, &mut &*input, &mut out, &mut err);
        (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    #[test]
    fn an_output_past_the_limit_is_refused() {
        let longest = vec![b'a'; OUTPUT_MAX];
        let (code, _, err) = run_on(".", &longest);
        assert_eq!((code, err.as_str()), (2, "midstream apply: there is no edit in the output\n"));
        let (code, _, err) = run_on(".", &[longest, vec![b'a']].concat());
        assert!(code == 2 && err.contains("longer than 4194304 bytes"), "{err}");
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        assert!(run_on(".", b"\xff").2.contains("not UTF-8"));
        assert!(run_on("/nowhere/at/all", b"").2.contains("/nowhere/at/all: No such file"));
        assert!(run_on("Cargo.toml", b"").2.contains("is not a folder"));
    }
}
