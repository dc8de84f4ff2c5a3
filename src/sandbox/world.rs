//! The sandbox's whole state, and the path of each request through it.

use std::collections::HashMap;
use std::io;

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::address_book::{AddressBook, text};
use super::audit::AuditLog;
use super::bounces::Bounces;
use super::clock::Clock;
use super::faults::Dice;
use super::limits::Meters;
use super::mailboxes::Mailboxes;
use super::model::Model;
use super::options::{Contract, Mode, Options};
use super::post::PostOffice;
use super::random::Ids;
use super::record::Record;
use super::seeding;
use super::suppression::Suppressions;

/// The whole state. `options` has the current settings: the human side changes them.
pub struct World {
    pub options: Options,
    pub clock: Clock,
    /// The sandbox's time, read once for each request.
    pub now: DateTime<Utc>,
    pub ids: Ids,
    pub dice: Dice,
    pub meters: Meters,
    /// Why sending is disabled, if it is.
    pub disabled: Option<String>,
    pub mailboxes: Mailboxes,
    pub contacts: AddressBook,
    pub suppressions: Suppressions,
    pub bounces: Bounces,
    pub post: PostOffice,
    pub audit: AuditLog,
    /// A future change of mode, if any: after how many more mails, the index of the mailbox, and
    /// the mode.
    pub mode_to_come: Option<(usize, usize, Mode)>,
    /// The subscriptions to events, as shown.
    pub webhooks: Vec<Value>,
    pub record: Record,
    pub model: Model,
    /// The operations that may be made to lie, by their names.
    pub operations: Vec<&'static str>,
    /// What operations answer instead of being carried out, by their names.
    pub lies: HashMap<&'static str, (StatusCode, Value)>,
}

impl World {
    /// The world before the first request. `operations` are the names of those that may be made to lie.
    pub fn new(options: Options, operations: Vec<&'static str>) -> io::Result<Self> {
        let clock = Clock::starting_at(options.start_time);
        let now = clock.now();
        let mut ids = Ids::new(options.seed);
        let mailboxes = Mailboxes::new(&options.mailbox, &mut ids, now.timestamp_millis());
        let mut rows = seeding::rows(&options.contacts, options.seed, &mut ids)?;
        if options.contract == Contract::Simple {
            // Its requests name contacts by id; a row without one (`null`) has to be requested
            // explicitly.
            for row in rows.iter_mut().filter_map(Value::as_object_mut) {
                row.entry("id").or_insert_with(|| ids.next().into());
            }
        }
        let mut world = Self {
            now,
            clock,
            mailboxes,
            contacts: AddressBook::new(rows),
            dice: Dice::new(options.faults.clone()),
            meters: Meters::new(now, options.limits.sent_this_month),
            disabled: None,
            suppressions: Suppressions::default(),
            bounces: Bounces::default(),
            post: PostOffice::default(),
            audit: AuditLog::default(),
            mode_to_come: None,
            webhooks: Vec::new(),
            record: Record::default(),
            model: Model::new(options.model_file.as_deref(), &options.model)?,
            operations,
            lies: HashMap::new(),
            ids,
            options,
        };
        world.suppress_some();
        Ok(world)
    }

    /// Suppresses as many as requested, spread evenly over the address book.
    fn suppress_some(&mut self) {
        let addresses: Vec<String> =
            self.contacts.rows().filter_map(|row| text(row, "email")).map(str::to_owned).collect();
        let wanted = self.options.suppressed.min(addresses.len());
        for n in 0..wanted {
            self.suppress(&addresses[n * addresses.len() / wanted], "HardBounce");
        }
    }
}
