//! The CPU time of a process, by the kernel's own account.

use std::fs;
use std::time::Duration;

use super::Result;

/// Returns what all threads of a process have used of the CPU so far, in user mode and in the
/// kernel.
///
/// # Errors
/// Fails if there is no such process.
pub fn used(pid: u32) -> Result<Duration> {
    let mut nanos = 0_u64;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread may end between the two reads.
        let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        nanos += text.split_whitespace().next().unwrap_or("0").parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanos))
}

/// Returns how much of what a process has used of the CPU it used in the kernel, from 0 to 1, since
/// the kernel's clock stood at `before`. The kernel looks at each tick what runs, so that this
/// takes some seconds of work to be of any use.
///
/// # Errors
/// Fails if there is no such process.
pub fn kernel_share(pid: u32, before: Ticks) -> Result<f64> {
    let now = ticks(pid)?;
    let (user, system) = (now.user - before.user, now.system - before.system);
    Ok(system as f64 / (user + system).max(1) as f64)
}

/// The kernel's own account in ticks.
#[derive(Clone, Copy, Debug)]
pub struct Ticks {
    user: u64,
    system: u64,
}

/// Returns what the kernel has counted so far.
///
/// # Errors
/// Fails if there is no such process.
pub fn ticks(pid: u32) -> Result<Ticks> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, rest) = stat.rsplit_once(')').ok_or("no name in the process's state")?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut next = || Result::Ok(fields.next().ok_or("too few fields")?.parse::<u64>()?);
    Ok(Ticks { user: next()?, system: next()? })
}

/// The CPU time that is used from one moment on.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    pid: u32,
    start: Duration,
}

impl Meter {
    /// Starts to measure.
    ///
    /// # Errors
    /// Fails if there is no such process.
    pub fn start(pid: u32) -> Result<Self> {
        Ok(Self { pid, start: used(pid)? })
    }

    /// Returns microseconds since then for each of `requests`.
    ///
    /// # Errors
    /// Fails if the process has ended.
    pub fn micros_per(&self, requests: usize) -> Result<f64> {
        let used = used(self.pid)?.saturating_sub(self.start);
        Ok(used.as_secs_f64() * 1e6 / requests.max(1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_takes_time_on_the_cpu() {
        let meter = Meter::start(std::process::id()).unwrap();
        let mut sum = 0_u64;
        while meter.micros_per(1).unwrap() < 1000.0 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(sum > 0);
        assert!(Meter::start(u32::MAX).is_err());
    }

    #[test]
    fn a_process_that_only_computes_is_not_in_the_kernel() {
        let pid = std::process::id();
        let before = ticks(pid).unwrap();
        let mut sum = 0_u64;
        // Until the kernel has looked some times.
        while ticks(pid).unwrap().user < before.user + 5 {
            for _ in 0..1_000_000 {
                sum = std::hint::black_box(sum.wrapping_add(1));
            }
        }
        assert!(kernel_share(pid, before).unwrap() < 0.9, "{sum}");
        assert!(ticks(u32::MAX).is_err());
    }
}
