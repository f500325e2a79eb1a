//! What the bench found: rows, as a table for a person and as JSON for a program.

use std::fmt::Write as _;

use serde::Serialize;

use super::stats::Spread;

/// The unit of a row's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Unit {
    /// Microseconds.
    Micros,
    /// Milliseconds.
    Millis,
    /// Seconds.
    Seconds,
    /// Kilobytes of 1,024 bytes.
    Kilobytes,
    /// Tokens a second, counted by the text that arrived.
    TokensPerSecond,
    /// Plain numbers.
    Count,
    /// Plain numbers that are told to the hundredth.
    Hundredths,
}

/// One line of the table.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The part of the bench that it belongs to.
    pub section: String,
    /// What was measured.
    pub measure: String,
    /// In what.
    pub unit: Unit,
    /// A client at the upstream itself.
    pub direct: Option<Spread>,
    /// Through the bare relay.
    pub relay: Option<Spread>,
    /// Through Midstream, in a small project: where the size of the project is what is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub small: Option<Spread>,
    /// Through socket.io, an event for each token: where rooms are what is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket_io: Option<Spread>,
    /// Through socket.io, tokens merged as Midstream merges them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket_io_merged: Option<Spread>,
    /// Through Midstream; in a messy project, where there is a figure of a small one.
    pub midstream: Option<Spread>,
    /// Midstream's median to the relay's, or to the direct one's where no relay takes part, or to the small project's.
    pub ratio: Option<f64>,
    /// What is aimed at, in words.
    pub aim: Option<String>,
    /// Whether it was reached.
    pub met: Option<bool>,
}

impl Row {
    /// A row with no figures yet.
    pub fn new(section: &str, measure: impl Into<String>, unit: Unit) -> Row {
        Row {
            section: section.to_owned(),
            measure: measure.into(),
            unit,
            direct: None,
            relay: None,
            small: None,
            socket_io: None,
            socket_io_merged: None,
            midstream: None,
            ratio: None,
            aim: None,
            met: None,
        }
    }

    /// With the direct figure.
    pub fn direct(mut self, figure: Option<Spread>) -> Row {
        self.direct = figure;
        self
    }

    /// With the relay's figure.
    pub fn relay(mut self, figure: Option<Spread>) -> Row {
        self.relay = figure;
        self
    }

    /// With the small project's figure.
    pub fn small(mut self, figure: Option<Spread>) -> Row {
        self.small = figure;
        self
    }

    /// With socket.io's figures, for each token and merged. No ratio follows from them.
    pub fn socket_io(mut self, each: Option<Spread>, merged: Option<Spread>) -> Row {
        (self.socket_io, self.socket_io_merged) = (each, merged);
        self
    }

    /// With Midstream's figure; the ratio follows from the ones there are.
    pub fn midstream(mut self, figure: Option<Spread>) -> Row {
        self.midstream = figure;
        let base = self.relay.or(self.direct).or(self.small).map(|base| base.median);
        self.ratio = figure.zip(base.filter(|base| *base > 0.0)).map(|(ours, base)| ours.median / base);
        self
    }

    /// Aims at a ratio of at most `most`.
    pub fn aim_ratio(mut self, most: f64) -> Row {
        self.aim = Some(format!("at most {most}x"));
        self.met = self.ratio.map(|ratio| ratio <= most);
        self
    }

    /// Aims at a median of at most `most`, in the row's unit.
    pub fn aim_at_most(mut self, most: f64) -> Row {
        self.aim = Some(format!("at most {}", cell(most, self.unit)));
        self.met = self.midstream.map(|figure| figure.median <= most);
        self
    }

    /// Aims at a median of at least `least`, in the row's unit.
    pub fn aim_at_least(mut self, least: f64) -> Row {
        self.aim = Some(format!("at least {}", cell(least, self.unit)));
        self.met = self.midstream.map(|figure| figure.median >= least);
        self
    }
}

/// Everything found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The machine and the run, as name and value.
    pub conditions: Vec<(String, String)>,
    /// The table.
    pub rows: Vec<Row>,
    /// What a reader has to know of how the figures came about, and parts that could not run.
    pub notes: Vec<String>,
}

const HEADS: [&str; 7] = ["", "direct", "bare relay", "Midstream", "min..max", "ratio", "aim"];
/// Where a small project and a messy one stand beside each other.
const PROJECT_HEADS: [&str; 7] = ["", "", "small", "messy", "min..max", "ratio", "aim"];
/// Where rooms stand beside each other.
const ROOM_HEADS: [&str; 7] = ["", "socket.io", "merged", "Midstream", "min..max", "", "aim"];

impl Report {
    /// Adds a condition.
    pub fn condition(&mut self, name: &str, value: impl Into<String>) {
        self.conditions.push((name.to_owned(), value.into()));
    }

