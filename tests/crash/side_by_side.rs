//! Several processes on one campaign at the same time.

use std::process::{Child, Stdio};
use std::time::Duration;

use mmig::sandbox::Options;
use serde_json::json;

use crate::books::{Tally, compare};
use crate::scene::{PHASES, Scene, contract, said};

#[test]
fn of_three_submits_started_in_the_same_instant_one_sends_and_two_say_who_does() {
    for simple in [false, true] {
        let scene = Scene::drafted(Options { contract: contract(simple), ..Options::default() }, "concurrency = 8");
        // The winner must not be done before the others have started.
        scene.server.human("latency", &json!({ "ms": 2000 }));
        let mut submit = scene.mmig(&["submit", "--phase", PHASES[0], "--now", "--yes"]);
        submit.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running: Vec<Child> = (0..3).map(|_| submit.spawn().expect("it starts")).collect();
        let mut ended = Vec::new();
        while running.len() > 1 {
            let done = running.iter_mut().position(|child| child.try_wait().expect("it is ours").is_some());
            let Some(done) = done else {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            };
            ended.push(said(&running.remove(done).wait_with_output().expect("it ends")));
        }
        let winner = running.remove(0);
        let pid = winner.id();
        scene.server.human("latency", &json!({ "ms": 0 }));
        let won = said(&winner.wait_with_output().expect("it ends"));
        assert_eq!(won.code, 0, "{}", won.text);
        for lost in ended {
            assert_eq!(lost.code, 6, "{}", lost.text);
            assert!(lost.text.contains(&format!("process {pid}")), "{}", lost.text);
        }
        assert_eq!(compare(&scene, PHASES[0]), Tally { mails: 270, ..Tally::default() });
    }
}
