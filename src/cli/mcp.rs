//! `mmig mcp`: runs the MCP server on standard input and output.

use tokio::task::LocalSet;

use super::Face;
use super::args::McpArgs;
use super::runtime::runtime;
use crate::app::failure::Failure;
use crate::mcp::serve;

/// Serves until the client closes the connection or Ctrl-C; returns the exit code. Standard output belongs to the
/// client: everything else goes to stderr.
pub fn mcp(face: Face<'_>, args: &McpArgs) -> u8 {
    let app = face.app;
    if face.terminal.interactive {
        face.terminal.say("waiting for a client of the Model Context Protocol on standard input; `mmig help agents` says how to set one up");
    }
    let served = runtime().and_then(|runtime| {
        let served: Result<(), Failure> = runtime.block_on(LocalSet::new().run_until(async {
            if face.process.signals {
                app.stop.listen();
            }
            Box::pin(serve(app, args.request(), tokio::io::stdin(), tokio::io::stdout())).await
        }));
        // A read of standard input cannot be cancelled, so do not wait for it.
        runtime.shutdown_background();
        served
    });
    match served {
        Ok(()) => 0,
        Err(failure) => face.terminal.fail("mcp", failure),
    }
}
