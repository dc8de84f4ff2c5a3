//! A MultiMail look-alike on this machine, for trials and tests.
//!
//! It serves both contracts from one address book and one set of mails, is strict about requests, keeps its own record
//! of every mail, and can inject faults. It shares no code with the client: a mistake made on both sides would go
//! unnoticed.
//!
//! A request goes from `line` (the connection) through `server` (routing) to `world` (key, limits, faults), and
//! from there to its function in the table in `operations`: in `api` for the vendor's operations, in `human` for
//! what people do outside the API.

mod address_book;
mod answer;
mod answering;
mod api;
mod audit;
mod bounces;
mod call;
mod clock;
mod faults;
mod human;
mod keys;
mod life;
mod limits;
mod line;
mod mail;
mod mailboxes;
mod model;
mod operations;
mod options;
mod post;
mod random;
mod record;
mod seeding;
mod server;
mod submit;
mod suppression;
mod views;
mod world;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread::JoinHandle;
use std::{io, thread};

use thiserror::Error;
use tokio::runtime;
use tokio::sync::oneshot;

pub use self::human::HUMAN_SIDE;
pub use self::options::{
    Contacts, Contract, Extra, Faults, Intake, Keys, Life, Limits, Mailbox, Mode, Options, Rate, Simple, TagWrite,
};
use self::world::World;

/// A running sandbox. It serves from its own thread until it is stopped or dropped.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    exports: Vec<(&'static str, String)>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

/// Why a sandbox does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The port is taken, or not ours to use.
    #[error("cannot listen on port {port}: {error}")]
    Port {
        /// The port; 0 is any.
        port: u16,
        /// What the system says.
        error: io::Error,
    },
    /// The file of contacts or of a model's answers cannot be read, or is not that.
    #[error("{0}")]
    File(io::Error),
    /// The fault rates are no shares, or the request rate is no rate.
    #[error("{0}")]
    Options(String),
    /// The system gives no thread or no timers.
    #[error(transparent)]
    System(#[from] io::Error),
}

impl Sandbox {
    /// Starts serving on 127.0.0.1; when this returns, the port responds.
    ///
    /// # Errors
    /// What [`StartError`] lists.
    pub fn start(options: Options) -> Result<Self, StartError> {
        options.faults.check().and_then(|()| options.limits.rate.check()).map_err(StartError::Options)?;
        let port = options.port;
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| StartError::Port { port, error })?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let operations = operations::OPERATIONS.iter().filter(|one| !one.is_human()).map(|one| one.name);
        let world = World::new(options, operations.collect()).map_err(StartError::File)?;
        let exports = exports(&world, address);
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let serve = move || runtime.block_on(server::run(listener, world, stopped));
        let thread = thread::Builder::new().name("sandbox".into()).spawn(serve)?;
        Ok(Self { address, exports, stop: Some(stop), thread: Some(thread) })
    }

    /// Its address.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The environment variables for a client: names and values.
    pub fn environment(&self) -> &[(&'static str, String)] {
        &self.exports
    }

    /// The same as shell commands.
    pub fn exports(&self) -> String {
        self.exports.iter().fold(String::new(), |lines, (name, value)| lines + "export " + name + "=" + value + "\n")
    }

    /// Blocks until the server ends, which only happens by itself if its port fails.
    ///
    /// # Errors
    /// Its port failed.
    pub fn wait(mut self) -> io::Result<()> {
        self.join()
    }

    /// Stops at once, even in the middle of replies.
    pub fn stop(self) {
        drop(self);
    }

    fn join(&mut self) -> io::Result<()> {
        let ended = self.thread.take().map(JoinHandle::join);
        ended.map_or(Ok(()), |ended| ended.unwrap_or_else(|_| Err(io::Error::other("the sandbox's thread died"))))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Both fail only if the server has already ended.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.join();
    }
}

/// Omits what `simple` does not use.
fn exports(world: &World, address: SocketAddr) -> Vec<(&'static str, String)> {
    let keys = &world.options.keys;
    let mut exports = vec![("MULTIMAIL_API_URL", format!("http://{address}")), ("MULTIMAIL_API_KEY", keys.api.clone())];
    if world.options.contract != Contract::Simple {
        exports.push(("MULTIMAIL_OVERSIGHT_KEY", keys.oversight.clone()));
        exports.push(("MULTIMAIL_ADMIN_KEY", keys.admin.clone()));
        exports.extend(world.mailboxes.list.last().map(|main| ("MULTIMAIL_MAILBOX_ID", main.id.clone())));
    }
    if world.model.plays() {
        exports.push(("MMIG_MODEL_URL", format!("http://{address}{}", model::BASE)));
        exports.push(("MMIG_MODEL", "recorded".to_owned()));
    }
    exports
}
