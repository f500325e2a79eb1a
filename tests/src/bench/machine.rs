//! What the kernel says of this machine and of a process. Linux only, as the bench is.

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The unit of the times in `/proc/<pid>/stat`, per second: fixed on Linux for all that user space is told.
const TICKS: f64 = 100.0;

/// Processor seconds that a process has used, its threads included.
pub fn cpu_seconds(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name may hold spaces; what follows its closing parenthesis does not. User and system time are the
    // 14th and 15th field of the line, the state after the name is the 3rd.
    let (_, fields) = stat.rsplit_once(") ").context("an odd /proc stat")?;
    let ticks: f64 = fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS)
}

/// Resident memory of a process, in kilobytes.
pub fn resident_kilobytes(pid: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.context("an odd /proc status")?.parse()?)
}

/// Load averages of 1, 5 and 15 minutes.
pub fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// Whether something else has used more than half a processor in the last minute.
pub fn is_busy() -> bool {
    let load = load();
    let last_minute = load.split(' ').next().and_then(|load| load.parse::<f64>().ok());
    last_minute.is_some_and(|load| load > 0.5)
}

/// How many processors there are.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Raises this process's limit of open files, which its children inherit, to what the system allows. Returns it.
pub fn raise_open_files() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum;
    // Where it fails the old limit stays, and the parts that need more say so.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most });
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_some() {
        let pid = std::process::id();
        assert!(cpu_seconds(pid).unwrap() >= 0.0);
        assert!(resident_kilobytes(pid).unwrap() > 500.0);
        assert!(raise_open_files() >= 256);
    }
}
