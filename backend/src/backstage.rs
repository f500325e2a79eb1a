//! Work that nobody waits for: on a thread of the lowest priority, one piece at a time, so that whoever waits for anything
//! else has the processor at once. On two cores, one that is busy for a moment is half of all there are.

use thread_priority::{ThreadPriority, set_current_thread_priority};
use tokio::sync::{Semaphore, oneshot};

/// Pieces at once, of all sessions.
const AT_ONCE: usize = 1;

static PLACES: Semaphore = Semaphore::const_new(AT_ONCE);

/// Work was given up.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// It panicked.
    #[error("work behind the scenes panicked")]
    Panicked,
    /// There is no thread for it.
    #[error("no thread for work behind the scenes: {0}")]
    NoThread(#[from] std::io::Error),
}

/// Has something done when there is time.
///
/// # Errors
///
/// When it is not done to its end.
pub async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Lost> {
    // Nobody closes it.
    let place = PLACES.acquire().await;
    let (reply, done) = oneshot::channel();
    let at_work = move || {
        if let Err(error) = set_current_thread_priority(ThreadPriority::Min) {
            tracing::debug!(?error, "work behind the scenes does not give way to other work");
        }
        let _ = reply.send(work());
    };
    std::thread::Builder::new().name("backstage".to_owned()).spawn(at_work)?;
    let done = done.await.map_err(|_| Lost::Panicked);
    drop(place);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_done_and_a_panic_is_told() {
        assert_eq!(run(|| 6 * 7).await.unwrap(), 42);
        assert!(matches!(run(|| panic!("on purpose")).await, Err(Lost::Panicked)));
        assert_eq!(run(|| 1).await.unwrap(), 1, "its place is free again");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn it_gives_way() {
        // As the kernel tells it of a thread.
        let nice = || {
            let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
            let behind_name = stat.rsplit_once(')').unwrap().1.to_owned();
            behind_name.split_whitespace().nth(16).unwrap().parse::<i32>().unwrap()
        };
        assert!(run(nice).await.unwrap() > nice());
    }
}
