//! The arguments of each command, and the request they make.

mod cancel;
mod check;
mod deadline;
mod demo;
mod draft;
mod import;
mod init;
mod packaging;
mod remind;
mod report;
mod review;
mod sandbox;
mod segment;
mod status;
mod submit;

pub use cancel::CancelArgs;
pub use check::CheckArgs;
pub use demo::DemoArgs;
pub use draft::{DraftArgs, DraftWanted};
pub use import::ImportArgs;
pub use init::InitArgs;
pub use packaging::CompletionsArgs;
pub use remind::RemindArgs;
mod track;

pub use deadline::DeadlineArgs;
pub use report::{Format, ReportArgs};
pub use review::ReviewArgs;
pub use sandbox::SandboxArgs;
pub use segment::SegmentArgs;
pub use status::StatusArgs;
pub use submit::SubmitArgs;
pub use track::{TrackArgs, TrackRequest};
