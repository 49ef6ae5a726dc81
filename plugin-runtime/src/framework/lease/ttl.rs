//! Computes how long a lease may live, by the rules of servers.

use std::time::{Duration, SystemTime};

use crate::logical::duration::format_go_duration;
use crate::{Error, Lease, SystemView, SystemViewError};

/// What determines how long a lease lives. Zero means "not set"; fractions of a second are cut off.
///
/// The server caps each lease itself. A backend that must tell another system when a secret expires
/// computes the TTL beforehand:
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
    /// The caller's request in a renewal; overrides [`TtlTerms::ttl`].
    pub increment: Duration,
    /// The backend's own TTL, for example from a role; overrides the mount's default.
    pub ttl: Duration,
    /// The backend's own limit on the whole life. It counts only if it is lower than the mount's.
    pub max_ttl: Duration,
    /// If not zero, each renewal extends the lease by this period, up to the mount's limit for one
    /// renewal; the other TTLs are ignored.
    pub period: Duration,
    /// A limit on the whole life that also applies with a period.
    pub explicit_max_ttl: Duration,
    /// When the lease was issued; `None` means now.
    pub issued: Option<SystemTime>,
}

/// The mount's limits, from [`SystemView`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TtlLimits {
    /// How long a lease lives by default.
    pub default: Duration,
    /// How long it may live at most.
    pub max: Duration,
}

/// The result of [`TtlTerms::within`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ttl {
    /// The time from now on, in whole seconds.
    pub ttl: Duration,
    /// Warnings about reduced values, with the servers' texts; for
    pub warnings: Vec<String>,
}

/// Reasons why a lease cannot have a TTL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TtlError {
    /// The mount's limit is zero.
    #[error("max TTL must be greater than zero")]
    NoMax,
    /// Its time is over, even with an increment.
    #[error("past the max TTL, cannot renew")]
    PastMax,
    /// The mount's limits cannot be read.
    #[error("cannot read the mount's lease limits: {0}")]
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
    /// Takes the terms of a lease: its TTLs, and in a renewal also its issue time and the requested
    /// increment.
    pub fn of(lease: &Lease) -> Self {
        Self {
            increment: lease.increment,
            ttl: lease.ttl,
            max_ttl: lease.max_ttl,
            issued: lease.issue_time,
            ..Self::default()
        }
    }

    /// Returns how long the lease may live from now on, on the mount of a request.
    ///
    /// # Errors
    ///
    /// Fails if its time is over, and if the server cannot be asked.
    pub async fn on(&self, system_view: &SystemView) -> Result<Ttl, TtlError> {
        let limits = TtlLimits {
            default: system_view.default_lease_ttl().await?,
            max: system_view.max_lease_ttl().await?,
        };
        self.within(limits, system_view.clock().now())
    }

    /// Returns how long the lease may live from `now` on.
    ///
    /// # Errors
    ///
    /// Fails if its time is over, or if the limit is zero.
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
                let requested = [self.increment, self.ttl, limits.default].map(seconds);
                (requested.into_iter().find(|ttl| *ttl > 0).unwrap_or_default(), Some(max))
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

/// Returns a limit that lowers another one; zero, which means "not set", lowers nothing.
fn lower(limit: u64) -> u64 {
    if limit == 0 { u64::MAX } else { limit }
}

/// Returns the whole seconds since the issue. An issue time in the future, caused by a clock that
/// was set back, counts as now.
fn age(issued: Option<SystemTime>, now: SystemTime) -> u64 {
    let since_1970 = |time: SystemTime| {
        time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
    };
    issued.map_or(0, |issued| since_1970(now).saturating_sub(since_1970(issued)))
}

fn capped(what: &str, requested: u64, limit: u64, value: &str) -> String {
    let [requested, limit] = [requested, limit].map(shown);
    format!(
        "{what} of \"{requested}\" exceeded the effective max_ttl of \"{limit}\"; {value} value is \
         capped accordingly"
    )
}

/// Formats seconds as in servers' warnings: `1h30m`, without the zeros of Go's `1h30m0s`.
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
            // A limit above the mount's does not count.
            ([9 * HOUR, 0, 99 * HOUR, 0, 99 * HOUR, 0], 9 * HOUR),
            // A period overrides the requested TTLs, and the age of the lease.
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
