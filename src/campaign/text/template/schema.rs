//! What a template may use, and how a use is judged.

use serde_json::{Map, Value};

use crate::campaign::definition::expression::{Binding, ROOTS, Refusal, Role, TOLD, Use};
use crate::campaign::definition::problem::nearest;
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::text::Personal;

/// The fields of the things templates see.
pub const CONTACT: [&str; 4] = ["name", "email", "id", "tags"];
/// `campaign.…`
pub const CAMPAIGN: [&str; 6] = ["name", "title", "deadline", "guide_url", "support", "from"];
/// `segment.…`
pub const SEGMENT: [&str; 1] = ["name"];
/// `phase.…`
pub const PHASE: [&str; 2] = ["name", "days_before"];
/// Each of `changes`.
pub const CHANGE: [&str; 6] = ["id", "title", "text", "before", "after", "url"];
/// `usage.…`
pub const USAGE: [&str; 3] = ["old_calls", "new_calls", "last_seen"];

/// Every variable there is, as a path: `[]` is any entry of a list, `NAME` a name that the campaign's authors choose.
pub fn variables() -> Vec<String> {
    let roots = ROOTS.into_iter().chain([TOLD]);
    roots.flat_map(|root| fields(root).iter().map(|field| format!("{root}{field}")).collect::<Vec<_>>()).collect()
}

/// What follows a root in the paths that begin with it.
fn fields(root: &str) -> Vec<String> {
    let within = |names: &[&str]| names.iter().map(|name| format!(".{name}")).collect();
    match root {
        "contact" => within(&CONTACT),
        "campaign" => within(&CAMPAIGN),
        "segment" => within(&SEGMENT),
        "phase" => within(&PHASE),
        "usage" => within(&USAGE),
        "vars" => within(&["NAME"]),
        "changes" => std::iter::once(String::new()).chain(CHANGE.map(|name| format!("[].{name}"))).collect(),
        _ => vec![String::new()],
    }
}

/// What a refused use breaks.
pub fn rule(found: &Use) -> Rule {
    let bound = found.bound.iter().any(|binding| binding.name == found.path[0]);
    if !bound && Personal::of_path(&found.path).is_some() { Rule::PersonalValue } else { Rule::UnknownVariable }
}

/// Judges one use of a variable. `own` are the variables this segment has, `any` those some segment has.
pub fn judge(
    found: &Use,
    campaign: &Campaign,
    own: &Map<String, Value>,
    any: &Map<String, Value>,
    phase: &Phase,
) -> Result<(), Refusal> {
    if let Some(binding) = found.bound.iter().rev().find(|binding| binding.name == found.path[0]) {
        return judge_bound(found, binding);
    }
    if let Some(personal) = Personal::of_path(&found.path) {
        return judge_personal(found.role, personal);
    }
    let step = found.path.get(1).map(String::as_str);
    match found.path[0].as_str() {
        "changes" if found.role == Role::Printed && found.path.len() <= 2 => Err(not_printable("changes")),
        "contact" if found.role == Role::Printed && found.path[1..] == ["tags"] => Err(not_printable("contact.tags")),
        "changes" => no_field_of_a_list(found),
        "vars" => judge_var(found, step, own, any),
        "contact" if step.is_none() => Err(whole("contact", &CONTACT)),
        "contact" => field(found, &CONTACT).and_then(|()| no_stage(found, campaign)),
        "campaign" => field(found, &CAMPAIGN),
        "segment" => field(found, &SEGMENT),
        "phase" => field(found, &PHASE),
        "usage" => field(found, &USAGE),
        TOLD if phase.corrects() => Ok(()),
        TOLD => {
            let what =
                format!("`{TOLD}` is not known in phase `{}`: nobody need have been told another date", phase.name);
            Err((what, "use it in a phase with `on = \"deadline-moved\"`".to_owned()))
        }
        other => Err(unknown(other, &ROOTS)),
    }
}

/// A list has entries, by number; a field is one of an entry's.
fn no_field_of_a_list(found: &Use) -> Result<(), Refusal> {
    let step = found.path.get(1).filter(|step| *step != "[]" && step.parse::<usize>().is_err());
    if let Some(step) = step {
        let what = format!("there is no `changes.{step}`: it is a list");
        let fix = format!("go through it: {{% for change in changes %}}{{{{ change.{step} }}}}{{% endfor %}}");
        return Err((what, fix));
    }
    match found.path.get(2) {
        Some(name) if !CHANGE.contains(&name.as_str()) => {
            let (_, fix) = unknown(name, &CHANGE);
            Err((format!("a change has no `{name}`"), fix))
        }
        _ => Ok(()),
    }
}

