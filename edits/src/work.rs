//! Counts steps of work, so that tests can hold the engine to a bounded number of them for each byte. Outside tests it
//! counts nothing.

#[cfg(test)]
thread_local! {
    static DONE: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// So many steps are done.
#[inline]
pub(crate) fn count(steps: usize) {
    #[cfg(test)]
    DONE.with(|done| done.set(done.get().saturating_add(u64::try_from(steps).unwrap_or(u64::MAX))));
    #[cfg(not(test))]
    let _ = steps;
}

/// What has been counted in this thread since the last call.
#[cfg(test)]
pub(crate) fn take() -> u64 {
    DONE.with(std::cell::Cell::take)
}
