use std::sync::Arc;

use protocol::{Seq, ServerFrame};

use super::lane::ENTRIES_MAX;
use super::{Batch, CROWD, Feed, Pace};
use crate::session::entry::{Body, Delta, Entry};

fn delta(seq: u64, offset: u32, text: &str) -> Entry {
    Entry::new(Seq(seq), None, None, Body::Delta(Delta::new("t".into(), offset, text.into())))
}

fn frame(seq: u64) -> Entry {
    Entry::frame(Seq(seq), ServerFrame::Draining)
}

fn read(batch: Batch) -> Vec<(u64, String)> {
    let Batch::Entries(entries) = batch else { panic!("behind") };
    let text = |entry: &Arc<Entry>| match &entry.body {
        Body::Delta(delta) => delta.text.clone(),
        Body::Silent | Body::Frame(_) => "-".to_owned(),
    };
    entries.iter().map(|e| (e.seq.0, text(e))).collect()
}

#[tokio::test]
async fn a_raw_reader_gets_every_step_and_nothing_from_before_it_came() {
    let feed = Feed::new();
    feed.push(delta(1, 0, "lost"));
    let mut reader = feed.subscribe(Pace::Raw);
    feed.push(delta(2, 4, "a"));
    feed.push(delta(3, 5, "b"));
    reader.ready().await;
    assert_eq!(read(reader.take()), [(2, "a".to_owned()), (3, "b".to_owned())]);
    assert_eq!(read(reader.take()), []);
}

#[tokio::test]
async fn a_paced_reader_gets_the_first_step_at_once_and_the_next_ones_merged_under_the_last_number() {
    let feed = Feed::new();
    let mut reader = feed.subscribe(Pace::Paced);
    feed.push(delta(1, 0, "a"));
    assert_eq!(read(reader.take()), [(1, "a".to_owned())]);
    feed.push(delta(2, 1, "b"));
    feed.push(delta(3, 2, "c"));
    // Another sequenced frame first flushes what precedes it, then goes at once.
    feed.push(frame(4));
    assert_eq!(read(reader.take()), [(3, "bc".to_owned()), (4, "-".to_owned())]);
}

#[tokio::test]
async fn what_waits_for_its_pace_leaves_by_itself() {
    let feed = Feed::new();
    let mut reader = feed.subscribe(Pace::Paced);
    let mut pacer = tokio::task::JoinSet::new();
    pacer.spawn(Arc::clone(&feed).run_pacer());
    feed.push(delta(1, 0, "a"));
    feed.push(delta(2, 1, "b"));
    let mut got = read(reader.take());
    while got.len() < 2 {
        reader.ready().await;
        got.extend(read(reader.take()));
    }
    assert_eq!(got, [(1, "a".to_owned()), (2, "b".to_owned())]);
}

#[tokio::test]
async fn output_with_a_gap_is_not_merged() {
    let feed = Feed::new();
    let mut reader = feed.subscribe(Pace::Paced);
    feed.push(delta(1, 0, "a"));
    feed.push(delta(2, 1, "b"));
    feed.push(delta(3, 1, "c"));
    feed.push(frame(4));
    let texts: Vec<String> = read(reader.take()).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["a", "b", "c", "-"]);
}

#[tokio::test]
async fn a_reader_past_the_bound_learns_that_it_fell_off() {
    let feed = Feed::new();
    let mut slow = feed.subscribe(Pace::Raw);
    let mut quick = feed.subscribe(Pace::Raw);
    for n in 0..=ENTRIES_MAX as u64 {
        feed.push(delta(n, 0, "x"));
        assert_eq!(read(quick.take()).len(), 1);
    }
    assert!(matches!(slow.take(), Batch::Behind));
}

#[tokio::test]
async fn a_class_that_nobody_reads_is_not_fed() {
    let feed = Feed::new();
    drop(feed.subscribe(Pace::Paced));
    feed.push(delta(1, 0, "a"));
    feed.push(delta(2, 1, "b"));
    let mut late = feed.subscribe(Pace::Paced);
    assert_eq!(read(late.take()), []);
}

#[tokio::test]
async fn a_crowd_is_written_to_in_phases_and_everyone_gets_all_of_it() {
    let feed = Feed::new();
    let mut readers: Vec<_> = (0..4 * CROWD).map(|_| feed.subscribe(Pace::Paced)).collect();
    let phases: Vec<usize> = feed.lock().paced.iter().map(|phase| phase.readers).collect();
    assert_eq!(phases, [CROWD; 4]);
    let mut pacer = tokio::task::JoinSet::new();
    pacer.spawn(Arc::clone(&feed).run_pacer());
    feed.push(delta(1, 0, "a"));
    feed.push(delta(2, 1, "b"));
    for reader in &mut readers {
        let mut got = String::new();
        while got.len() < 2 {
            reader.ready().await;
            got.extend(read(reader.take()).into_iter().map(|(_, text)| text));
        }
        assert_eq!(got, "ab");
    }
    // The first ones of a new crowd share a phase again.
    drop(readers);
    let _few: Vec<_> = (0..CROWD).map(|_| feed.subscribe(Pace::Paced)).collect();
    assert_eq!(feed.lock().paced.iter().filter(|phase| phase.readers > 0).count(), 1);
}