/// A list or a table that is printed as it is would reach customers as JSON.
fn not_printable(name: &str) -> Refusal {
    let fix = match name {
        "changes" => {
            "include \"partials/changes.md\", or go through it: {% for change in changes %}{{ change.title }}{% endfor %}"
        }
        _ => {
            "print one of its fields; go through a list: {% for item in LIST %}{{ item }}{% endfor %}, or {{ LIST | join(sep=\", \") }}"
        }
    };
    (format!("`{name}` is no text: it would be printed as JSON"), fix.replace("LIST", name))
}

fn judge_bound(found: &Use, binding: &Binding) -> Result<(), Refusal> {
    match (&binding.over, found.path.get(1)) {
        (Some(over), None) if over == &["changes"] && found.role == Role::Printed => Err(not_printable(&found.path[0])),
        (Some(over), Some(_)) if over == &["changes"] => field(found, &CHANGE),
        _ => Ok(()),
    }
}

fn judge_personal(role: Role, personal: Personal) -> Result<(), Refusal> {
    if role == Role::Printed {
        return Ok(());
    }
    let what =
        format!("`{personal}` is a personal value: it may be filled in, not steer or be changed by the template");
    Err((
        what,
        format!("print it as it is, {{{{ {personal} }}}}: a reviewer could not see the other texts it would make"),
    ))
}

/// The tags by which we tell a customer's stage come and go by themselves; a text must not change with them.
fn no_stage(found: &Use, campaign: &Campaign) -> Result<(), Refusal> {
    let Some(sought) = &found.sought else { return Ok(()) };
    match campaign.tags.each().iter().find(|(_, tag)| tag == sought) {
        None => Ok(()),
        Some((stage, tag)) => Err((
            format!("`{tag}` is the tag of the stage {stage}, which templates never see"),
            "write a phase of its own for these customers; `audience` says who gets it".to_owned(),
        )),
    }
}

fn judge_var(
    found: &Use,
    step: Option<&str>,
    own: &Map<String, Value>,
    any: &Map<String, Value>,
) -> Result<(), Refusal> {
    let Some(step) = step else { return Err(whole("vars", &[])) };
    let Some(mut value) = own.get(step) else {
        let known: Vec<&str> = any.keys().map(String::as_str).collect();
        return match (any.contains_key(step), found.role) {
            (true, Role::Probed) => Ok(()),
            (true, _) => Err((
                format!("`vars.{step}` is not there for every segment that gets this text"),
                format!(
                    "add it under [campaign.vars] or [segment.vars], or ask first: {{% if vars.{step} is defined %}}"
                ),
            )),
            (false, _) => Err(unknown(&format!("vars.{step}"), &known)),
        };
    };
    for name in &found.path[2..] {
        let Some(next) = value.as_object().and_then(|map| map.get(name)) else {
            return Err((
                format!("there is no `{}`", found.path.join(".")),
                "add it to the campaign's vars".to_owned(),
            ));
        };
        value = next;
    }
    if found.role == Role::Printed && (value.is_array() || value.is_object()) {
        return Err(not_printable(&found.path.join(".")));
    }
    Ok(())
}

fn field(found: &Use, known: &[&str]) -> Result<(), Refusal> {
    match found.path.get(1) {
        None => Err(whole(&found.path[0], known)),
        Some(name) if known.contains(&name.as_str()) => Ok(()),
        Some(name) => {
            let (_, fix) = unknown(name, known);
            Err((format!("there is no `{}.{name}`", found.path[0]), fix))
        }
    }
}

fn whole(name: &str, fields: &[&str]) -> Refusal {
    let fix = if fields.is_empty() {
        "name one of its fields".to_owned()
    } else {
        format!("name one of its fields: {}", fields.join(", "))
    };
    (format!("`{name}` cannot be used as a whole"), fix)
}

fn unknown(name: &str, known: &[&str]) -> Refusal {
    let plain = name.rsplit('.').next().unwrap_or(name);
    let prefix = &name[..name.len() - plain.len()];
    let fix = match nearest(plain, known.iter().copied()) {
        Some(meant) => format!("did you mean `{prefix}{meant}`?"),
        None if known.is_empty() => "the campaign has no vars; add it under [campaign.vars]".to_owned(),
        None => format!("there are {}", known.join(", ")),
    };
    (format!("there is no `{name}`"), fix)
}
