//! How long a lease may live, counted as servers count it.

use std::time::{Duration, SystemTime};

use crate::logical::duration::format_go_duration;
use crate::{Error, Lease, SystemView, SystemViewError};

/// What speaks for and against a lease's length. Zero stands for "nothing said"; fractions of a
/// second are cut off.
///
/// The server caps each lease by itself. Whoever has to tell another system when a secret will
/// end computes it beforehand:
///
/// ```
/// # use plugin_runtime::{Error, Lease, SystemView};
/// use plugin_runtime::framework::TtlTerms;
///
/// async fn valid_for(lease: Lease, system: SystemView) -> Result<u64, Error> {
///     Ok(TtlTerms::of(&lease).on(&system).await?.ttl.as_secs())
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TtlTerms {
    /// The caller's wish in a renewal; counts before [`TtlTerms::ttl`].
    pub increment: Duration,
    /// The backend's own, from a role for instance; counts before the mount's default.
    pub ttl: Duration,
    /// The backend's own limit on the whole life. Only a lower one than the mount's counts.
    pub max_ttl: Duration,
    /// When not zero, each renewal gives this much again, as long as the mount's limit allows so
    /// much at once; all other wishes are passed over.
    pub period: Duration,
    /// A limit on the whole life that holds with a period too.
    pub explicit_max_ttl: Duration,
    /// When the life began; `None` is now.
    pub issued: Option<SystemTime>,
}

/// The mount's limits, as [`SystemView`] has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TtlLimits {
    /// How long a lease lives unless something else is said.
    pub default: Duration,
    /// How long it may live.
    pub max: Duration,
}

/// What [`TtlTerms::within`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ttl {
    /// How long from now on, in whole seconds.
    pub ttl: Duration,
    /// What was cut, in the servers' words; for
    /// [`Response::with_warning`](crate::Response::with_warning).
    pub warnings: Vec<String>,
}

/// Why a lease can have no length.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TtlError {
    /// The mount's limit is zero.
    #[error("max TTL must be greater than zero")]
    NoMax,
    /// Its time is over, whatever is wished for.
    #[error("past the max TTL, cannot renew")]
    PastMax,
    /// The mount's limits can't be had.
    #[error("the mount's lease limits cannot be had: {0}")]
    Limits(#[from] SystemViewError),
}

impl From<TtlError> for Error {
    fn from(error: TtlError) -> Self {
        match error {
            TtlError::PastMax => Self::bad_request(error.to_string()),
            TtlError::NoMax => Self::internal(error.to_string()),
            TtlError::Limits(error) => error.into(),
        }
    }
}

impl TtlTerms {
    /// The terms of a lease: its TTLs, and in a renewal its issue and the caller's wish.
    pub fn of(lease: &Lease) -> Self {
        Self {
            increment: lease.increment,
            ttl: lease.ttl,
            max_ttl: lease.max_ttl,
            issued: lease.issue_time,
            ..Self::default()
        }
    }

    /// How long the lease may live from now on, on the mount that a request went to.
    ///
    /// # Errors
    ///
    /// When its time is over, and when the server can't be asked.
    pub async fn on(&self, system_view: &SystemView) -> Result<Ttl, TtlError> {
        let limits = TtlLimits {
            default: system_view.default_lease_ttl().await?,
            max: system_view.max_lease_ttl().await?,
        };
        self.within(limits, system_view.clock().now())
    }

    /// How long the lease may live from `now` on.
    ///
    /// # Errors
    ///
    /// When its time is over, or the limit is zero.
    pub fn within(&self, limits: TtlLimits, now: SystemTime) -> Result<Ttl, TtlError> {
        let explicit_max = seconds(self.explicit_max_ttl);
        let max = [seconds(limits.max), lower(seconds(self.max_ttl)), lower(explicit_max)]
            .into_iter()
            .min()
            .filter(|max| *max > 0)
            .ok_or(TtlError::NoMax)?;

        let mut warnings = Vec::new();
        let (mut ttl, life) = match seconds(self.period) {
            0 => {
                let wishes = [self.increment, self.ttl, limits.default].map(seconds);
                (wishes.into_iter().find(|wish| *wish > 0).unwrap_or_default(), Some(max))
            }
            period => {
                if period > max {
                    warnings.push(capped("period", period, max, "period"));
                }
                (period.min(max), Some(explicit_max).filter(|life| *life > 0))
            }
        };
        if let Some(life) = life {
            let left = life
                .checked_sub(age(self.issued, now))
                .filter(|left| *left > 0)
                .ok_or(TtlError::PastMax)?;
            if ttl > left {
                warnings.push(capped("TTL", ttl, left, "TTL"));
                ttl = left;
            }
        }
        Ok(Ttl { ttl: Duration::from_secs(ttl), warnings })
    }
}

fn seconds(duration: Duration) -> u64 {
    duration.as_secs()
}

/// A limit that lowers another one, unless nothing was said.
fn lower(limit: u64) -> u64 {
    if limit == 0 { u64::MAX } else { limit }
}

/// Whole seconds since the issue. An issue in the future, by a clock that was set back, is now.
fn age(issued: Option<SystemTime>, now: SystemTime) -> u64 {
    let since_1970 = |time: SystemTime| {
        time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
    };
    issued.map_or(0, |issued| since_1970(now).saturating_sub(since_1970(issued)))
}

