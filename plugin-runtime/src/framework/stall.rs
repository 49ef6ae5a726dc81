//! Warns the author of a handler that keeps other requests waiting.
//!
//! A handler keeps them waiting when it computes for long, and when it blocks its thread: it
//! sleeps, or reads a file. It does not when other processes use the processor, which is the
//! machine's load and not the handler's fault. The wall clock cannot distinguish these, and the
//! thread's processor time misses blocking. Linux counts for each thread how long it was ready to
//! run but did not: the wall clock's time minus that is the handler's.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::{Duration, Instant};

/// How long a handler may hold its thread without a warning.
const LONG: Duration = Duration::from_millis(50);

/// How old the last look at the thread's waiting time may be when a handler starts. A look is a
/// system call of about a microsecond, so a busy plugin pays once for many requests. Everything
/// that the thread has waited since the last look is subtracted from the handler's time, though the
/// handler may have started later: the age bounds the error.
const FRESH: Duration = Duration::from_millis(10);

/// Returns the answer of `answering`. If it held the thread for long, logs a line that names the
/// `place`, which comes from the declaration and not from the client.
pub(super) async fn watched<T>(
    answering: impl Future<Output = T>,
    place: impl Fn() -> String,
) -> T {
    let mut answering = pin!(answering);
    poll_fn(|cx| {
        let start = Instant::now();
        WAITED.with_borrow_mut(|waited| waited.refresh(start));
        let polled = answering.as_mut().poll(cx);
        let elapsed = start.elapsed();
        if elapsed >= LONG {
            // No code of the backend runs meanwhile.
            let waited = WAITED.with_borrow_mut(|waited| waited.since_last_look());
            let held = elapsed.saturating_sub(waited);
            if held >= LONG {
                tracing::warn!(
                    handler = place(),
                    held_ms = held.as_millis(),
                    "a handler held the thread that other requests wait for; make it an ordinary \
                     function and declare it with `blocking`",
                );
            }
        }
        polled
    })
    .await
}

thread_local! {
    static WAITED: RefCell<Waited> = RefCell::new(Waited::default());
}

/// How long this thread has waited for a processor.
#[derive(Default)]
struct Waited {
    counts: Option<Counts>,
    /// When it was last read, and its value.
    last: Option<(Instant, Duration)>,
}

impl Waited {
    /// Reads it, if the last look is too old.
    fn refresh(&mut self, now: Instant) {
        if self.last.is_none_or(|(at, _)| now.saturating_duration_since(at) > FRESH) {
            self.last = Some((now, self.look()));
        }
    }

    fn since_last_look(&mut self) -> Duration {
        let now = self.look();
        self.last.map_or(Duration::ZERO, |(_, before)| now.saturating_sub(before))
    }

    fn look(&mut self) -> Duration {
        self.counts.get_or_insert_with(Counts::of_this_thread).waited()
    }
}

/// The system's counts for one thread.
#[cfg(target_os = "linux")]
struct Counts(Option<std::fs::File>);

#[cfg(target_os = "linux")]
impl Counts {
    fn of_this_thread() -> Self {
        Self(std::fs::File::open("/proc/thread-self/schedstat").ok())
    }

    /// Returns how long, in its whole life, the thread was ready to run but other threads had the
    /// processors. Zero if the system does not count it, which leaves the time of the wall clock.
    fn waited(&self) -> Duration {
        use std::os::unix::fs::FileExt as _;

        // Three decimal numbers: nanoseconds that it ran, nanoseconds that it waited, and how many times
        // it ran.
        let mut text = [0; 64];
        let read = self.0.as_ref().and_then(|file| file.read_at(&mut text, 0).ok());
        let text = text.get(..read.unwrap_or_default()).unwrap_or_default();
        let waited = std::str::from_utf8(text).ok().and_then(|text| text.split(' ').nth(1));
        Duration::from_nanos(waited.and_then(|text| text.parse().ok()).unwrap_or_default())
    }
}

