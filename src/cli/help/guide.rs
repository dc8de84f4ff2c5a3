//! A command's help besides its flags: its group, how it works, and examples.

use strum::{Display, EnumIter};

/// The groups of commands, in the order of the top-level help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumIter)]
pub enum Group {
    /// From nothing to a campaign with its customers.
    #[strum(serialize = "Set up")]
    SetUp,
    /// From templates to texts.
    #[strum(serialize = "Write")]
    Write,
    /// From texts to mails and replies.
    #[strum(serialize = "Send")]
    Send,
    /// Results.
    #[strum(serialize = "Follow")]
    Follow,
    /// Server, shell, system.
    #[strum(serialize = "Connect")]
    Connect,
    /// Without real customers.
    #[strum(serialize = "Try")]
    Try,
}

/// A command's help besides its flags.
#[derive(Debug)]
pub struct Guide {
    /// The command.
    pub command: &'static str,
    /// The group in which it is listed.
    pub group: Group,
    /// How it works, in paragraphs.
    pub details: &'static str,
    /// Command lines, each with what it does.
    pub examples: &'static [Example],
}

/// A command line, and what it does.
#[derive(Debug)]
pub struct Example {
    /// What it does.
    pub about: &'static str,
    /// The command line.
    pub line: &'static str,
}

const fn example(about: &'static str, line: &'static str) -> Example {
    Example { about, line }
}

/// Examples of the program as a whole.
pub const FIRST_STEPS: &[Example] = &[
    example("See a whole campaign in a few seconds, without a key", "mmig demo"),
    example("Write a campaign, edit campaigns/api-v2/campaign.toml, check it", "mmig init api-v2"),
    example("See the campaign's progress", "mmig status"),
];

/// The guide of a command.
pub fn guide(command: &str) -> Option<&'static Guide> {
    GUIDES.iter().find(|guide| guide.command == command)
}

