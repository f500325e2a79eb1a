//! One segment over a line: asks, reads, mends what asking again can mend, and hands the line back.
//!
//! Owns the order of things. The segment owns its line, so dropping it unfinished closes the socket at once, which
//! is the only way to stop this API; the session then opens a spare for whatever comes next.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::{SinkExt, StreamExt, stream};
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::Message as Frame;

use super::body::{Body, items};
use super::line::{Chain, DialError, Line};
use super::payload::{Answer, Remedy};
use super::{InUse, Session};
use crate::event::{SegmentEvent, Stage, UpstreamFailure};
use crate::http::call::Decoder;
use crate::http::outbox::Outbox;
use crate::request::SegmentRequest;
use crate::upstream::SegmentStream;

/// Creates sent for one segment at most: one for each [`Remedy`], one for a socket that died unseen, and the first.
const MAX_CREATES: u32 = 5;

/// New sockets for one segment after one that closed without beginning to answer. More would ask a server that
/// fails so by itself again and again.
const MAX_RECONNECTS: u32 = 1;

/// Starts the segment when first polled.
pub(super) fn stream(session: Arc<Session>, request: SegmentRequest) -> SegmentStream {
    let segment = Segment {
        session,
        request,
        phase: Phase::Ready,
        out: Outbox::default(),
        connected: false,
        answered: false,
        creates: 0,
        whole_input: false,
    };
    Box::pin(stream::unfold(segment, |mut segment| async { segment.next().await.map(|event| (event, segment)) }))
}

enum Phase {
    Ready,
    /// A line is being taken, opened or asked on.
    Dialling,
    /// A create is out, or about to be.
    Answering(Box<Answering>),
    /// There is no socket to this server.
    Http(SegmentStream),
    Over,
}

struct Answering {
    line: Line,
    answer: Answer,
    deadline: Instant,
    _in_use: InUse,
}

struct Segment {
    session: Arc<Session>,
    request: SegmentRequest,
    phase: Phase,
    out: Outbox,
    /// Whether the stage was told.
    connected: bool,
    /// Whether the stage was told.
    answered: bool,
    /// Creates sent so far.
    creates: u32,
    /// The parent was forgotten: send everything.
    whole_input: bool,
}

impl Segment {
    async fn next(&mut self) -> Option<SegmentEvent> {
        loop {
            if let Some(event) = self.out.pop() {
                return Some(event);
            }
            if self.out.is_closed() {
                return None;
            }
            match &mut self.phase {
                Phase::Ready | Phase::Dialling => self.begin().await,
                Phase::Answering(_) => self.read().await,
                Phase::Http(stream) => match stream.next().await {
                    Some(event) => self.out.push(event),
                    None => self.phase = Phase::Over,
                },
                Phase::Over => {
                    let failure = self.session.who().truncated("the segment was over without a terminal event");
                    self.out.fail(failure);
                }
            }
        }
    }

    /// Gets a line, and asks on it.
    async fn begin(&mut self) {
        if self.session.is_http() {
            self.go_http();
            return;
        }
        self.phase = Phase::Dialling;
        let (line, warm) = self.session.line().await;
        match line {
            Ok(line) => {
                if !std::mem::replace(&mut self.connected, true) {
                    self.out.push(SegmentEvent::Stage(Stage::Connected { warm }));
                }
                self.ask(line).await;
            }
            // No spare: it would be refused as well.
            Err(DialError::Refused(failure)) => {
                self.phase = Phase::Over;
                self.out.fail(failure);
            }
            Err(DialError::NoSocket) => {
                self.session.give_up_sockets();
                self.go_http();
            }
            Err(DialError::Network(detail)) => {
                tracing::info!(%detail, "no WebSocket; this segment goes by HTTP");
                self.session.count_failed_dial();
                self.go_http();
            }
        }
    }

    fn go_http(&mut self) {
        self.phase = if self.connected {
            // The stages were told; HTTP would tell them again.
            let stream = self.session.http(&self.request);
            let rest = stream.filter(|event| {
                let is_stage = matches!(event, SegmentEvent::Stage(Stage::Connected { .. }));
                std::future::ready(!is_stage)
            });
            Phase::Http(Box::pin(rest))
        } else {
            Phase::Http(self.session.http(&self.request))
        };
    }

