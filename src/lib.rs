//! Customer-migration campaigns over `MultiMail`.
