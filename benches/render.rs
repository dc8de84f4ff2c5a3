//! Rendering a phase for 100,000 recipients in 12 variants, compared with copying the result.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a benchmark prints, and may fail")]

mod common;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use common::{campaign, median, milliseconds, now, ratio, recipients};
use mmig::campaign::definition::problem::Source;
use mmig::campaign::people::recipient::Recipient;
use mmig::campaign::text::Reading;
use mmig::campaign::text::template::{BUILT_IN, Templates};
use mmig::campaign::text::variant::Texts;

fn main() {
    let campaign = campaign();
    let sources: BTreeMap<String, Arc<Source>> =
        BUILT_IN.iter().map(|(name, text)| ((*name).to_owned(), Source::new(*name, *text))).collect();
    let templates = Templates::load(sources).expect("they are valid");
    let phase = campaign.phase("prepare").expect("it is a default");
    let recipients: Vec<Recipient> = recipients().collect();

    let mut variants = 0;
    let drafting = median(|| {
        let mut texts = Texts::new(&campaign, &templates, phase);
        variants = texts.variants(recipients.iter()).expect("they can be rendered").len();
    });

    let mut mails = Vec::new();
    let filling = median(|| {
        let mut texts = Texts::new(&campaign, &templates, phase);
        mails.clear();
        for recipient in &recipients {
            let rendered = texts.render(&texts.inputs(recipient)).expect("it can be rendered");
            mails.extend(rendered.form.fill(&campaign.values(recipient, now()), Reading::Markdown));
        }
    });

    let bytes: usize = mails.iter().map(|mail| mail.subject.len() + mail.body.len()).sum();
    let copying = median(|| {
        black_box(mails.iter().map(|mail| (mail.subject.clone(), mail.body.clone())).collect::<Vec<_>>());
    });
    println!("recipients {}, variants {variants}, {} MB of mails", recipients.len(), bytes / 1_000_000);
    println!("drafting (sorting into variants)    {:8.1} ms", milliseconds(drafting));
    println!(
        "filling in every mail               {:8.1} ms, {:.1} times copying it",
        milliseconds(filling),
        ratio(filling, copying)
    );
}
