//! Which errors are tried again, and when.
//!
//! | error | harmless twice | doubles |
//! |---|---|---|
//! | certainly not arrived (connection refused, no such host) | again | again |
//! | may have arrived (time-out, line lost, 5xx, garbage) | again | not |
//! | refused (400, 401, 403, 404, 409), warm-up, quota | not | not |
//!
//! A rate limit is not in the table: all requests wait for it to end, see [`rate_limit`](super::rate_limit).

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

use super::contract::Repeat;
use super::error::ApiError;

/// The maximum wait between two attempts, whatever the server asks for.
const LONGEST: Duration = Duration::from_mins(1);

/// How many attempts, and with which waits.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The number of attempts, including the first.
    pub attempts: usize,
    /// The wait before the second attempt; doubled for each further one, with jitter.
    pub backoff: Duration,
    /// How long the server rejects the same content to the same address, with some margin.
    pub same_content: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { attempts: 5, backoff: Duration::from_millis(250), same_content: Duration::from_secs(62) }
    }
}

/// How all attempts ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// How the last attempt ended.
    pub last: ApiError,
    /// How an earlier attempt ended that may have arrived.
    unsure: Option<ApiError>,
}

impl Failed {
    /// The error for something that must not happen twice. If an earlier attempt may have arrived, the last one's
    /// "it did not" is not the whole truth.
    pub fn in_all(self) -> ApiError {
        match self.unsure {
            Some(first) if !self.last.may_have_arrived() => {
                ApiError::Uncertain { first: Box::new(first), then: Box::new(self.last) }
            }
            _ => self.last,
        }
    }
}

/// Tries until it succeeds, may not be repeated, or patience ends. Before each further attempt `again` gets the last
/// error, the number of the next attempt, and the wait before it.
pub async fn with_retry<T>(
    patience: Patience,
    repeat: Repeat,
    mut attempt: impl AsyncFnMut() -> Result<T, ApiError>,
    again: impl Fn(&ApiError, usize, Duration),
) -> Result<T, Failed> {
    let mut waits = ExponentialBuilder::default()
        .with_min_delay(patience.backoff)
        .with_max_delay(LONGEST)
        .with_max_times(patience.attempts.saturating_sub(1))
        .with_jitter()
        .build();
    let mut unsure = None;
    let mut tried = 0;
    loop {
        tried += 1;
        let error = match attempt().await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let wait = if may_repeat(&error, repeat) { waits.next() } else { None };
        let Some(wait) = wait else { return Err(Failed { last: error, unsure }) };
        let wait = wait.max(asked_for(&error));
        again(&error, tried + 1, wait);
        tokio::time::sleep(wait).await;
        if unsure.is_none() && error.may_have_arrived() {
            unsure = Some(error);
        }
    }
}

fn may_repeat(error: &ApiError, repeat: Repeat) -> bool {
    match repeat {
        Repeat::Harmless => error.is_retryable(),
        Repeat::Doubles => error.is_retryable() && !error.may_have_arrived(),
    }
}

/// The wait that a failing server asks for.
fn asked_for(error: &ApiError) -> Duration {
    match error {
        ApiError::Server { retry_after: Some(wait), .. } => (*wait).min(LONGEST),
        _ => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { attempts: 3, backoff: Duration::ZERO, same_content: Duration::ZERO };

    /// Fails with these errors, then succeeds; returns how many attempts were made.
    async fn play(repeat: Repeat, errors: &[ApiError]) -> (Result<(), ApiError>, usize) {
        let mut asked = 0;
        let result = with_retry(
            PATIENCE,
            repeat,
            async || {
                asked += 1;
                errors.get(asked - 1).map_or(Ok(()), |error| Err(error.clone()))
            },
            |_, _, _| {},
        )
        .await;
        (result.map_err(Failed::in_all), asked)
    }

    fn words() -> String {
        "w".to_owned()
    }

    fn unreachable() -> ApiError {
        ApiError::Unreachable { server: words(), why: words(), proxy: None }
    }

    #[tokio::test]
    async fn a_harmless_request_is_repeated_until_patience_ends() {
        let (result, asked) = play(Repeat::Harmless, &[ApiError::TimedOut, unreachable()]).await;
        assert_eq!((result, asked), (Ok(()), 3));
        let (result, asked) = play(Repeat::Harmless, &[const { ApiError::TimedOut }; 4]).await;
        assert_eq!((result, asked), (Err(ApiError::TimedOut), 3));
    }

    #[tokio::test]
    async fn a_request_that_would_double_is_repeated_only_if_it_did_not_arrive() {
        let (result, asked) = play(Repeat::Doubles, &[unreachable(), unreachable()]).await;
        assert_eq!((result, asked), (Ok(()), 3));
        let server = ApiError::Server { status: 500, words: words(), retry_after: None };
        let lost = ApiError::Lost { why: words() };
        for error in [ApiError::TimedOut, lost, server, ApiError::Garbage { what: words() }] {
            assert_eq!(play(Repeat::Doubles, std::slice::from_ref(&error)).await, (Err(error), 1));
        }
    }

    #[tokio::test]
    async fn a_refusal_is_never_tried_again() {
        let words = words;
        for error in [
            ApiError::Refused { status: 400, words: words() },
            ApiError::KeyRefused { words: words() },
            ApiError::Forbidden { words: words() },
            ApiError::NotFound { words: words() },
            ApiError::Conflict { words: words() },
            ApiError::Quota { words: words() },
        ] {
            assert_eq!(play(Repeat::Harmless, std::slice::from_ref(&error)).await, (Err(error), 1));
        }
    }

    #[tokio::test]
    async fn a_late_no_does_not_hide_that_an_earlier_attempt_may_have_arrived() {
        let (result, _) = play(Repeat::Harmless, &[ApiError::TimedOut, ApiError::Quota { words: words() }]).await;
        let error = result.unwrap_err();
        assert!(error.may_have_arrived() && error.stops_everything(), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_failing_server_is_left_alone_for_as_long_as_it_asks() {
        let start = tokio::time::Instant::now();
        let wait = Duration::from_secs(7);
        let busy = ApiError::Server { status: 503, words: words(), retry_after: Some(wait) };
        play(Repeat::Harmless, &[busy]).await.0.unwrap();
        assert_eq!(start.elapsed(), wait);
    }
}
