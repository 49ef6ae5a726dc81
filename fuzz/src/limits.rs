//! What one input may cost.

use std::env;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use peak_alloc::PeakAlloc;

/// Names the file in which each input is kept while it is tried. What overflows the stack, or never
/// ends, is found there.
const LAST_INPUT: &str = "FUZZ_LAST_INPUT";

/// What one input may cost, whatever it says.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Time on the processor, which a busy machine does not prolong. An unoptimised build has to
    /// get by with it.
    pub time: Duration,
    /// Bytes of memory at a time, whatever the input's length.
    pub memory: usize,
    /// Bytes of memory at a time for each byte of input, beside [`Limits::memory`].
    pub memory_per_byte: usize,
}

impl Limits {
    /// Runs `check` on an input.
    ///
    /// # Panics
    /// When `check` does, or when the input costs more than it may. The message shows the input.
    pub fn hold(&self, memory: &PeakAlloc, input: &[u8], check: fn(&[u8])) {
        if let Some(path) = env::var_os(LAST_INPUT) {
            fs::write(path, input).expect("the last input can be written");
        }
        let before = memory.current_usage();
        memory.reset_peak_usage();
        let start = time_on_processor();
        let result = panic::catch_unwind(AssertUnwindSafe(|| check(input)));
        let took = time_on_processor().saturating_sub(start);
        let used = memory.peak_usage().saturating_sub(before);
        let shown = || String::from_utf8_lossy(input).escape_debug().to_string();
        if let Err(panicked) = result {
            let text = panicked.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panicked.downcast_ref::<&str>().copied());
            panic!("the input \"{}\" fails: {}", shown(), text.unwrap_or("a panic"));
        }
        assert!(took <= self.time, "the input \"{}\" took {took:?}", shown());
        let allowed = self.memory + self.memory_per_byte * input.len();
        assert!(used <= allowed, "the input \"{}\" took {used} bytes, not {allowed}", shown());
    }
}

fn time_on_processor() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("the thread's clock can be read").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[global_allocator]
    static MEMORY: PeakAlloc = PeakAlloc;

    fn refusal(check: fn(&[u8])) -> Option<String> {
        let limits =
            Limits { time: Duration::from_millis(50), memory: 1 << 24, memory_per_byte: 1 };
        let held = panic::catch_unwind(|| limits.hold(&MEMORY, b"abc", check));
        held.err().map(|panicked| panicked.downcast_ref::<String>().cloned().unwrap_or_default())
    }

    #[test]
    fn a_check_that_is_frugal_passes_and_others_are_named() {
        let busy: fn(&[u8]) = |_| {
            let start = time_on_processor();
            while time_on_processor() - start < Duration::from_millis(60) {}
        };
        let greedy: fn(&[u8]) = |_| drop(std::hint::black_box(vec![1_u8; 1 << 25]));
        assert_eq!(refusal(|_| {}), None);
        for (check, reason) in
            [(busy, "took"), (greedy, "bytes, not"), (|_| panic!("a reason"), "a reason")]
        {
            let text = refusal(check).expect("a refusal");
            assert!(text.contains("\"abc\"") && text.contains(reason), "{text}");
        }
    }
}