    /// The table for a person.
    pub fn table(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        for (name, value) in &self.conditions {
            let _ = writeln!(text, "{name:<10} {value}");
        }
        let cells: Vec<[String; 7]> = self.rows.iter().map(cells).collect();
        let widths: Vec<usize> = HEADS
            .iter()
            .enumerate()
            .map(|(column, head)| {
                let widest = cells.iter().filter_map(|row| row.get(column));
                let widest = widest.map(|cell| cell.chars().count()).max().unwrap_or(0);
                widest.max(head.chars().count())
            })
            .collect();
        let mut section = "";
        for (row, cells) in self.rows.iter().zip(&cells) {
            if row.section != section {
                section = &row.section;
                let heads = match row {
                    Row { small: Some(_), .. } => PROJECT_HEADS,
                    Row { socket_io: Some(_), .. } => ROOM_HEADS,
                    _ => HEADS,
                };
                let mut heads = heads.map(str::to_owned);
                if let Some(first) = heads.first_mut() {
                    section.clone_into(first);
                }
                let _ = writeln!(text, "\n{}", line(&heads, &widths));
                let _ = writeln!(text, "{}", "-".repeat(widths.iter().sum::<usize>() + 12));
            }
            let _ = writeln!(text, "{}", line(cells, &widths));
        }
        if !self.notes.is_empty() {
            text.push('\n');
        }
        for note in &self.notes {
            let _ = writeln!(text, "- {note}");
        }
        text
    }
}

/// The first and the last column to the left, figures to the right.
fn line(cells: &[String; 7], widths: &[usize]) -> String {
    let mut text = String::new();
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let _ = match column {
            0 => write!(text, "{cell:<width$}"),
            6 => write!(text, "  {cell}"),
            _ => write!(text, "  {cell:>width$}"),
        };
    }
    text.trim_end().to_owned()
}

fn cells(row: &Row) -> [String; 7] {
    let figure = |spread: Option<Spread>| spread.map_or(String::new(), |s| cell(s.median, row.unit));
    let spread = row
        .midstream
        .filter(|s| s.min < s.max)
        .map_or(String::new(), |s| format!("{}..{}", bare(s.min, row.unit), bare(s.max, row.unit)));
    let aim = match (&row.aim, row.met) {
        (Some(aim), Some(true)) => format!("{aim}: met"),
        (Some(aim), Some(false)) => format!("{aim}: MISSED"),
        (Some(aim), None) => format!("{aim}: unknown"),
        (None, _) => String::new(),
    };
    [
        row.measure.clone(),
        figure(row.direct.or(row.socket_io)),
        figure(row.relay.or(row.small).or(row.socket_io_merged)),
        figure(row.midstream),
        spread,
        row.ratio.map_or(String::new(), |ratio| format!("{ratio:.2}x")),
        aim,
    ]
}

fn cell(value: f64, unit: Unit) -> String {
    let name = match unit {
        Unit::Micros => " µs",
        Unit::Millis => " ms",
        Unit::Seconds => " s",
        Unit::Kilobytes => " KB",
        Unit::TokensPerSecond => " tok/s",
        Unit::Count | Unit::Hundredths => "",
    };
    format!("{}{name}", bare(value, unit))
}

/// A figure without its unit, with as many digits as mean something.
fn bare(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Micros | Unit::TokensPerSecond | Unit::Count => thousands(value),
        Unit::Millis | Unit::Kilobytes => format!("{value:.1}"),
        Unit::Seconds | Unit::Hundredths => format!("{value:.2}"),
    }
}

/// `12,345`.
fn thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    if value.round() < 0.0 {
        text.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let spread = |value| Spread::of([value]);
        let mut report = Report::default();
        report.rows.push(
            Row::new("streams", "p50", Unit::Micros)
                .direct(spread(90.0))
                .relay(spread(1_200.0))
                .midstream(Spread::of([1_500.0, 1_800.0, 12_345.0]))
                .aim_ratio(1.5),
        );
        report.rows.push(Row::new("streams", "a longer one", Unit::Seconds).midstream(spread(1.0)));
        report
            .rows
            .push(Row::new("size", "p50", Unit::Millis).small(spread(2.0)).midstream(spread(4.0)).aim_ratio(1.5));
        let table = report.table();
        let lines: Vec<&str> = table.lines().skip(3).collect();
        assert_eq!(
            lines,
            [
                "p50            90 µs    1,200 µs   1,800 µs  1,500..12,345  1.50x  at most 1.5x: met",
                "a longer one                         1.00 s",
                "",
                "size                       small      messy       min..max  ratio  aim",
                "---------------------------------------------------------------------------------------",
                "p50                       2.0 ms     4.0 ms                 2.00x  at most 1.5x: MISSED",
            ],
            "{table}"
        );
    }
}
