//! Keeps a line while nobody uses it: opens it, warms it, answers its pings, closes it when it was unused too long.
//!
//! Owns one task that ends when the line is taken or the keeper is dropped. Does not know what a line is used for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message as Frame;

use super::body::Body;
use super::line::{Chain, DialError, Line, MAX_AGE, SharedConfig};
use super::payload::Answer;
use crate::http::call::Decoder;
use crate::http::outbox::Outbox;

/// A warm-up that takes longer is given up, and its line with it: it must not hold a prompt back.
const WARM_UP: Duration = Duration::from_secs(3);

type Asked = oneshot::Sender<Result<Line, DialError>>;

/// A line in keeping.
pub(super) struct Keeper {
    ask: oneshot::Sender<Asked>,
    /// Turns true when the line stands and is warm, or there will be none.
    settled: watch::Receiver<bool>,
    /// Ends the task when dropped.
    _task: JoinSet<()>,
}

/// What the lines of one session have learnt about their server.
#[derive(Debug, Default)]
pub(super) struct Manners {
    /// It does not take `generate: false`.
    pub refuses_warm_up: AtomicBool,
    /// It does not take `stream_id`.
    pub refuses_lanes: AtomicBool,
}

/// What to do first.
pub(super) enum Begin {
    /// Open a line, warmed with these instructions if there are any.
    Dial { instructions: Option<String> },
    /// Keep this one.
    Keep(Box<Line>),
}

impl Keeper {
    /// `None` outside a runtime, where nothing can be kept.
    pub fn spawn(config: SharedConfig, manners: Arc<Manners>, begin: Begin) -> Option<Self> {
        let runtime = tokio::runtime::Handle::try_current().ok()?;
        let (ask, asked) = oneshot::channel();
        let (settle, settled) = watch::channel(matches!(begin, Begin::Keep(_)));
        let mut task = JoinSet::new();
        task.spawn_on(keep(config, manners, begin, asked, settle), &runtime);
        Some(Self { ask, settled, _task: task })
    }

    /// Whether the line stands by now.
    pub fn is_settled(&self) -> bool {
        *self.settled.borrow()
    }

    /// Whether it has a line, or will have one.
    pub fn is_alive(&self) -> bool {
        !self.ask.is_closed()
    }

    /// Resolves when the line stands, or there will be none.
    pub fn settled(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut settled = self.settled.clone();
        async move {
            // An error means that the task is over.
            let _ = settled.wait_for(|settled| *settled).await;
        }
    }

    /// Takes the line; `None` if it was closed meanwhile.
    pub async fn take(self) -> Option<Result<Line, DialError>> {
        let (answer, answered) = oneshot::channel();
        self.ask.send(answer).ok()?;
        answered.await.ok()
    }
}

async fn keep(
    config: SharedConfig,
    manners: Arc<Manners>,
    begin: Begin,
    asked: oneshot::Receiver<Asked>,
    settle: watch::Sender<bool>,
) {
    let kept = match begin {
        Begin::Keep(line) => Ok(*line),
        Begin::Dial { instructions } => open(&config, &manners, instructions).await,
    };
    settle.send_replace(true);
    let unused = config.0.timers.unused;
    match kept {
        Ok(line) => idle(line, asked, unused).await,
        Err(error) => {
            // Kept for the next segment, which need not find out again.
            if let Ok(Ok(answer)) = timeout(unused, asked).await {
                // A segment that is gone needs no answer.
                let _ = answer.send(Err(error));
            }
        }
    }
}

async fn open(config: &SharedConfig, manners: &Manners, instructions: Option<String>) -> Result<Line, DialError> {
    let (settings, who) = &**config;
    let line = Line::dial(settings, who).await?;
    let Some(instructions) = instructions.filter(|_| !manners.refuses_warm_up.load(Ordering::Relaxed)) else {
        return Ok(line);
    };
    match timeout(WARM_UP, warm(line, config, manners, instructions)).await {
        Ok(Some(line)) => Ok(line),
        // What is left of the warm-up must not meet a segment.
        Ok(None) | Err(_) => Line::dial(settings, who).await,
    }
}

/// Has the server read the instructions without answering. `None` if the line is no longer good.
async fn warm(mut line: Line, config: &SharedConfig, manners: &Manners, instructions: String) -> Option<Line> {
    let (settings, who) = &**config;
    let lane = (!manners.refuses_lanes.load(Ordering::Relaxed)).then(|| line.next_lane());
    let body = Body {
        kind: Some("response.create"),
        stream_id: lane.as_deref(),
        model: &settings.model,
        instructions: &instructions,
        store: false,
        previous_response_id: None,
        input: Vec::new(),
        max_output_tokens: None,
        generate: Some(false),
        stream: None,
    };
    let create = serde_json::to_string(&body).ok()?;
    line.socket.send(Frame::text(create)).await.ok()?;
    let mut answer = Answer::new(Arc::clone(who), lane);
    let mut out = Outbox::default();
    while !out.is_closed() {
        if let Frame::Text(text) = line.socket.next().await?.ok()? {
            answer.payload(&text, &mut out);
        }
        if answer.remedy.is_some() {
            manners.refuses_lanes.store(true, Ordering::Relaxed);
            return None;
        }
    }
    match answer.id.filter(|_| !out.has_failed()) {
        Some(id) => line.chain = Some(Chain { id, instructions, messages: Vec::new() }),
        None => manners.refuses_warm_up.store(true, Ordering::Relaxed),
    }
    Some(line)
}

async fn idle(mut line: Line, mut asked: oneshot::Receiver<Asked>, unused: Duration) {
    enum Event {
        Asked(Option<Asked>),
        Closed,
        Ignored,
        Expired,
    }
    let expiry = (Instant::now() + unused).min(line.since + MAX_AGE);
    loop {
        let event = tokio::select! {
            biased;
            asked = &mut asked => Event::Asked(asked.ok()),
            frame = line.socket.next() => match frame {
                None | Some(Err(_) | Ok(Frame::Close(_))) => Event::Closed,
                Some(Ok(_)) => Event::Ignored,
            },
            () = tokio::time::sleep_until(expiry) => Event::Expired,
        };
        match event {
            // Reading has sent the answer to a ping.
            Event::Ignored => {}
            Event::Asked(Some(answer)) => {
                // A segment that is gone needs no line; this one then closes.
                let _ = answer.send(Ok(line));
                return;
            }
            Event::Asked(None) | Event::Closed => return,
            Event::Expired => {
                let _ = timeout(Duration::from_secs(1), line.socket.close(None)).await;
                return;
            }
        }
    }
}
