//! How many mails of a campaign came back: a share that is too large gets the account suspended, for everybody.

use super::records::Records;
use crate::campaign::mail::Outcome;

/// The mails of which it is known whether they arrived, and those that came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounces {
    /// Arrived or came back.
    pub known: usize,
    /// Came back.
    pub bounced: usize,
}

/// Fewer say nothing; the platform does not judge by them either.
const ENOUGH: usize = 10;
/// From this share on, in percent, the platform warns.
const WARN: f64 = 2.0;

impl Bounces {
    /// Those of a campaign so far.
    pub fn of(records: &Records) -> Self {
        let mut so_far = Self::default();
        for mail in records.recipients().iter().flat_map(|recipient| &recipient.mails) {
            let came_back = mail.outcome() == Outcome::Bounced;
            so_far.known += usize::from(came_back || mail.outcome() == Outcome::Delivered);
            so_far.bounced += usize::from(came_back);
        }
        so_far
    }

    /// The share that came back, in percent.
    #[expect(clippy::cast_precision_loss, reason = "no campaign has 2^52 mails")]
    pub(crate) fn percent(self) -> f64 {
        if self.known == 0 { 0.0 } else { 100.0 * self.bounced as f64 / self.known as f64 }
    }

    /// Whether there are so many that nothing more should be sent; `most` is in percent, 0 never stops.
    pub fn stop(self, most: f64) -> bool {
        self.known >= ENOUGH && most > 0.0 && self.percent() > most
    }

    /// Whether there are so many that a person should know.
    pub fn warn(self) -> bool {
        self.known >= ENOUGH && self.percent() > WARN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_few_say_nothing() {
        assert!(!Bounces { known: 9, bounced: 9 }.stop(4.0));
        assert!(Bounces { known: 10, bounced: 1 }.stop(4.0));
    }

    #[test]
    fn above_two_percent_a_person_is_told_and_above_four_it_stops() {
        for (bounced, warn, stop) in [(2, false, false), (3, true, false), (4, true, false), (5, true, true)] {
            let bounces = Bounces { known: 100, bounced };
            assert_eq!((bounces.warn(), bounces.stop(4.0)), (warn, stop), "{bounced}");
        }
        assert!(!Bounces { known: 100, bounced: 50 }.stop(0.0));
    }
}
