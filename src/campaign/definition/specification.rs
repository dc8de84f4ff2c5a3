//! An operation in an OpenAPI document: its description, the names in it, and its examples, word for word.

use serde_json::{Map, Value, json};

use super::operation::Operation;

/// How deep schemas are read: names further inside say little about a change.
const DEEPEST: usize = 5;
/// The maximum number of names per operation.
const MOST_NAMES: usize = 80;
/// The maximum length of a description, in characters.
const LONGEST_WORDS: usize = 400;
/// The longest example, in bytes: code in a mail is read on a screen.
const LONGEST_EXAMPLE: usize = 3_000;

/// An OpenAPI document, version 2 or 3.
#[derive(Debug, Clone, PartialEq)]
pub struct Specification(Value);

/// An operation, as a document describes it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Described {
    /// Its words and its parts, as JSON.
    pub says: Value,
    /// The names in it: of parameters, properties and their values.
    pub names: Vec<String>,
    /// Code that shows it, word for word.
    pub example: Option<Example>,
}

/// Code that a document shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Its language, as written after the back-ticks.
    pub language: String,
    /// The code.
    pub code: String,
}

impl Specification {
    /// Reads a document, JSON or YAML.
    ///
    /// # Errors
    /// What is wrong with the document, in words that follow its name.
    pub fn read(text: &str) -> Result<Self, String> {
        let first_line = |why: String| why.lines().next().unwrap_or_default().to_owned();
        let read: Result<Value, String> = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| error.to_string())
        } else {
            serde_saphyr::from_str(text).map_err(|error| first_line(error.to_string()))
        };
        let document = read.map_err(|why| format!("is not an OpenAPI document: {why}"))?;
        if document.get("openapi").is_none() && document.get("swagger").is_none() {
            return Err("is not an OpenAPI document: it has neither `openapi` nor `swagger`".to_owned());
        }
        Ok(Self(document))
    }

    /// An operation of it; `None` where it has none of this method and path.
    pub fn operation(&self, wanted: &Operation) -> Option<Described> {
        let (method, path) = wanted.as_str().split_once(' ')?;
        let paths = self.0.get("paths")?.as_object()?;
        let mut items = paths.iter().filter(|(own, _)| unnamed(own) == unnamed(path));
        let (item, operation) =
            items.find_map(|(_, item)| Some((item, item.get(method.to_lowercase())?.as_object()?)))?;
        let mut reader = Reader { document: &self.0, names: Vec::new() };
        let says = reader.says(wanted, item, operation);
        Some(Described { says, names: reader.names, example: self.example(operation) })
    }

    /// The first code that shows the operation: a sample, else the body of its request.
    fn example(&self, operation: &Map<String, Value>) -> Option<Example> {
        let samples =
            ["x-codeSamples", "x-code-samples"].into_iter().filter_map(|name| operation.get(name)?.as_array());
        let sample = samples.flatten().find_map(|sample| {
            let language = sample.get("lang").and_then(Value::as_str).unwrap_or_default();
            Some(Example { language: fence(language), code: sample.get("source")?.as_str()?.trim_end().to_owned() })
        });
        let body = || {
            let body = resolved(&self.0, operation.get("requestBody")?);
            let content = body.get("content")?.as_object()?;
            let (_, media) = content.iter().find(|(kind, _)| kind.contains("json"))?;
            let named = || resolved(&self.0, media.get("examples")?.as_object()?.values().next()?).get("value");
            let value = media.get("example").or_else(named)?;
            Some(Example { language: "json".to_owned(), code: serde_json::to_string_pretty(value).ok()? })
        };
        sample.or_else(body).filter(|example| example.code.len() <= LONGEST_EXAMPLE && !example.code.is_empty())
    }
}

