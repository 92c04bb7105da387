//! Requests without a valid credential, counted for each address: who guesses
//! is slowed down before it costs a row of the ledger, or the time that
//! checking a secret takes.
//!
//! A valid credential is never slowed down, whatever else its address sends:
//! behind a proxy all clients have one.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::StatusCode;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::Problem;

/// How many wrong credentials an address may send at once, and after what time
/// one more.
const WRONG: (u32, Duration) = (60, Duration::from_secs(2));

/// How many tokens an address may ask for at once, and after what time one
/// more: each secret is checked with Argon2, which is slow by design.
const TOKENS: (u32, Duration) = (120, Duration::from_millis(500));

/// Marks an answer to a request that is refused for too many. A response
/// extension.
#[derive(Clone, Copy)]
pub(super) struct Throttled;

/// The counts of every address.
pub(super) struct Throttle {
    wrong: DefaultKeyedRateLimiter<IpAddr>,
    tokens: DefaultKeyedRateLimiter<IpAddr>,
}

fn limiter((burst, period): (u32, Duration)) -> DefaultKeyedRateLimiter<IpAddr> {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::with_period(period).unwrap_or_else(|| Quota::per_second(burst));
    RateLimiter::keyed(quota.allow_burst(burst))
}

impl Throttle {
    /// Returns counts of nothing.
    pub(super) fn new() -> Self {
        Self {
            wrong: limiter(WRONG),
            tokens: limiter(TOKENS),
        }
    }

    /// Counts a wrong credential.
    ///
    /// # Errors
    ///
    /// Fails if there were too many.
    pub(super) fn wrong(&self, address: SocketAddr) -> Result<(), Problem> {
        check(&self.wrong, address)
    }

    /// Counts a request for a token.
    ///
    /// # Errors
    ///
    /// Fails if there were too many.
    pub(super) fn token(&self, address: SocketAddr) -> Result<(), Problem> {
        check(&self.tokens, address)
    }

    /// Forgets addresses that have been quiet.
    pub(super) fn forget(&self) {
        for limiter in [&self.wrong, &self.tokens] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// Returns the address that is counted: of IPv6 the network, which is what one
/// client has.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn check(limiter: &DefaultKeyedRateLimiter<IpAddr>, address: SocketAddr) -> Result<(), Problem> {
    limiter
        .check_key(&network(address.ip()))
        .map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            let seconds = u16::try_from(wait.as_secs().saturating_add(1)).unwrap_or(u16::MAX);
            Problem {
                retry_after: Some(seconds),
                ..Problem::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "Too many requests without a valid credential; try again later",
                )
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_guesses_is_told_to_wait_and_no_other_one() {
        let throttle = Throttle::new();
        let guesser: SocketAddr = "192.0.2.1:1".parse().unwrap();
        for _ in 0..WRONG.0 {
            assert!(throttle.wrong(guesser).is_ok());
        }
        let problem = throttle.wrong("192.0.2.1:2".parse().unwrap()).unwrap_err();
        assert_eq!(problem.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(
            problem
                .retry_after
                .is_some_and(|seconds| (1..=3).contains(&seconds))
        );
        assert!(throttle.wrong("192.0.2.2:1".parse().unwrap()).is_ok());
    }

    #[test]
    fn an_ipv6_network_and_a_mapped_address_count_as_one() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
        assert_ne!(of("2001:db8:1:2::9"), of("2001:db8:1:3::9"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
