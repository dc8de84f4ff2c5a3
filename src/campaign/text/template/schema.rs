//! What a template may use, and how each use is judged.

use serde_json::{Map, Value};

use crate::campaign::definition::expression::{Binding, OF_CORRECTIONS, ROOTS, Refusal, Role, Use};
use crate::campaign::definition::problem::nearest;
use crate::campaign::definition::reader::Reader;
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::text::Personal;

/// The fields of `contact`.
pub const CONTACT: [&str; 4] = ["name", "email", "id", "tags"];
/// `campaign.…`
pub const CAMPAIGN: [&str; 9] =
    ["name", "title", "company", "product", "deadline", "ends_at", "guide_url", "support", "from"];
/// Each of `dates`.
pub const DATE: [&str; 6] = ["date", "at", "until", "text", "past", "to_come"];
/// Each of `next_dates`.
pub const NEXT: [&str; 3] = ["phase", "date", "at"];
/// `segment.…`
pub const SEGMENT: [&str; 1] = ["name"];
/// `phase.…`
pub const PHASE: [&str; 2] = ["name", "days_before"];
/// Each of `changes`.
pub const CHANGE: [&str; 9] = ["id", "title", "task", "text", "before", "after", "language", "url", EXAMPLES];
/// The list of examples that each of `changes` has.
const EXAMPLES: &str = "examples";
/// Each of `changes[].examples`.
pub const EXAMPLE: [&str; 4] = ["title", "language", "before", "after"];
/// Each of `corrections`.
pub const CORRECTIONS: [&str; 5] = ["fact", "kind", "what", "told", "right"];
/// `usage.…`
pub const USAGE: [&str; 5] = ["old_calls", "new_calls", "last_seen", "endpoints", "summary"];

/// All variables, as paths: `[]` is any entry of a list, `NAME` a name chosen by the campaign's authors.
pub fn variables() -> Vec<String> {
    let roots = ROOTS.into_iter().chain(OF_CORRECTIONS);
    roots.flat_map(|root| fields(root).iter().map(|field| format!("{root}{field}")).collect::<Vec<_>>()).collect()
}

/// What follows a root name in paths.
fn fields(root: &str) -> Vec<String> {
    let within = |names: &[&str]| names.iter().map(|name| format!(".{name}")).collect();
    match root {
        "contact" => within(&CONTACT),
        "campaign" => within(&CAMPAIGN),
        "segment" => within(&SEGMENT),
        "phase" => within(&PHASE),
        "usage" => within(&USAGE),
        "vars" => within(&["NAME"]),
        "changes" => {
            let examples = EXAMPLE.iter().map(|name| format!("[].{EXAMPLES}[].{name}"));
            entries(&CHANGE).into_iter().chain(examples).collect()
        }
        "corrections" => entries(&CORRECTIONS),
        "next_dates" => entries(&NEXT),
        "dates" => std::iter::once(".NAME".to_owned()).chain(DATE.map(|name| format!(".NAME.{name}"))).collect(),
        _ => vec![String::new()],
    }
}

/// A list, and the fields of its entries.
fn entries(names: &[&str]) -> Vec<String> {
    std::iter::once(String::new()).chain(names.iter().map(|name| format!("[].{name}"))).collect()
}

/// The rule that a rejected use breaks.
pub fn rule(found: &Use) -> Rule {
    let bound = found.bound.iter().any(|binding| binding.name == found.path[0]);
    if !bound && Personal::of_path(&found.path).is_some() { Rule::PersonalValue } else { Rule::UnknownVariable }
}

/// Judges one use of a variable. `own` are this segment's variables, `any` those of all segments.
pub fn judge(
    found: &Use,
    reader: Reader<'_>,
    own: &Map<String, Value>,
    any: &Map<String, Value>,
    phase: &Phase,
) -> Result<(), Refusal> {
    let campaign = reader.campaign();
    if let Some(binding) = found.bound.iter().rev().find(|binding| binding.name == found.path[0]) {
        return judge_bound(found, binding);
    }
    if let Some(personal) = Personal::of_path(&found.path) {
        return judge_personal(found.role, personal);
    }
    let step = found.path.get(1).map(String::as_str);
    match found.path[0].as_str() {
        list @ ("changes" | "next_dates") if found.role == Role::Printed && is_whole(&found.path[1..]) => {
            Err(not_printable(list))
        }
        "contact" if found.role == Role::Printed && found.path[1..] == ["tags"] => Err(not_printable("contact.tags")),
        "changes" => no_field_of_a_list(found, &CHANGE, "change"),
        "next_dates" => no_field_of_a_list(found, &NEXT, "next"),
        "dates" => judge_date(found, reader),
        "timezone_name" => Ok(()),
        "vars" => judge_var(found, step, own, any),
        "contact" if step.is_none() => Err(whole("contact", &CONTACT)),
        "contact" => field(found, &CONTACT).and_then(|()| no_stage(found, campaign)),
        "campaign" => field(found, &CAMPAIGN),
        "segment" => field(found, &SEGMENT),
        "phase" => field(found, &PHASE),
        "usage" => field(found, &USAGE),
        "corrections" if phase.corrects() => no_field_of_a_list(found, &CORRECTIONS, "correction"),
        name if OF_CORRECTIONS.contains(&name) && phase.corrects() => Ok(()),
        name if OF_CORRECTIONS.contains(&name) => {
            let what = format!(
                "`{name}` is only known in a phase with on = \"deadline-moved\", not in phase `{}`",
                phase.name
            );
            Err((what, "use it in a phase with `on = \"deadline-moved\"`".to_owned()))
        }
        other => Err(unknown(other, &ROOTS)),
    }
}

