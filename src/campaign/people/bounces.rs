//! How many mails of a campaign bounced: too large a share gets the account suspended, for all its mail.

use super::records::Records;
use crate::campaign::mail::Outcome;

/// The mails known to have arrived or bounced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounces {
    /// How many arrived or bounced.
    pub known: usize,
    /// How many bounced.
    pub bounced: usize,
}

/// Fewer prove nothing; the platform ignores them too.
const ENOUGH: usize = 10;
/// The platform warns at this percentage.
const WARN: f64 = 2.0;

impl Bounces {
    /// The bounces of a campaign so far.
    pub fn of(records: &Records) -> Self {
        let mut so_far = Self::default();
        for mail in records.recipients().iter().flat_map(|recipient| &recipient.mails) {
            let came_back = mail.outcome() == Outcome::Bounced;
            so_far.known += usize::from(came_back || mail.outcome() == Outcome::Delivered);
            so_far.bounced += usize::from(came_back);
        }
        so_far
    }

    /// The share that bounced, in percent.
    #[expect(clippy::cast_precision_loss, reason = "no campaign has 2^52 mails")]
    pub(crate) fn percent(self) -> f64 {
        if self.known == 0 { 0.0 } else { 100.0 * self.bounced as f64 / self.known as f64 }
    }

    /// Whether so many bounced that sending must stop; `most` is in percent, 0 never stops.
    pub fn stop(self, most: f64) -> bool {
        self.known >= ENOUGH && most > 0.0 && self.percent() > most
    }

    /// Whether so many bounced that the user should know.
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
    fn above_two_percent_it_warns_and_above_four_it_stops() {
        for (bounced, warn, stop) in [(2, false, false), (3, true, false), (4, true, false), (5, true, true)] {
            let bounces = Bounces { known: 100, bounced };
            assert_eq!((bounces.warn(), bounces.stop(4.0)), (warn, stop), "{bounced}");
        }
        assert!(!Bounces { known: 100, bounced: 50 }.stop(0.0));
    }
}