/// The guides of all commands, in the order of the top-level help.
pub const GUIDES: &[Guide] = &[
    Guide {
        command: "init",
        group: Group::SetUp,
        details: "Writes campaigns/NAME/campaign.toml, in which every key is explained, a folder for the campaign's own \
                  templates, and a .gitignore. An existing campaign is never overwritten.",
        examples: &[
            example("Start a campaign that ends on 30 April", "mmig init api-v2 --deadline 2027-04-30"),
            example("Also write instructions for agents", "mmig init api-v2 --agents"),
            example("Name the mailbox it is sent from", "mmig init api-v2 --from migrations@acme.example"),
        ],
    },
    Guide {
        command: "import",
        group: Group::SetUp,
        details: "Adds one [[change]] to campaign.toml for each cause, most severe first: findings that differ only in \
                  operation, status or property path become one change, and so do several properties that one \
                  operation loses. Edit each title and text: `check` refuses them until you do. Run it again after the \
                  API changed, or with a newer oasdiff: it reports what is new or gone, and keeps what you wrote. \
                  [oasdiff] ignore in campaign.toml skips findings by kind, path or fingerprint.",
        examples: &[
            example(
                "Import what breaks between two versions",
                "mmig import oasdiff changelog.json --spec openapi.yaml",
            ),
            example("Only show what is new", "mmig import oasdiff changelog.json --level err --dry-run"),
            example("Only what concerns orders", "mmig import oasdiff changelog.json --match-path ^/v1/orders"),
            example("Let an installed oasdiff compare two documents", "mmig import openapi v1.yaml v2.yaml"),
        ],
    },
    Guide {
        command: "tag",
        group: Group::SetUp,
        details: "The list has one contact per line, by address or id, with its tags: in one cell, separated by \
                  spaces, or in several cells. Existing tags stay, and are not written again. Use it for the tags that \
                  segments, changes and [priority] select by: integration type, version, importance. Needs \
                  MULTIMAIL_API_KEY.",
        examples: &[
            example("See who would get which tags", "mmig tag tags.csv --dry-run"),
            example("Add them", "mmig tag tags.csv"),
        ],
    },
    Guide {
        command: "segment",
        group: Group::SetUp,
        details: "Reads the contacts from the server, sorts them into the segments of campaign.toml by their tags, and records \
                  them in the ledger. It lists customers who are in no segment, in several, or cannot be mailed. Sends nothing. \
                  Needs MULTIMAIL_API_KEY.",
        examples: &[
            example("See who would be found", "mmig segment --dry-run"),
            example("Record them", "mmig segment"),
            example("Continue if another tool has notified some of them", "mmig segment --adopt"),
        ],
    },
    Guide {
        command: "template",
        group: Group::Write,
        details: "A mail is made from the template with its phase's name: NAME.SEGMENT.md or NAME.md. The campaign's own \
                  templates win over those in templates/ beside campaigns/, and those over the built-in ones. `mmig help \
                  templates` lists every variable.",
        examples: &[
            example("List the templates in use, and where each comes from", "mmig template"),
            example("Start your own from the one in use", "mmig template announce"),
        ],
    },
    Guide {
        command: "check",
        group: Group::Write,
        details: "Reads the campaign, its templates and every text as customers will see it, and lists all findings at \
                  once, each with its location and a fix. Errors exit with 8 and block `submit`; a campaign or \
                  template that cannot be used exits with 10. It needs no key, and without --links no network, so pull \
                  requests can run it.\n\nWith --run, each code example goes to the command that [[check]] in \
                  campaign.toml names for its language. It runs in its own empty folder and process group, with only \
                  PATH, HOME and LANG in its environment. Of each change, `after` is run; run = \"both\" adds `before`, \
                  \"none\" leaves both out. mmig first restarts itself without keys, and on Linux an example can \
                  neither write elsewhere nor read another process.\n\nA pull request from a fork may have changed the \
                  commands: use --run on it only in a job without secrets. Without --run, `check` executes nothing. \
                  docs/check.md has a workflow.",
        examples: &[
            example("Check everything, offline", "mmig check"),
            example("Also follow the links and run the code examples", "mmig check --links --run"),
            example("Write every text into a folder, to compare it with another branch's", "mmig check --texts after"),
        ],
    },
    Guide {
        command: "compose",
        group: Group::Write,
        details: "Writes templates/PHASE.SEGMENT.md through a language model (an OpenAI-shaped endpoint or Anthropic's: \
                  MMIG_MODEL_URL, MMIG_MODEL, MMIG_MODEL_KEY, or [compose]). The model sees the facts of campaign.toml \
                  and nothing about any customer. It writes words and refers to facts by name; mmig prints dates, \
                  links and code. Text that the checker rejects goes back to the model, at most three times; then \
                  PHASE.SEGMENT.md.rejected says why, and the template in use stays. A template that a person wrote or \
                  edited is never overwritten. Then check, draft and review as usual.",
        examples: &[
            example("Compose a phase for each segment", "mmig compose --phase announce"),
            example("See the request to the model", "mmig compose --all --dry-run"),
            example("Plain texts without a model", "mmig compose --all --offline"),
            example(
                "Propose words for what oasdiff found, from the specifications",
                "mmig compose --changes --spec old.yaml --spec new.yaml",
            ),
        ],
    },
    Guide {
        command: "draft",
        group: Group::Write,
        details: "Writes drafts/PHASE/ in the campaign's folder: a Markdown file for each distinct text, with placeholders \
                  for personal values, and lock.toml, which pins them. Review and commit both. `submit` sends only texts that are in the \
                  lock and unchanged. Needs the recipients that `mmig segment` recorded; no key, no network.",
        examples: &[
            example("Draft every phase for one review", "mmig draft --all"),
            example("Read the texts in a browser, with what changed since the last lock", "mmig draft --all --html"),
            example("Read one customer's mail", "mmig draft --phase announce --contact ann@customer.example"),
        ],
    },
    Guide {
        command: "submit",
        group: Group::Send,
        details: "Shows the plan (who gets which text, who gets none and why), asks, and submits the mails to the \
                  server, where people approve them. Each mail is recorded before it is sent: run it again after any \
                  interruption, and no one is mailed twice. A phase submitted before its date is scheduled for that \
                  date. Needs MULTIMAIL_API_KEY. Without a terminal, pass --yes.",
        examples: &[
            example("Show the plan", "mmig submit --phase announce --dry-run"),
            example(
                "Read each text in your own mailbox first",
                "mmig submit --phase announce --test-to me@acme.example",
            ),
            example("Send ten mails as a trial, then the rest", "mmig submit --phase announce --canary 10"),
            example("Send them in a job", "mmig submit --phase announce --yes --json"),
        ],
    },
    Guide {
        command: "review",
        group: Group::Send,
        details: "Shows each text that waits for approval once, and compares every waiting mail with what was submitted, byte \
                  for byte. A mail that differs is set aside and decided separately. On a terminal it asks about each \
                  text. Needs MULTIMAIL_OVERSIGHT_KEY, which must belong to a different person than the sending key.",
        examples: &[
            example("Read and decide, text by text", "mmig review"),
            example("Approve a phase in one go", "mmig review --phase announce --approve --yes"),
            example(
                "Reject a text, with the reason",
                "mmig review --phase announce --variant rest --reject --reason 'the date is wrong' --yes",
            ),
        ],
    },
    Guide {
        command: "remind",
        group: Group::Send,
        details: "Submits each phase that is `automatic` and due, to the customers who are not done at that moment. Run it daily \
                  from one machine that keeps the ledger: no one is mailed twice. Needs MULTIMAIL_API_KEY.",
        examples: &[
            example("Show what is due", "mmig remind --dry-run"),
            example("A daily job", "mmig remind --yes --json"),
        ],
    },
    Guide {
        command: "cancel",
        group: Group::Send,
        details: "Cancels mails that wait for approval or for their send time. Mails that were sent cannot be cancelled. \
                  Needs MULTIMAIL_API_KEY.",
        examples: &[
            example("Cancel a phase's waiting mails", "mmig cancel --phase announce"),
            example("Cancel one customer's mail", "mmig cancel --phase announce --contact ann@customer.example"),
        ],
    },
    Guide {
        command: "deadline",
        group: Group::Send,
        details: "Replaces the date in campaign.toml, cancels waiting mails that name the old date, lists who was told it, and \
                  prepares a correction for exactly those customers. Draft, review and submit it like any phase.",
        examples: &[
            example("Move the deadline", "mmig deadline 2027-05-30"),
            example("Also write the new dates for a calendar", "mmig deadline 2027-05-30 --ics dates.ics"),
        ],
    },
    Guide {
        command: "correct",
        group: Group::Send,
        details: "Compares the facts stated in each mail (dates, the words and code of changes, links, variables) with \
                  what campaign.toml says today, shows each outdated statement next to the correct one, and adds the \
                  phase `correction` for exactly the customers who got one. Draft, review and submit it like any \
                  phase. --dismiss records that differences need no mail. Needs no key and no network.",
        examples: &[
            example("See who got outdated facts, and prepare the mail", "mmig correct"),
            example(
                "It was a typo: no correction needed",
                "mmig correct --dismiss --reason 'a comma' --fact changes.auth.text",
            ),
        ],
    },
    Guide {
        command: "track",
        group: Group::Follow,
        details: "Asks the server about deliveries, bounces, replies and tags, brings the ledger up to date, and writes each \
                  customer's stage as a tag on the contact. It also cancels reminders that wait for customers who have \
                  finished. Needs MULTIMAIL_API_KEY; --usage, --mark and --clear need no key and no network.",
        examples: &[
            example("Ask the server", "mmig track"),
            example("Import API usage: who has started, who is done", "mmig track --usage usage.csv"),
            example("See how an export is understood; nothing is written", "mmig track --usage access.log --explain"),
            example("Mark a customer as done", "mmig track --mark completed --contact ann@customer.example"),
            example("A reply was answered: reminders resume", "mmig track --clear --contact ann@customer.example"),
        ],
    },
    Guide {
        command: "status",
        group: Group::Follow,
        details: "Counts by segment, stage and phase, a forecast, what needs attention, and the next command. Reads \
                  the ledger; --sync asks the server first and needs MULTIMAIL_API_KEY.",
        examples: &[
            example("The campaign on one screen", "mmig status"),
            example("A monitor: fail if the daily job did not run", "mmig status --require-runs --quiet"),
            example("Customers who are not done, furthest behind first", "mmig status --behind"),
            example("What a customer was told, word for word", "mmig status --contact ann --evidence"),
        ],
    },
    Guide {
        command: "report",
        group: Group::Follow,
        details: "Shows the campaign's progress, and which customer got what and when. Without --out it goes to \
                  stdout. It contains names and addresses.",
        examples: &[
            example("An HTML page", "mmig report --out report.html"),
            example("A line for each customer, for a spreadsheet", "mmig report --format csv"),
        ],
    },
    Guide {
        command: "ledger",
        group: Group::Connect,
        details: "The ledger records what was done for each recipient. It is in the campaign's folder, or in a bucket that every \
                  machine uses: `url` under [ledger] in campaign.toml, or MMIG_LEDGER_URL, which wins. Credentials come from the \
                  environment, by the names that S3, Google Cloud Storage and Azure Blob Storage use. `move` copies it, reads it \
                  back, compares, leaves a note in the old place that blocks every run, and changes campaign.toml. \
                  Reading it needs read access; a run also writes and deletes.",
        examples: &[
            example("Where it is, and who holds it", "mmig ledger"),
            example("Move it to a bucket", "mmig ledger move s3://acme-mmig/migrations"),
            example("Move it back to the campaign's folder", "mmig ledger move local"),
        ],
    },
    Guide {
        command: "doctor",
        group: Group::Connect,
        details: "Only queries the server, and sends nothing. Each line is ok, a note, or bad, with a fix.",
        examples: &[
            example("Check the connection before the first run", "mmig doctor"),
            example("Check another server", "mmig doctor --api-url https://test.acme.example"),
        ],
    },
    Guide {
        command: "mcp",
        group: Group::Connect,
        details: "A server of the Model Context Protocol on standard input and output: an agent's client starts it. Each tool returns \
                  the document that its command prints with --json. No tool reviews, approves, rejects or cancels a mail, moves the \
                  deadline or sees a key; `submit` takes the digest of a plan, and submits only to a mailbox in \
                  gated_all, where a person with another key decides on each mail. Names and addresses of customers \
                  are masked unless --show-contacts is given. MULTIMAIL_OVERSIGHT_KEY and MULTIMAIL_ADMIN_KEY are not \
                  used.",
        examples: &[
            example("An agent that only reads", "mmig mcp"),
            example("One that writes texts and drafts for people to review", "mmig mcp --toolset author"),
        ],
    },
    Guide {
        command: "completions",
        group: Group::Connect,
        details: "The script completes commands and flags and, from the current campaign, the names of campaigns, \
                  phases, segments, texts and templates; it runs mmig for that. --static prints one that runs nothing \
                  and completes only commands and flags.",
        examples: &[
            example("bash, for this session", "source <(mmig completions bash)"),
            example("zsh, permanently", "mmig completions zsh > ~/.zfunc/_mmig"),
            example("fish, permanently", "mmig completions fish > ~/.config/fish/completions/mmig.fish"),
        ],
    },
    Guide {
        command: "man",
        group: Group::Connect,
        details: "In roff, for man. The page of the program refers to a page for each command.",
        examples: &[
            example("Read a page", "mmig man submit | man -l -"),
            example("Install one", "mmig man submit > ~/.local/share/man/man1/mmig-submit.1"),
        ],
    },
    Guide {
        command: "demo",
        group: Group::Try,
        details: "Needs no key and no network, and leaves no files unless --keep names a folder.",
        examples: &[
            example("Watch a campaign", "mmig demo"),
            example("Keep its files to look at", "mmig demo --keep demo"),
        ],
    },
    Guide {
        command: "sandbox",
        group: Group::Try,
        details: "Prints the environment variables to set, and runs until Ctrl-C. It simulates scans, approvals, \
                  deliveries, bounces, replies, quotas and faults; nothing leaves this machine.",
        examples: &[
            example("A server with 50 contacts", "mmig sandbox --contacts 50"),
            example("One that loses one reply in ten", "mmig sandbox --error-after 0.1"),
        ],
    },
    Guide {
        command: "help",
        group: Group::Try,
        details: "With --json a topic is one document.",
        examples: &[
            example("How a command works", "mmig help submit"),
            example("Every variable of the templates", "mmig help templates"),
        ],
    },
];