#[cfg(not(target_os = "linux"))]
struct Counts;

#[cfg(not(target_os = "linux"))]
impl Counts {
    fn of_this_thread() -> Self {
        Self
    }

    fn waited(&self) -> Duration {
        Duration::ZERO
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::sync::Arc;
    use std::task::{Context as PollContext, Waker};
    use std::thread::sleep;

    use parking_lot::Mutex;
    use tracing::field::{Field, Visit};
    use tracing_subscriber::Layer;
    use tracing_subscriber::layer::{Context, SubscriberExt as _};

    use super::*;

    /// The handlers that the log has named.
    #[derive(Clone, Default)]
    struct Named(Arc<Mutex<Vec<String>>>);

    impl<S: tracing::Subscriber> Layer<S> for Named {
        fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
            event.record(&mut self.clone());
        }
    }

    impl Visit for Named {
        fn record_str(&mut self, field: &Field, value: &str) {
            if field.name() == "handler" {
                self.0.lock().push(value.to_owned());
            }
        }

        fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
    }

    #[tokio::test]
    async fn a_handler_that_holds_the_thread_is_named_and_one_that_waits_is_not() {
        let named = Named::default();
        let _guard =
            tracing::subscriber::set_default(tracing_subscriber::registry().with(named.clone()));
        let waits = watched(tokio::time::sleep(LONG * 2), || "read waits/{name}".to_owned());
        waits.await;
        let holds = async {
            sleep(LONG);
            7
        };
        assert_eq!(watched(holds, || "read holds/{name}".to_owned()).await, 7);
        let ran = thread_time();
        // More than the limit, by more than the error of the first look.
        let computes = async { while thread_time() < ran + LONG * 2 {} };
        watched(computes, || "read computes/{name}".to_owned()).await;
        assert_eq!(*named.0.lock(), ["read holds/{name}", "read computes/{name}"]);
    }

    /// Returns how long this thread has run, by the counts of the system.
    fn thread_time() -> Duration {
        let counts = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        Duration::from_nanos(counts.split(' ').next().unwrap().parse().unwrap())
    }

    /// Runs many more threads than there are processors, so that each waits most of the time.
    #[test]
    fn a_handler_that_others_keep_from_running_is_not_named() {
        use std::sync::atomic::{AtomicBool, Ordering};

        let named = Named::default();
        let done = AtomicBool::new(false);
        let processors = std::thread::available_parallelism().unwrap().get();
        let (long_waits, starved) = std::thread::scope(|scope| {
            for _ in 0..processors * 30 {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        std::hint::spin_loop();
                    }
                });
            }
            let subscriber = tracing_subscriber::registry().with(named.clone());
            let found = tracing::subscriber::with_default(subscriber, || {
                let start = Instant::now();
                let (mut long_waits, mut starved) = (0, 0);
                // Five times as long by the wall clock, but not for the handler.
                while starved < 5 && start.elapsed() < Duration::from_secs(60) {
                    let begun = Instant::now();
                    let (ran, waited) = (thread_time(), counted());
                    let little = async { while thread_time() < ran + LONG / 10 {} };
                    let mut polled = pin!(watched(little, || "read little".to_owned()));
                    let mut context = PollContext::from_waker(Waker::noop());
                    assert!(polled.as_mut().poll(&mut context).is_ready());
                    if begun.elapsed() >= LONG * 2 {
                        long_waits += 1;
                        starved += usize::from(counted() - waited >= LONG);
                    }
                }
                (long_waits, starved)
            });
            done.store(true, Ordering::Relaxed);
            found
        });
        assert!(starved >= 5, "the load kept it from running {starved} of {long_waits} times");
        assert_eq!(*named.0.lock(), Vec::<String>::new());
    }

    fn counted() -> Duration {
        Counts::of_this_thread().waited()
    }
}
