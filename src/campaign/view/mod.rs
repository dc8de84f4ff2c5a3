//! Views of a campaign: counts, attention, forecasts, histories, dates.

pub mod attention;
pub mod behind;
pub mod calendar;
pub mod deadline;
pub mod forecast;
pub mod history;
pub mod letter;
pub mod missed;
pub mod next;
pub mod next_mail;
pub mod outdated;
pub mod overview;
mod pressing;
pub mod progress;
pub mod rejected;
pub mod texts;
pub mod timeline;
