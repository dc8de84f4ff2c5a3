//! `[usage]`: what API traffic shows of a customer's progress.

use crate::campaign::definition::UsageRules;
use crate::campaign::definition::fields::{At, Fields, Findings};

pub(super) fn read_usage(findings: &Findings, fields: Fields<'_, '_>) -> UsageRules {
    let standard = UsageRules::default();
    let rules = UsageRules {
        started: read_rule(findings, fields.optional("started"), standard.started),
        completed: read_rule(findings, fields.optional("completed"), standard.completed),
        quiet_days: fields.optional("quiet_days").map_or(standard.quiet_days, |at| at.value),
    };
    fields.finish();
    rules
}

fn read_rule(findings: &Findings, rule: Option<At<String>>, standard: String) -> String {
    let Some(rule) = rule else { return standard };
    if let Err(fault) = UsageRules::compile(&rule.value) {
        // The places are the same where nothing in the text is escaped.
        let written = &findings.source.text[rule.span.clone()];
        let span = match written.find(&rule.value) {
            Some(at) => rule.span.start + at + fault.span.start..rule.span.start + at + fault.span.end,
            None => rule.span,
        };
        findings.error(span, fault.what, fault.fix);
    }
    rule.value
}
