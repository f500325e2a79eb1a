//! A timeline in memory.

use std::collections::BTreeMap;

use protocol::Seq;

use crate::store::timeline::{Chunk, Extent, Keyframe};

/// A session's timeline.
#[derive(Default)]
pub struct Timeline {
    chunks: BTreeMap<u64, Chunk>,
    keyframes: BTreeMap<u64, Keyframe>,
}

impl Timeline {
    pub fn append(&mut self, chunk: Chunk) {
        self.chunks.insert(chunk.number, chunk);
    }

    pub fn extent(&self) -> Option<Extent> {
        let (first, last) = (self.chunks.values().next()?, self.chunks.values().next_back()?);
        let before = first.number.checked_sub(1).and_then(|number| self.keyframes.get(&number));
        let (seq, at) = before.map_or((first.first, first.at.0), |keyframe| (keyframe.seq, keyframe.at));
        let gone = first.upto.saturating_sub(first.payload.len() as u64);
        Some(Extent {
            first: (first.number, seq, at),
            last: (last.number, last.last, last.at.1),
            upto: last.upto,
            gone,
        })
    }

    pub fn chunks(&self, after: Option<u64>, bytes: u64) -> Vec<Chunk> {
        let behind = self.chunks.range(after.map_or(0, |after| after + 1)..).map(|(_, chunk)| chunk);
        let mut left = None;
        let fitting = behind.take_while(|chunk| {
            let len = chunk.payload.len() as u64;
            let fits = left.is_none_or(|left: u64| left >= len);
            left = Some(left.unwrap_or(bytes).saturating_sub(len));
            fits
        });
        fitting.cloned().collect()
    }

    pub fn chunk_before(&self, seq: Seq) -> Option<u64> {
        self.chunks.values().rev().find(|chunk| chunk.last <= seq).map(|chunk| chunk.number)
    }

    pub fn chunk_when(&self, ms: u64) -> Option<Chunk> {
        self.chunks.values().rev().find(|chunk| chunk.at.0 <= ms).cloned()
    }

    pub fn marks(&self, after: Option<Seq>, most: u32) -> Vec<String> {
        let behind = self.chunks.values().filter(|chunk| after.is_none_or(|after| chunk.last > after));
        behind.filter_map(|chunk| chunk.marks.clone()).take(most as usize).collect()
    }

    pub fn keyframe(&self, seq: Seq) -> Option<Keyframe> {
        self.keyframes.values().rev().find(|keyframe| keyframe.seq <= seq).cloned()
    }

    pub fn keep(&mut self, keyframe: Keyframe) {
        self.keyframes.insert(keyframe.number, keyframe);
    }

    pub fn shorten(&mut self, bytes: u64) {
        let Some((last, upto)) = self.chunks.values().next_back().map(|last| (last.number, last.upto)) else { return };
        let mut fitting = self.keyframes.values().filter(|kept| kept.number < last && upto - kept.upto <= bytes);
        let Some(first) = fitting.next().map(|keyframe| keyframe.number) else { return };
        self.chunks.retain(|number, _| *number > first);
        self.keyframes.retain(|number, _| *number >= first);
    }
}
