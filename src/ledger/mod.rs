//! The files that hold a campaign's state: the only code that writes them.
