//! Prevents Ctrl-C from being echoed as `^C` while a progress bar is shown.

#[cfg(unix)]
pub use unix::Quiet;

#[cfg(not(unix))]
pub use elsewhere::Quiet;

#[cfg(unix)]
mod unix {
    use std::io::stdin;

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// Keeps the terminal from echoing control characters until it is dropped.
    #[derive(Debug)]
    pub struct Quiet(Termios);

    impl Quiet {
        /// `None` if there is no terminal, or it does not echo control characters.
        pub fn start() -> Option<Self> {
            let before = tcgetattr(stdin()).ok().filter(|modes| modes.local_modes.contains(LocalModes::ECHOCTL))?;
            let mut quiet = before.clone();
            quiet.local_modes.remove(LocalModes::ECHOCTL);
            tcsetattr(stdin(), OptionalActions::Now, &quiet).ok().map(|()| Self(before))
        }
    }

    impl Drop for Quiet {
        fn drop(&mut self) {
            let _ = tcsetattr(stdin(), OptionalActions::Now, &self.0);
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    /// Other terminals echo nothing for Ctrl-C.
    #[derive(Debug)]
    pub struct Quiet;

    impl Quiet {
        pub fn start() -> Option<Self> {
            None
        }
    }
}
