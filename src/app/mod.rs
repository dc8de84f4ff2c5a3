//! The use cases. Each is a typed function from a request to an outcome; what happens on the way goes to an observer.

pub mod access;
pub mod clock;
pub mod context;
pub mod failure;
pub mod remote;
pub mod review;
pub mod session;
pub mod stop;
pub mod submit;
pub mod track;
