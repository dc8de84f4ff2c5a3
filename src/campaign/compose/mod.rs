//! Writing templates through a language model: what it may know, what it may answer, and what becomes of that.

pub mod facts;