/// A path without the names in its braces, which may differ between two versions of a document.
fn unnamed(path: &str) -> String {
    let mut inside = false;
    let kept = path.chars().filter(|c| {
        inside = *c == '{' || inside && *c != '}';
        !inside || *c == '{'
    });
    kept.collect()
}

/// The word that is written after the back-ticks for a language, from its name in documents.
fn fence(language: &str) -> String {
    match language.to_lowercase().as_str() {
        "curl" | "shell" | "bash" | "sh" => "bash".to_owned(),
        "node" | "nodejs" | "node.js" => "javascript".to_owned(),
        name => name.chars().filter(char::is_ascii_alphanumeric).collect(),
    }
}

/// The target of a reference within the document, or the value itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let mut value = value;
    for _ in 0..DEEPEST {
        let target = value.get("$ref").and_then(Value::as_str).and_then(|to| document.pointer(to.strip_prefix('#')?));
        let Some(target) = target else { break };
        value = target;
    }
    value
}

/// Reads an operation, and collects the names in it.
struct Reader<'a> {
    document: &'a Value,
    names: Vec<String>,
}

impl Reader<'_> {
    fn says(&mut self, wanted: &Operation, item: &Value, operation: &Map<String, Value>) -> Value {
        let mut parameters = Vec::new();
        let listed = [item.get("parameters"), operation.get("parameters")].into_iter().flatten();
        for parameter in listed.filter_map(Value::as_array).flatten() {
            let parameter = resolved(self.document, parameter);
            if parameter.get("in").and_then(Value::as_str) == Some("body") {
                parameters.extend(parameter.get("schema").map(|schema| json!({ "body": self.schema(schema, 0) })));
                continue;
            }
            self.name(parameter.get("name"));
            if let Some(schema) = parameter.get("schema") {
                self.schema(schema, 0);
            }
            let part = |name: &str| parameter.get(name).filter(|value| !value.is_object()).map(shortened);
            parameters.push(json!({ "name": part("name"), "in": part("in"), "required": part("required"), "says": part("description") }));
        }
        let body = operation.get("requestBody").map(|body| self.content(body));
        let answers = operation.get("responses").and_then(Value::as_object).cloned().unwrap_or_default();
        let answers: Map<String, Value> =
            answers.iter().map(|(status, answer)| (status.clone(), self.content(answer))).collect();
        json!({
            "operation": wanted.as_str(),
            "summary": operation.get("summary").map(shortened),
            "says": operation.get("description").map(shortened),
            "deprecated": operation.get("deprecated"),
            "parameters": parameters,
            "request": body,
            "answers": answers,
        })
    }

    /// The properties of what a request or an answer holds, whatever form it is sent in.
    fn content(&mut self, holder: &Value) -> Value {
        let holder = resolved(self.document, holder);
        let content = holder.get("content").and_then(Value::as_object);
        // Version 2 has the schema there itself.
        let schema =
            content.and_then(|content| content.values().next()?.get("schema")).or_else(|| holder.get("schema"));
        schema.map_or(Value::Null, |schema| self.schema(schema, 0))
    }

    /// The names of a schema's properties, each with what is in it.
    fn schema(&mut self, schema: &Value, depth: usize) -> Value {
        let schema = resolved(self.document, schema);
        if depth >= DEEPEST || self.names.len() >= MOST_NAMES {
            return Value::Null;
        }
        for value in schema.get("enum").and_then(Value::as_array).into_iter().flatten() {
            self.name(Some(value));
        }
        let mut inside = Map::new();
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            self.name(Some(&Value::from(name.as_str())));
            let within = self.schema(property, depth + 1);
            let says = resolved(self.document, property).get("description").map(shortened);
            inside.insert(name.clone(), if within.is_null() { says.unwrap_or_default() } else { within });
        }
        for part in ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|name| schema.get(name)?.as_array()).flatten() {
            if let Value::Object(more) = self.schema(part, depth + 1) {
                inside.extend(more);
            }
        }
        if let Some(items) = schema.get("items")
            && let Value::Object(more) = self.schema(items, depth + 1)
        {
            inside.extend(more);
        }
        if inside.is_empty() { Value::Null } else { Value::Object(inside) }
    }

    /// A name that code can hold.
    fn name(&mut self, name: Option<&Value>) {
        let name = name.and_then(Value::as_str).filter(|name| !name.trim().is_empty() && name.len() <= 100);
        let Some(name) = name.filter(|name| !name.contains(['`', '\n'])) else { return };
        if self.names.len() < MOST_NAMES && !self.names.iter().any(|known| known == name) {
            self.names.push(name.to_owned());
        }
    }
}

