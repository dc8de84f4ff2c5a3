//! `mmig help json`.

use anstyle::Style;
use schemars::Schema;
use serde_json::Value;

use crate::cli::json::{JsonTopic, documents, envelope};

/// The descriptions of all documents.
pub fn json() -> JsonTopic {
    JsonTopic { every: envelope(), documents: documents().into_iter().collect() }
}

/// Every document's fields with their types and meanings.
pub fn screen(_: &JsonTopic, width: usize) -> String {
    let mut text =
        "With --json a command prints one document on stdout, on one line, whatever the exit code.\n".to_owned();
    text.push_str(&section("every document", &envelope(), width));
    for (line, schema) in documents() {
        text.push_str(&section(&format!("mmig {line}"), &schema, width));
    }
    text
}

fn section(title: &str, schema: &Schema, width: usize) -> String {
    let bold = Style::new().bold();
    let schema = schema.as_value();
    let mut fields = Fields { definitions: &schema["$defs"], width, text: String::new() };
    fields.paragraph(0, &format!("{bold}{title}{bold:#}:"), description(schema));
    fields.list(schema, 1);
    format!("\n{}", fields.text)
}

/// Builds the list of a document's fields.
struct Fields<'a> {
    definitions: &'a Value,
    width: usize,
    text: String,
}

/// The type of a value, and the objects in it whose fields have to be listed.
#[derive(Default)]
struct Shape<'a> {
    words: Vec<String>,
    objects: Vec<&'a Value>,
}

impl<'a> Fields<'a> {
    /// Lists the fields of an object and its nested objects. No document contains itself.
    fn list(&mut self, object: &'a Value, depth: usize) {
        let required = object["required"].as_array().map(Vec::as_slice).unwrap_or_default();
        for (name, field) in object["properties"].as_object().into_iter().flatten() {
            let shape = self.shape(field);
            let sometimes = if required.iter().any(|own| own == name) { "" } else { ", not always there" };
            let bold = Style::new().bold();
            let about = format!("({}{sometimes}) {}", one_of(&shape.words), description(field));
            self.paragraph(depth, &format!("{bold}{name}{bold:#}"), about.trim());
            self.list_each(&shape.objects, depth + 1);
        }
        let further: Vec<&Value> = options(object).map(|part| self.resolved(part)).collect();
        self.list_each(&further, depth);
    }

    /// Lists the fields of alternative objects.
    fn list_each(&mut self, objects: &[&'a Value], depth: usize) {
        for (at, object) in objects.iter().enumerate() {
            if at > 0 {
                self.paragraph(depth, "or", "");
            }
            self.list(object, depth);
        }
    }

    fn paragraph(&mut self, depth: usize, start: &str, about: &str) {
        let (first, rest) = ("  ".repeat(depth), "  ".repeat(depth + 2));
        let options = textwrap::Options::new(self.width).initial_indent(&first).subsequent_indent(&rest);
        // Doc comments use Rust's terms.
        let about = about.replace("`None`", "`null`").split_whitespace().collect::<Vec<_>>().join(" ");
        self.text.push_str(&textwrap::fill(format!("{start} {about}").trim(), options));
        self.text.push('\n');
    }

    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        name.map_or(schema, |name| &self.definitions[name])
    }

    fn shape(&self, schema: &'a Value) -> Shape<'a> {
        let schema = self.resolved(schema);
        let mut shape = Shape::default();
        if let Some(value) = schema.get("const") {
            shape.words.push(value.to_string());
        } else if let Some(values) = schema["enum"].as_array() {
            shape.words.extend(values.iter().map(Value::to_string));
        } else if schema.get("properties").is_none() && options(schema).next().is_some() {
            for one in options(schema).map(|one| self.shape(one)) {
                shape.words.extend(one.words);
                shape.objects.extend(one.objects);
            }
        } else {
            match &schema["type"] {
                Value::Array(types) => types.iter().for_each(|own| shape.extend(self.of_type(own, schema))),
                own => shape.extend(self.of_type(own, schema)),
            }
        }
        shape.words.dedup();
        shape
    }

    fn of_type(&self, name: &Value, schema: &'a Value) -> Shape<'a> {
        let word = match (name.as_str().unwrap_or_default(), schema["format"].as_str().unwrap_or_default()) {
            ("array", _) => return self.shape(&schema["items"]).of("list of "),
            ("object", _) if schema["properties"].as_object().is_some_and(|fields| !fields.is_empty()) => {
                return Shape { words: vec!["object".to_owned()], objects: vec![schema] };
            }
            ("object", _) if schema["additionalProperties"].is_object() => {
                return self.shape(&schema["additionalProperties"]).of("object, by name: ");
            }
            ("string", "date") => "date",
            ("string", "date-time") => "time",
            ("string", _) => "text",
            ("integer" | "number", _) => "number",
            ("boolean", _) => "true or false",
            ("", _) => "any value",
            (other, _) => other,
        };
        Shape { words: vec![word.to_owned()], objects: Vec::new() }
    }
}

impl<'a> Shape<'a> {
    /// The same shape nested in another.
    fn of(self, outside: &str) -> Self {
        Self { words: vec![format!("{outside}{}", one_of(&self.words))], ..self }
    }

    fn extend(&mut self, other: Shape<'a>) {
        self.words.extend(other.words);
        self.objects.extend(other.objects);
    }
}

/// The words as a choice: `a, b or c`.
fn one_of(words: &[String]) -> String {
    match words {
        [first @ .., second, last] if !first.is_empty() => format!("{}, {second} or {last}", first.join(", ")),
        _ => words.join(" or "),
    }
}

/// The alternatives for a value, if there are several.
fn options(schema: &Value) -> impl Iterator<Item = &Value> {
    ["oneOf", "anyOf"].into_iter().filter_map(|name| schema[name].as_array()).flatten()
}

fn description(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use schemars::JsonSchema;
    use serde::Serialize;

    use super::*;

    /// Something found.
    #[derive(Serialize, JsonSchema)]
    struct Sample {
        /// Its name.
        name: String,
        /// Its parts.
        parts: Vec<Part>,
        /// Where it is, by place.
        places: BTreeMap<String, u32>,
        /// Unless nothing is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        since: Option<chrono::NaiveDate>,
        /// For the screen.
        #[serde(skip)]
        _hidden: u8,
    }

    /// A part.
    #[derive(Serialize, JsonSchema)]
    struct Part {
        /// Its size.
        size: Size,
        #[serde(flatten)]
        state: State,
    }

    #[derive(Serialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    #[allow(dead_code, reason = "only described")]
    enum Size {
        Small,
        Large,
        VeryLarge,
    }

    #[derive(Serialize, JsonSchema)]
    #[serde(tag = "state", rename_all = "kebab-case")]
    #[allow(dead_code, reason = "only described")]
    enum State {
        Whole,
        Broken {
            /// What broke it.
            why: Option<String>,
        },
    }

    #[test]
    fn each_field_has_its_line_under_what_it_is_in() {
        let schema = crate::cli::json::schema::<Sample>();
        let page = anstream::adapter::strip_str(&section("mmig sample", &schema, 80)).to_string();
        assert_eq!(
            page,
            r#"
mmig sample: Something found.
  name (text) Its name.
  parts (list of object) Its parts.
    size ("small", "large" or "very-large") Its size.
    state ("whole")
    or
    state ("broken")
    why (text or null) What broke it.
  places (object, by name: number) Where it is, by place.
  since (date or null, not always there) Unless nothing is known.
"#
        );
    }
}
