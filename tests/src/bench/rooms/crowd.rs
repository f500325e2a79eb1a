//! Many WebSocket clients in one process, as cheap as they can be: what a client costs is taken from the server that is
//! measured. They read frames by hand, look at nothing but stamps, and keep nothing.

use std::cell::RefCell;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::frames::{Frames, Opcode, masked};
use super::tally::Tally;

/// How many come in at once.
const AT_ONCE: usize = 64;
/// Connections from one source address: less than the ports that the kernel gives out for one.
const PER_ADDRESS: usize = 4_000;
/// What is read at once. One buffer for each thread of the runtime.
const READ: usize = 64 * 1024;
/// Longer than any greeting takes on a busy machine.
const GREETED_WITHIN: Duration = Duration::from_secs(60);

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ]);
}

/// How a client comes in, and what tells that it is in.
#[derive(Clone)]
pub struct Greeting {
    /// The path of the WebSocket.
    pub path: String,
    /// What it says first.
    pub says: Vec<String>,
    /// It is in when a text frame begins like this.
    pub in_when: &'static str,
    /// A text frame that asks whether it is there, and the answer, where the protocol has its own.
    pub ping: Option<(&'static str, &'static str)>,
}

/// Clients that are in.
pub struct Crowd {
    seats: JoinSet<Result<()>>,
    /// What came to all of them.
    pub tally: Arc<Tally>,
    /// How many frames and questions came.
    came: Arc<AtomicU64>,
}

impl Crowd {
    /// Brings `count` clients in, each with the greeting that `greets` has for it.
    pub async fn enter(addr: SocketAddr, count: usize, greets: impl Fn(usize) -> Greeting) -> Result<Crowd> {
        let (tally, came) = (Arc::new(Tally::default()), Arc::new(AtomicU64::new(0)));
        let door = Arc::new(Semaphore::new(AT_ONCE));
        let mut coming = JoinSet::new();
        for number in 0..count {
            let (greeting, door) = (greets(number), Arc::clone(&door));
            coming.spawn(async move {
                let _turn = door.acquire_owned().await?;
                let seat = Seat::enter(addr, number, greeting);
                tokio::time::timeout(GREETED_WITHIN, seat).await.context("it does not get in")?
            });
        }
        let mut seats = JoinSet::new();
        while let Some(seat) = coming.join_next().await {
            let seat = seat??;
            seats.spawn(seat.sit(Arc::clone(&tally), Arc::clone(&came)));
        }
        Ok(Crowd { seats, tally, came })
    }

    /// How many frames came so far.
    pub fn came(&self) -> u64 {
        self.came.load(Ordering::Relaxed)
    }

    /// How many are still in.
    pub fn len(&mut self) -> usize {
        while self.seats.try_join_next().is_some() {}
        self.seats.len()
    }
}

/// One client.
struct Seat {
    stream: TcpStream,
    frames: Frames,
    ping: Option<(&'static str, &'static str)>,
}

impl Seat {
    async fn enter(addr: SocketAddr, number: usize, greeting: Greeting) -> Result<Seat> {
        let socket = TcpSocket::new_v4()?;
        if addr.ip().is_loopback() {
            let host = u8::try_from(2 + number / PER_ADDRESS)?;
            socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, host)), 0))?;
        }
        let mut stream = socket.connect(addr).await?;
        stream.set_nodelay(true)?;
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {addr}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            greeting.path
        );
        stream.write_all(request.as_bytes()).await?;
        let rest = head(&mut stream).await?;
        for words in &greeting.says {
            stream.write_all(&masked(Opcode::Text, words.as_bytes())).await?;
        }
        let mut seat = Seat { stream, frames: Frames::default(), ping: greeting.ping };
        let mut is_in = false;
        let mut look = |opcode, payload: &[u8]| match opcode {
            Opcode::Text => is_in |= payload.starts_with(greeting.in_when.as_bytes()),
            Opcode::Close => {}
            _ => {}
        };
        seat.frames.feed(&rest, &mut look);
        let mut buffer = vec![0; 4096];
        loop {
            let read = seat.stream.read(&mut buffer).await?;
            ensure!(read > 0, "the server closed");
            let mut refused = None;
            seat.frames.feed(buffer.get(..read).unwrap_or_default(), &mut |opcode, payload| match opcode {
                Opcode::Text => is_in |= payload.starts_with(greeting.in_when.as_bytes()),
                Opcode::Close => refused = Some(String::from_utf8_lossy(payload).into_owned()),
                _ => {}
            });
            if let Some(why) = refused {
                bail!("the server closed: {why}");
            }
            if is_in {
                return Ok(seat);
            }
        }
    }

    /// Reads on until the connection ends.
    async fn sit(self, tally: Arc<Tally>, came: Arc<AtomicU64>) -> Result<()> {
        let Seat { stream, mut frames, ping } = self;
        loop {
            stream.readable().await?;
            let mut answers = Vec::new();
            let read = BUFFER.with_borrow_mut(|buffer| {
                let read = stream.try_read(buffer)?;
                frames.feed(buffer.get(..read).unwrap_or_default(), &mut |opcode, payload| match opcode {
                    Opcode::Text if ping.is_some_and(|(asks, _)| payload == asks.as_bytes()) => {
                        answers.extend(ping.map(|(_, answer)| masked(Opcode::Text, answer.as_bytes())));
                    }
                    Opcode::Text => {
                        came.fetch_add(1, Ordering::Relaxed);
                        tally.take(payload);
                    }
                    Opcode::Binary => {
                        came.fetch_add(1, Ordering::Relaxed);
                    }
                    Opcode::Ping => answers.push(masked(Opcode::Pong, payload)),
                    Opcode::Pong | Opcode::Close | Opcode::Other => {}
                });
                std::io::Result::Ok(read)
            });
            match read {
                Ok(0) => bail!("the server closed"),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
            for answer in answers {
                // A few bytes to a server that reads: they fit.
                let _ = stream.try_write(&answer);
            }
        }
    }
}

/// Reads the answer to the upgrade. What came after it is handed on.
async fn head(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let (mut head, mut buffer) = (Vec::new(), [0; 1024]);
    loop {
        let read = stream.read(&mut buffer).await?;
        ensure!(read > 0, "closed during the upgrade");
        head.extend_from_slice(buffer.get(..read).unwrap_or_default());
        let end = head.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            ensure!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
            return Ok(head.split_off(end + 4));
        }
    }
}
