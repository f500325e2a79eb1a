//! The DevTools protocol: commands with answers, and events by session, over one WebSocket.
//!
//! Knows JSON and ids only, no command by name.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_tungstenite::connect_async_with_config;
use tokio_tungstenite::tungstenite::{Message, protocol::WebSocketConfig};

/// Far more than any command takes; an answer that does not come at all must not hang the test.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(90);

/// Called with the name and the parameters of every event of one session, in order, before later answers.
pub type OnEvent = Arc<dyn Fn(&str, &Value) + Send + Sync>;

/// A connection to one browser.
pub struct Connection {
    next_id: AtomicU64,
    outgoing: mpsc::UnboundedSender<String>,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct Shared {
    /// Commands that wait for their answer; dropped senders tell them that the browser is gone.
    pending: Mutex<HashMap<u64, oneshot::Sender<Value>>>,
    listeners: Mutex<HashMap<String, OnEvent>>,
}

impl Connection {
    /// Connects to the address that the browser named.
    pub async fn open(url: &str) -> Result<Arc<Connection>> {
        // Screenshots come as one message: no limit of size.
        let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let (socket, _) = connect_async_with_config(url, Some(config), true).await.context("DevTools")?;
        let (mut sink, mut stream) = socket.split();
        // Unbounded, because a test waits for the answer to nearly all it sends.
        let (outgoing, mut queue) = mpsc::unbounded_channel::<String>();
        let shared = Arc::new(Shared::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            while let Some(text) = queue.recv().await {
                if sink.send(Message::text(text)).await.is_err() {
                    return;
                }
            }
        });
        let reader = shared.clone();
        tasks.spawn(async move {
            while let Some(Ok(message)) = stream.next().await {
                if let Message::Text(text) = message
                    && let Ok(value) = serde_json::from_str::<Value>(&text)
                {
                    reader.take(value);
                }
            }
            lock(&reader.pending).clear();
        });
        Ok(Arc::new(Connection { next_id: AtomicU64::new(1), outgoing, shared, _tasks: tasks }))
    }

    /// Sends a command, to a page's session or to the browser itself, and waits for its answer.
    pub async fn call(&self, session: Option<&str>, method: &str, params: Value) -> Result<Value> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let mut command = json!({ "id": id, "method": method, "params": params });
        if let (Some(session), Some(command)) = (session, command.as_object_mut()) {
            command.insert("sessionId".to_owned(), json!(session));
        }
        let (answer, answered) = oneshot::channel();
        lock(&self.shared.pending).insert(id, answer);
        self.outgoing.send(command.to_string()).context("the browser is gone")?;
        let answer = tokio::time::timeout(ANSWER_TIMEOUT, answered)
            .await
            .with_context(|| format!("{method}: no answer"))?
            .with_context(|| format!("{method}: the browser is gone"))?;
        match answer.get("error") {
            Some(error) => anyhow::bail!("{method}: {error}"),
            None => Ok(answer.get("result").cloned().unwrap_or_default()),
        }
    }

    /// Sends a command whose answer nobody waits for: from inside of a listener, which may not wait.
    pub fn post(&self, session: &str, method: &str, params: Value) {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let command = json!({ "id": id, "method": method, "params": params, "sessionId": session });
        // A browser that is gone is noticed by whoever waits.
        let _ = self.outgoing.send(command.to_string());
    }

    /// Has the events of a session delivered to `listener`.
    pub fn listen(&self, session: &str, listener: OnEvent) {
        lock(&self.shared.listeners).insert(session.to_owned(), listener);
    }
}

impl Shared {
    fn take(&self, value: Value) {
        if let Some(id) = value.get("id").and_then(Value::as_u64) {
            if let Some(answer) = lock(&self.pending).remove(&id) {
                // Whoever asked may have given up.
                let _ = answer.send(value);
            }
            return;
        }
        let session = value.get("sessionId").and_then(Value::as_str);
        let method = value.get("method").and_then(Value::as_str);
        if let (Some(session), Some(method), Some(params)) = (session, method, value.get("params")) {
            // Not under the lock: a listener may add another one.
            let listener = lock(&self.listeners).get(session).cloned();
            if let Some(listener) = listener {
                listener(method, params);
            }
        }
    }
}

/// A test that panicked elsewhere has left nothing half-done in these maps.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
