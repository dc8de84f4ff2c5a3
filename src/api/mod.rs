//! The one client for both contracts.