    async fn ask(&mut self, mut line: Line) {
        self.creates += 1;
        if self.creates > MAX_CREATES {
            self.fail(self.session.who().garbled("the server refused every form of the request"));
            return;
        }
        let lanes = !self.session.manners.refuses_lanes.load(Ordering::Relaxed);
        let lane = lanes.then(|| line.next_lane());
        let chain = line.chain.take().filter(|_| !self.whole_input);
        let tail = chain.as_ref().and_then(|chain| chain.tail(&self.request).map(|tail| (chain, tail)));
        let config = self.session.config();
        let body = Body {
            kind: Some("response.create"),
            stream_id: lane.as_deref(),
            model: &config.model,
            instructions: &self.request.instructions,
            store: false,
            previous_response_id: tail.map(|(chain, _)| chain.id.as_str()),
            input: items(tail.map_or(self.request.messages.as_slice(), |(_, tail)| tail)),
            max_output_tokens: config.max_output_tokens,
            generate: None,
            stream: None,
        };
        let create = match serde_json::to_string(&body) {
            Ok(create) => create,
            Err(error) => {
                self.fail(self.session.who().garbled(&error.to_string()));
                return;
            }
        };
        let timers = config.timers;
        let mut answering = Box::new(Answering {
            line,
            answer: Answer::new(Arc::clone(self.session.who()), lane),
            deadline: Instant::now() + timers.first_output,
            _in_use: self.session.use_line(),
        });
        let send = answering.line.socket.send(Frame::text(create));
        match timeout_at(answering.deadline, send).await {
            Ok(Ok(())) => self.phase = Phase::Answering(answering),
            // The socket had died unseen.
            Ok(Err(error)) => self.reconnect_or_fail(&error.to_string()),
            Err(_) => self.fail(self.session.who().stalled(timers.first_output)),
        }
    }

    /// The socket closed before the answer began: likely the server's idle close crossed the request.
    fn reconnect_or_fail(&mut self, detail: &str) {
        if self.creates <= MAX_RECONNECTS {
            self.phase = Phase::Ready;
        } else {
            self.fail(self.session.who().truncated(detail));
        }
    }

    async fn read(&mut self) {
        let Phase::Answering(answering) = &mut self.phase else {
            return;
        };
        let Answering { line, answer, deadline, .. } = &mut **answering;
        let text = match timeout_at(*deadline, line.socket.next()).await {
            Err(_) => {
                let timers = self.session.config().timers;
                let silence = if self.out.is_lively() { timers.idle } else { timers.first_output };
                self.fail(self.session.who().stalled(silence));
                return;
            }
            Ok(Some(Ok(Frame::Text(text)))) => text,
            // Reading has sent the answer to a ping; it is no sign of life of the answer.
            Ok(Some(Ok(Frame::Ping(_) | Frame::Pong(_) | Frame::Frame(_)))) => return,
            Ok(Some(Ok(Frame::Binary(_)))) => {
                self.fail(self.session.who().garbled("a binary frame"));
                return;
            }
            Ok(Some(Ok(Frame::Close(_)) | Err(_)) | None) => {
                let detail = "the socket closed before the answer's end";
                if answer.id.is_none() {
                    self.reconnect_or_fail(detail);
                } else {
                    self.fail(self.session.who().truncated(detail));
                }
                return;
            }
        };
        if !std::mem::replace(&mut self.answered, true) {
            self.out.push(SegmentEvent::Stage(Stage::FirstByte));
        }
        answer.payload(&text, &mut self.out);
        let timers = self.session.config().timers;
        *deadline = Instant::now() + if self.out.is_lively() { timers.idle } else { timers.first_output };
        let (remedy, is_terminal) = (answer.remedy, answer.is_terminal);
        if let Some(remedy) = remedy {
            self.mend(remedy).await;
        } else if is_terminal {
            self.hand_back();
        } else if self.out.is_closed() {
            self.abandon();
        }
    }

    async fn mend(&mut self, remedy: Remedy) {
        let Phase::Answering(answering) = std::mem::replace(&mut self.phase, Phase::Dialling) else {
            return;
        };
        match remedy {
            Remedy::WholeInput => {
                self.whole_input = true;
                self.ask(answering.line).await;
            }
            Remedy::NoLane => {
                self.session.manners.refuses_lanes.store(true, Ordering::Relaxed);
                self.ask(answering.line).await;
            }
            // Dropped; `begin` gets another.
            Remedy::AnotherSocket => {}
        }
    }

    /// The answer has ended: the line is clean, and the next segment's.
    fn hand_back(&mut self) {
        let Phase::Answering(answering) = std::mem::replace(&mut self.phase, Phase::Over) else {
            return;
        };
        let Answering { mut line, answer, .. } = *answering;
        line.chain = match answer.id {
            Some(id) if !self.out.has_failed() => Some(Chain::after(&self.request, id, answer.text)),
            // A failed turn evicts what it built on.
            _ => None,
        };
        self.session.keep(line);
    }

    fn fail(&mut self, failure: UpstreamFailure) {
        self.out.fail(failure);
        self.abandon();
    }

    /// Closes a line on which something may still come, and has another one ready.
    fn abandon(&mut self) {
        let left = std::mem::replace(&mut self.phase, Phase::Over);
        if let Phase::Answering(_) | Phase::Dialling = left {
            drop(left);
            self.session.open_spare(&self.request.instructions);
        }
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        self.abandon();
    }
}
