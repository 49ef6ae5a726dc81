#![doc = include_str!("../README.md")]
#![allow(clippy::expect_used, clippy::panic, reason = "what serves the tests is test code too")]

mod inputs;
mod limits;
mod mutation;

pub use bolero;
pub use inputs::Inputs;
pub use limits::Limits;
pub use peak_alloc::PeakAlloc;

/// Declares the one fuzz target of a test file.
///
/// The target's name is that of its test and of its folder of seeds,
/// `tests/__fuzz__/<name>/corpus`. `words` are texts that mean something to what is tested, `check`
/// takes an input and panics when its result is wrong, `limits` says what an
/// input may cost.
#[macro_export]
macro_rules! target {
    ($name:ident, words: $words:expr, limits: $limits:expr, check: $check:path) => {
        #[global_allocator]
        static MEMORY: $crate::PeakAlloc = $crate::PeakAlloc;

        #[test]
        fn $name() {
            let inputs = $crate::Inputs::of(stringify!($name), $words);
            let limits: $crate::Limits = $limits;
            $crate::bolero::check!(name = stringify!($name))
                .with_test_time(std::time::Duration::from_secs(3))
                .with_max_len(1024)
                .for_each(|bytes: &[u8]| {
                    for input in inputs.from(bytes) {
                        limits.hold(&MEMORY, &input, $check);
                    }
                });
        }
    };
}
