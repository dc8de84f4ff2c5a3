//! Customer-migration campaigns over MultiMail.
//!
//! The layers, each of which imports only those below it:
//!
//! - [`cli`]: the command line. It turns arguments into requests, and outcomes into screens or JSON.
//! - [`mcp`]: the same use cases as tools for an agent.
//! - [`app`]: the use cases, each a typed function from a request to an outcome.
//! - [`api`], [`store`]: the mail server, and the files and ledgers of a campaign.
//! - [`campaign`]: the rules. Pure.
//!
//! [`sandbox`] is a look-alike of the mail server, and shares no code with the rest.

pub mod api;
pub mod app;
pub mod campaign;
pub mod cli;
pub mod mcp;
pub mod sandbox;
pub mod store;
