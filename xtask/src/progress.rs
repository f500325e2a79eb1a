//! Progress of long steps, told calmly: one line per step, with its time; output only of what failed.

use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How often a terminal's line is renewed.
const TICK: Duration = Duration::from_secs(1);

/// How often a log (no terminal) is told that a step still runs, so that CI sees life.
const LOG_TICK: u64 = 60;

/// How much of a failed command's output is shown: enough for a compiler's errors, not for a flood.
const FAILURE_LINES: usize = 400;

/// Numbers the steps of a command and prints each with the time that it took.
pub struct Steps {
    number: usize,
    total: usize,
    terminal: bool,
}

impl Steps {
    /// `total` is the number of steps to come.
    pub fn new(total: usize) -> Steps {
        Steps { number: 0, total, terminal: std::io::stderr().is_terminal() }
    }

    /// Runs a command as one step. Its output is shown only when it fails.
    pub fn command(&mut self, title: &str, command: &mut Command) -> Result<()> {
        self.step(title, |note| run_quietly(command, note))
    }

    /// Runs `work` as one step. `work` may send short notes ("Compiling yrs"), shown on a terminal.
    pub fn step<T: Send>(
        &mut self,
        title: &str,
        work: impl FnOnce(&mpsc::Sender<String>) -> Result<T> + Send,
    ) -> Result<T> {
        self.number += 1;
        let head = format!("[{}/{}] {title} …", self.number, self.total);
        let started = Instant::now();
        let terminal = self.terminal;
        self.line(&head);
        let (sender, notes) = mpsc::channel::<String>();
        let result = std::thread::scope(|scope| {
            scope.spawn(move || tell(&head, started, &notes, terminal));
            let result = work(&sender);
            drop(sender);
            result
        });
        let seconds = started.elapsed().as_secs();
        let head = format!("[{}/{}] {title} …", self.number, self.total);
        match &result {
            Ok(_) => self.end(&format!("{head} {seconds} s")),
            Err(_) => self.end(&format!("{head} failed after {seconds} s")),
        }
        result
    }

    fn line(&self, text: &str) {
        if self.terminal {
            eprint!("\r\x1b[2K{text}");
            let _ = std::io::stderr().flush();
        } else {
            eprintln!("{text}");
        }
    }

    fn end(&self, text: &str) {
        let clear = if self.terminal { "\r\x1b[2K" } else { "" };
        eprintln!("{clear}{text}");
    }
}

/// Renews the line until the sender of the notes is gone.
fn tell(head: &str, started: Instant, notes: &mpsc::Receiver<String>, terminal: bool) {
    let mut note = String::new();
    let mut told = 0;
    loop {
        match notes.recv_timeout(TICK) {
            Ok(text) => note = text,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let seconds = started.elapsed().as_secs();
                if terminal {
                    // One line at most: a wrapped line could not be renewed.
                    let line: String = format!("{head} {seconds} s  {note}").chars().take(78).collect();
                    eprint!("\r\x1b[2K{line}");
                    let _ = std::io::stderr().flush();
                } else if seconds >= told + LOG_TICK {
                    told = seconds;
                    eprintln!("      {seconds} s  {note}");
                }
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Runs a command, passing its last line on as the note, and shows what it said if it fails.
pub fn run_quietly(command: &mut Command, note: &mpsc::Sender<String>) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {name}"))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let said = std::thread::scope(|scope| {
        let out = scope.spawn(move || lines(out, None));
        let err = lines(err, Some(note));
        let mut said = out.join().unwrap_or_default();
        said.extend(err);
        said
    });
    let status = child.wait()?;
    if !status.success() {
        eprintln!();
        for line in said.iter().skip(said.len().saturating_sub(FAILURE_LINES)) {
            eprintln!("{line}");
        }
        bail!("{name} failed ({status})");
    }
    Ok(())
}

fn lines(stream: Option<impl std::io::Read>, note: Option<&mpsc::Sender<String>>) -> Vec<String> {
    let mut said = Vec::new();
    for line in stream.into_iter().flat_map(|stream| BufReader::new(stream).lines()).map_while(Result::ok) {
        if let Some(note) = note {
            // The teller may be gone; the step goes on without it.
            let _ = note.send(line.trim().to_owned());
        }
        said.push(line);
    }
    said
}