/// A description, shortened to what a model needs.
fn shortened(value: &Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > LONGEST_WORDS => {
            Value::from(text.chars().take(LONGEST_WORDS).chain(['…']).collect::<String>())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YAML: &str = "
openapi: 3.0.3
paths:
  /v1/orders/{id}:
    parameters:
      - { name: id, in: path, required: true, schema: { type: string } }
    patch:
      summary: Change an order
      description: Changes what is given.
      parameters:
        - $ref: '#/components/parameters/Notify'
      requestBody:
        content:
          application/json:
            schema: { $ref: '#/components/schemas/Order' }
            example: { note: gift, per_page: 5 }
      responses:
        200: { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } }
components:
  parameters:
    Notify: { name: X-Notify, in: header, description: Who is told. }
  schemas:
    Order:
      properties:
        note: { type: string, description: A note. }
        state: { type: string, enum: [open, shipped] }
        next: { $ref: '#/components/schemas/Order' }
";

    fn operation(text: &str) -> Operation {
        Operation::parse(text).unwrap()
    }

    #[test]
    fn an_operation_is_described_with_its_names_and_its_example() {
        let read = Specification::read(YAML).unwrap();
        let found = read.operation(&operation("PATCH /v1/orders/{order}")).unwrap();
        assert_eq!(found.says["summary"], "Change an order");
        assert_eq!(found.says["parameters"][1]["says"], "Who is told.");
        assert_eq!(found.says["answers"]["200"]["note"], "A note.");
        for name in ["id", "X-Notify", "note", "state", "shipped"] {
            assert!(found.names.iter().any(|known| known == name), "{name}: {:?}", found.names);
        }
        let example = found.example.unwrap();
        assert_eq!((example.language.as_str(), example.code.contains("\"per_page\": 5")), ("json", true));
        for none in ["GET /v1/orders/{id}", "PATCH /v1/orders", "PATCH /v2/orders/{id}"] {
            assert_eq!(read.operation(&operation(none)), None, "{none}");
        }
    }

    #[test]
    fn samples_are_taken_word_for_word_and_what_is_odd_is_passed_over() {
        let document = |operation: &str| {
            Specification::read(&format!(r#"{{"swagger":"2.0","paths":{{"/a":{{"get":{operation}}}}}}}"#)).unwrap()
        };
        let sample = r#"{"x-codeSamples":[{"lang":"cURL","source":"curl -X GET \\\n  https://api.example.com/a\n"}]}"#;
        let found = document(sample).operation(&operation("GET /a")).unwrap().example.unwrap();
        assert_eq!(found.code, "curl -X GET \\\n  https://api.example.com/a");
        assert_eq!(found.language, "bash");
        for odd in [
            r#"{"parameters":7,"responses":[],"requestBody":"x"}"#,
            r##"{"requestBody":{"$ref":"#/paths/~1a/get/requestBody"}}"##,
            r#"{"parameters":[{"in":"body","schema":{"properties":{"a":{"items":{"enum":[1,"b"]}}}}}]}"#,
        ] {
            assert!(document(odd).operation(&operation("GET /a")).is_some(), "{odd}");
        }
        assert!(Specification::read("a: 1").unwrap_err().starts_with("is not an OpenAPI document"));
    }
}
