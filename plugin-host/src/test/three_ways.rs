//! The macro, and what it expands to.

use std::env;
use std::future::Future;
use std::path::PathBuf;

use super::{SERVER, SetUpError};

/// Runs a test on a runtime of one thread, as `#[tokio::test]` does.
///
/// # Panics
///
/// When the test does, or the system has no room for a runtime.
#[allow(clippy::expect_used, reason = "it stands in a test's place")]
pub fn block_on<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(test)
}

/// Starts the real server that the environment names. Without one, it says which test does not
/// run.
#[allow(clippy::print_stderr, reason = "the test harness shows it")]
pub fn server_of_the_environment(test: &str) -> Result<Option<PathBuf>, SetUpError> {
    let ci = env::var_os("CI").is_some_and(|ci| ci == "true");
    let found = server(env::var_os(SERVER).map(PathBuf::from), ci)?;
    if found.is_none() {
        eprintln!("skipped: {test} on a real server, for the variable {SERVER} names none");
    }
    Ok(found)
}

fn server(named: Option<PathBuf>, ci: bool) -> Result<Option<PathBuf>, SetUpError> {
    match named.filter(|path| !path.as_os_str().is_empty()) {
        None if ci => Err(SetUpError::NoServer),
        found => Ok(found),
    }
}

/// Makes three tests of each `async fn(Mounted)`: `in_process`, `over_the_wire` and
/// `on_a_server`, in a module of the function's name. See [`test`](crate::test).
///
/// `backend` is the factory as `serve!` takes it, `binary` the path of the plugin's executable.
#[macro_export]
macro_rules! three_ways {
    (backend: $factory:expr, binary: $binary:expr, tests: $($test:ident),+ $(,)?) => {$(
        mod $test {
            #[allow(unused_imports, reason = "the factory may need nothing of it")]
            use super::*;

            #[test]
            fn in_process() {
                $crate::test::block_on(async {
                    match $crate::test::in_process($factory).await {
                        Ok(mount) => super::$test(mount).await,
                        Err(error) => panic!("{}", error.chain()),
                    }
                });
            }

            #[test]
            fn over_the_wire() {
                $crate::test::block_on(async {
                    match $crate::test::over_the_wire($binary).await {
                        Ok(mount) => super::$test(mount).await,
                        Err(error) => panic!("{}", error.chain()),
                    }
                });
            }

            #[test]
            fn on_a_server() {
                let server = match $crate::test::server_of_the_environment(stringify!($test)) {
                    Ok(Some(server)) => server,
                    Ok(None) => return,
                    Err(error) => panic!("{}", error.chain()),
                };
                $crate::test::block_on(async {
                    match $crate::test::on_server(server, $binary).await {
                        Ok(mount) => super::$test(mount).await,
                        Err(error) => panic!("{}", error.chain()),
                    }
                });
            }
        }
    )+};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_server_is_a_failure_only_where_everything_must_run() {
        assert_eq!(server(None, false).unwrap(), None);
        assert_eq!(server(Some(PathBuf::new()), false).unwrap(), None);
        for named in [None, Some(PathBuf::new())] {
            assert!(matches!(server(named, true), Err(SetUpError::NoServer)));
        }
        let bao = PathBuf::from("/opt/bao");
        assert_eq!(server(Some(bao.clone()), true).unwrap(), Some(bao));
    }
}