fn capped(what: &str, wish: u64, limit: u64, value: &str) -> String {
    let [wish, limit] = [wish, limit].map(shown);
    format!(
        "{what} of \"{wish}\" exceeded the effective max_ttl of \"{limit}\"; {value} value is \
         capped accordingly"
    )
}

/// As servers' warnings have it: `1h30m`, without the zeros of Go's `1h30m0s`.
fn shown(seconds: u64) -> String {
    let nanoseconds = i64::try_from(seconds.saturating_mul(1_000_000_000)).unwrap_or(i64::MAX);
    let text = format_go_duration(nanoseconds);
    let text = text.strip_suffix("m0s").map_or(text.clone(), |minutes| format!("{minutes}m"));
    text.replace("h0m", "h")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;
    const LIMITS: TtlLimits =
        TtlLimits { default: Duration::from_secs(HOUR), max: Duration::from_secs(10 * HOUR) };

    /// Terms in seconds: increment, TTL, max TTL, period, explicit max TTL, age.
    fn terms(numbers: [u64; 6]) -> Result<(u64, Vec<String>), TtlError> {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_999);
        let [increment, ttl, max_ttl, period, explicit_max_ttl, age] =
            numbers.map(Duration::from_secs);
        let issued = (!age.is_zero()).then(|| now - age);
        let terms = TtlTerms { increment, ttl, max_ttl, period, explicit_max_ttl, issued };
        terms.within(LIMITS, now).map(|found| (found.ttl.as_secs(), found.warnings))
    }

    #[test]
    fn each_term_has_its_rank_and_each_limit_its_effect() {
        for (numbers, expected) in [
            ([0, 0, 0, 0, 0, 0], HOUR),
            ([0, 600, 0, 0, 0, 0], 600),
            ([60, 600, 0, 0, 0, 0], 60),
            ([0, 600, 3 * HOUR, 0, 0, HOUR], 600),
            // A limit above the mount's is none.
            ([9 * HOUR, 0, 99 * HOUR, 0, 99 * HOUR, 0], 9 * HOUR),
            // A period passes over wishes, and over the age of the lease.
            ([60, 600, 0, 2 * HOUR, 0, 0], 2 * HOUR),
            ([0, 0, 0, 2 * HOUR, 0, 99 * HOUR], 2 * HOUR),
            ([0, 0, 0, 2 * HOUR, 5 * HOUR, HOUR], 2 * HOUR),
        ] {
            assert_eq!(terms(numbers), Ok((expected, Vec::new())), "{numbers:?}");
        }
    }

    #[test]
    fn what_exceeds_a_limit_is_cut_with_a_warning() {
        let (ttl, period) = ("TTL of", "period of");
        for (numbers, expected, warnings) in [
            ([11 * HOUR, 0, 0, 0, 0, 0], 10 * HOUR, &[ttl][..]),
            ([0, 11 * HOUR, 0, 0, 0, 9 * HOUR], HOUR, &[ttl]),
            ([0, 0, 600, 0, 0, 0], 600, &[ttl]),
            ([0, 0, 600, 0, 300, 100], 200, &[ttl]),
            ([0, 0, 0, 11 * HOUR, 0, 0], 10 * HOUR, &[period]),
            ([0, 0, 2 * HOUR, 3 * HOUR, 0, 0], 2 * HOUR, &[period]),
            ([0, 0, 0, 2 * HOUR, 3 * HOUR, 2 * HOUR], HOUR, &[ttl]),
            ([0, 0, 0, 4 * HOUR, 3 * HOUR, 2 * HOUR], HOUR, &[period, ttl]),
        ] {
            let (found, said) = terms(numbers).unwrap();
            assert_eq!(found, expected, "{numbers:?}");
            let starts: Vec<_> = said.iter().map(|warning| &warning[..warnings[0].len()]).collect();
            assert_eq!(said.len(), warnings.len(), "{said:?}");
            assert!(starts[0] == warnings[0], "{said:?}");
        }
        let (_, said) = terms([2 * HOUR, 0, 5400, 0, 0, 0]).unwrap();
        assert_eq!(
            said,
            [concat!(
                "TTL of \"2h\" exceeded the effective max_ttl of \"1h30m\"; ",
                "TTL value is capped accordingly"
            )]
        );
    }

    #[test]
    fn a_life_that_is_over_gets_no_length() {
        for numbers in [
            [60, 0, 0, 0, 0, 10 * HOUR],
            [0, 0, HOUR, 0, 0, HOUR],
            [0, 0, 0, 0, HOUR, 2 * HOUR],
            [0, 0, 0, HOUR, HOUR, HOUR],
        ] {
            assert_eq!(terms(numbers), Err(TtlError::PastMax), "{numbers:?}");
        }
        let none = TtlLimits { max: Duration::from_millis(999), ..LIMITS };
        let found = TtlTerms::default().within(none, SystemTime::now());
        assert_eq!(found, Err(TtlError::NoMax));
    }

    #[test]
    fn fractions_of_seconds_do_not_count() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(10_000_100);
        let issued = Some(SystemTime::UNIX_EPOCH + Duration::from_millis(9_990_900));
        let terms = TtlTerms {
            ttl: Duration::from_millis(60_900),
            max_ttl: Duration::from_millis(50_900),
            issued,
            ..TtlTerms::default()
        };
        assert_eq!(terms.within(LIMITS, now).unwrap().ttl, Duration::from_secs(40));
        let future = TtlTerms { issued: Some(now + Duration::from_secs(99)), ..terms };
        assert_eq!(future.within(LIMITS, now).unwrap().ttl, Duration::from_secs(50));
    }
}