/// Whether the path means the whole list, or a whole entry.
fn is_whole(steps: &[String]) -> bool {
    match steps {
        [] => true,
        [entry] => entry == "[]" || entry.parse::<usize>().is_ok(),
        _ => false,
    }
}

/// Rejects a field on a list: entries have fields, and are reached by number. `one` is the name of
/// an entry.
fn no_field_of_a_list(found: &Use, fields: &[&str], one: &str) -> Result<(), Refusal> {
    let list = &found.path[0];
    if found.path.len() == 1 && found.role == Role::Printed {
        return Err((format!("`{list}` is a list, which cannot be printed"), go_through(list, one, fields[1])));
    }
    let step = found.path.get(1).filter(|step| *step != "[]" && step.parse::<usize>().is_err());
    if let Some(step) = step {
        return Err((format!("there is no `{list}.{step}`: it is a list"), go_through(list, one, step)));
    }
    match found.path.get(2) {
        Some(name) if !fields.contains(&name.as_str()) => {
            let (_, fix) = unknown(name, fields);
            Err((format!("an entry of `{list}` has no `{name}`"), fix))
        }
        _ => Ok(()),
    }
}

/// A list or table printed directly would reach customers as JSON.
fn not_printable(name: &str) -> Refusal {
    let fix = match name {
        EXAMPLES => {
            "loop over it: {% for example in change.examples %}{{ example.title }}: {{ example.after }}{% endfor %}"
        }
        "changes" => {
            "include \"partials/changes.md\", or loop over it: {% for change in changes %}{{ change.title }}{% endfor %}"
        }
        _ => {
            "print one of its fields; go through a list: {% for item in LIST %}{{ item }}{% endfor %}, or {{ LIST | join(sep=\", \") }}"
        }
    };
    (format!("`{name}` is a list or a table, and would be printed as JSON"), fix.replace("LIST", name))
}

fn go_through(list: &str, one: &str, field: &str) -> String {
    format!("loop over it: {{% for {one} in {list} %}}{{{{ {one}.{field} }}}}{{% endfor %}}")
}

fn judge_bound(found: &Use, binding: &Binding) -> Result<(), Refusal> {
    let fields: &[&str] = match binding.over.as_deref() {
        Some([list]) if list == "changes" => &CHANGE,
        Some([list]) if list == "next_dates" => &NEXT,
        Some([list]) if list == "corrections" => &CORRECTIONS,
        Some([change, list]) if list == EXAMPLES && is_change(change, &found.bound) => &EXAMPLE,
        _ => return Ok(()),
    };
    match found.path.get(1) {
        Some(name) if name == EXAMPLES && fields.contains(&EXAMPLES) && found.role == Role::Printed => {
            Err(not_printable(EXAMPLES))
        }
        Some(_) => field(found, fields),
        None if found.role == Role::Printed => Err(whole(&found.path[0], fields)),
        None => Ok(()),
    }
}

/// Whether a loop binds a name to each change.
fn is_change(name: &str, bound: &[Binding]) -> bool {
    let binding = bound.iter().rev().find(|binding| binding.name == name);
    binding.is_some_and(|binding| binding.over.as_ref().is_some_and(|over| *over == ["changes"]))
}

/// A date of `[campaign.dates]`: each has a day; only some have a time, or an end.
fn judge_date(found: &Use, reader: Reader<'_>) -> Result<(), Refusal> {
    let known: Vec<&str> = reader.dates().map(|date| date.name).collect();
    let Some(name) = found.path.get(1) else {
        return if found.role == Role::Printed { Err(whole("dates", &known)) } else { Ok(()) };
    };
    if name == "[]" {
        return Ok(());
    }
    let Some(date) = reader.date(name) else {
        let (what, fix) = unknown(&format!("dates.{name}"), &known);
        let fix =
            if known.is_empty() { format!("add it: [campaign.dates], {name} = {{ on = 2027-04-30 }}") } else { fix };
        return Err((what, fix));
    };
    let missing = |what: &str, fix: &str| Err((format!("`dates.{name}` has no {what}"), fix.to_owned()));
    match found.path.get(2).map(String::as_str) {
        None => Ok(()),
        // A template that several dates share may test for it.
        Some("at" | "until") if found.role == Role::Probed => Ok(()),
        Some("at") if date.start.time.is_none() => {
            missing("hour", "write `.date`; or say when it begins, with `at` in [campaign.dates]")
        }
        Some("until") if date.end.is_none() => {
            missing("end", "say how long it lasts, with `lasts` or `until` in [campaign.dates]")
        }
        Some(field) if DATE.contains(&field) => Ok(()),
        Some(field) => {
            let (_, fix) = unknown(field, &DATE);
            Err((format!("there is no `dates.{name}.{field}`"), fix))
        }
    }
}

fn judge_personal(role: Role, personal: Personal) -> Result<(), Refusal> {
    if role == Role::Printed {
        return Ok(());
    }
    let what = format!(
        "`{personal}` is a personal value: it can only be printed unchanged, not used in conditions or filters"
    );
    Err((what, format!("print it unchanged, {{{{ {personal} }}}}: otherwise reviewers would not see every text")))
}

/// Stage tags come and go by themselves; a text must not change with them.
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
                format!("`vars.{step}` is not set for every segment that gets this text"),
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
