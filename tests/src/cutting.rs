//! A TCP proxy that cuts the connections it carries, at random bytes of either direction.
//!
//! What was drawn depends on the seed alone; where it falls in the talk is the machine's.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use fastrand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// The most bytes that go to the server before a cut: a greeting and some typing.
const UP_MAX: u64 = 2048;

/// Where to connect to; it may be changed while it is in use.
#[derive(Clone)]
pub struct Aim(Arc<Mutex<SocketAddr>>);

impl Aim {
    /// At a server.
    pub fn at(addr: SocketAddr) -> Aim {
        Aim(Arc::new(Mutex::new(addr)))
    }

    /// At another one from now on.
    pub fn set(&self, addr: SocketAddr) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = addr;
    }

    /// Where.
    pub fn get(&self) -> SocketAddr {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running proxy; it ends when it is dropped.
pub struct Cutter {
    /// Where it listens.
    pub aim: Aim,
    cuts: Arc<Cuts>,
    accepting: AbortHandle,
}

/// What is still to be cut, and what was.
struct Cuts {
    rng: Mutex<Rng>,
    /// The most bytes that come from the server before a cut.
    down_max: u64,
    most: usize,
    made: AtomicUsize,
}

/// One connection's end: after so many bytes of one direction.
#[derive(Clone, Copy)]
struct Cut {
    up: u64,
    down: u64,
    /// By a reset, which takes what the other end has not read with it, instead of an end.
    resets: bool,
}

impl Cutter {
    /// In front of a server: it cuts every connection, `most` times in all, and then carries what comes. What the server
    /// says goes on for `down_max` bytes at most: more than it says to one who comes in, or nobody ever gets in.
    pub async fn start(server: Aim, seed: u64, most: usize, down_max: u64) -> Result<Cutter> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let (rng, made) = (Mutex::new(Rng::with_seed(seed)), AtomicUsize::new(0));
        let cuts = Arc::new(Cuts { rng, down_max, most, made });
        let made = Arc::clone(&cuts);
        #[allow(clippy::disallowed_methods)] // Aborted in `drop`.
        let accepting = tokio::spawn(async move {
            let mut carried = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let (server, cuts) = (server.get(), Arc::clone(&made));
                carried.spawn(async move { carry(client, server, &cuts).await });
                while carried.try_join_next().is_some() {}
            }
        });
        Ok(Cutter { aim: Aim::at(addr), cuts, accepting: accepting.abort_handle() })
    }

    /// How many connections it has cut.
    pub fn made(&self) -> usize {
        self.cuts.made.load(Ordering::Relaxed)
    }
}

impl Drop for Cutter {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Cuts {
    /// Where the next connection is cut; nowhere, when enough were.
    fn draw(&self) -> Cut {
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        // Half of them anywhere, half of them early: the greeting is cut as well as what follows.
        let mut bytes =
            |max: u64| if rng.bool() { rng.u64(1..=max) } else { (rng.f64() * (max as f64).log2()).exp2() as u64 };
        let (up, down) = (bytes(UP_MAX), bytes(self.down_max));
        let (is_up, resets) = (rng.u8(0..3) == 0, rng.bool());
        match self.made.load(Ordering::Relaxed) < self.most {
            true if is_up => Cut { up, down: u64::MAX, resets },
            true => Cut { up: u64::MAX, down, resets },
            false => Cut { up: u64::MAX, down: u64::MAX, resets: false },
        }
    }
}

/// Carries one connection until an end closes it, or it is cut.
async fn carry(mut client: TcpStream, server: SocketAddr, cuts: &Cuts) {
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let cut = cuts.draw();
    let is_cut = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        tokio::select! {
            is_cut = pump(from_client, to_server, cut.up) => is_cut,
            is_cut = pump(from_server, to_client, cut.down) => is_cut,
        }
    };
    if is_cut {
        cuts.made.fetch_add(1, Ordering::Relaxed);
        if cut.resets {
            let _ = (client.set_zero_linger(), server.set_zero_linger());
        }
    }
}

/// Moves bytes one way, `most` at most. Whether it ended for that.
async fn pump(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, most: u64) -> bool {
    let (mut left, mut buffer) = (most, [0; 2048]);
    loop {
        let Ok(read @ 1..) = from.read(&mut buffer).await else { return false };
        let may = usize::try_from(left).unwrap_or(usize::MAX).min(read);
        let Some(bytes) = buffer.get(..may) else { return false };
        if to.write_all(bytes).await.is_err() {
            return false;
        }
        left -= may as u64;
        if left == 0 {
            return true;
        }
    }
}
