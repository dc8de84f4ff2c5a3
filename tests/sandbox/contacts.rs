//! The address book, seeded or from a file.

use std::io::Write;

use mmig::sandbox::{Contacts, Options, Sandbox, TagWrite};
use serde_json::{Value, json};

use crate::client::{ADMIN, Client, SEND, start};

fn search(client: &Client, tags: &str) -> usize {
    let reply = client.get(SEND, &format!("/v1/contacts/search?tags={tags}"));
    reply.body["contacts"].as_array().expect("contacts").len()
}

#[test]
fn of_300_contacts_270_are_on_api_v1_and_90_of_them_on_each_integration() {
    let client = start(Options::default());
    assert_eq!((search(&client, "api-v1"), search(&client, "api-v2")), (270, 30));
    for integration in ["webhooks", "rest", "graphql"] {
        assert_eq!(search(&client, &format!("api-v1,{integration}")), 90);
    }
    assert_eq!((search(&client, "priority-high"), search(&client, "priority-normal")), (30, 270));
    assert_eq!(search(&client, "-migration-started"), 300);
}

#[test]
fn contacts_are_found_by_part_of_name_or_address() {
    let rows =
        vec![json!({ "id": "1", "name": "Zoë Noël", "email": "z@b.example" }), json!({ "email": "q@c.example" })];
    let client = start(Options { contacts: Contacts::Rows(rows), ..Options::default() });
    let found = |q: &str| client.get(SEND, &format!("/v1/contacts?q={q}")).body["contacts"].clone();
    assert_eq!(found("zo%C3%AB")[0]["id"], "1");
    assert_eq!(found("C.EXAMPLE"), json!([{ "email": "q@c.example" }]));
    assert_eq!(found("nobody"), json!([]));
}

#[test]
fn rows_of_a_file_are_served_as_they_are_however_odd() {
    let rows = json!([
        { "email": "a@b.example" }, { "email": "a@b.example", "tags": null }, { "email": "not an address", "tags": [7] },
        { "id": 5, "name": "\u{1b}[31mred\n", "email": "" }, "a string", null, 7, [],
    ]);
    for json in [rows.clone(), json!({ "contacts": rows })] {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        write!(file, "{json}").expect("written");
        let client = start(Options { contacts: Contacts::File(file.path().into()), ..Options::default() });
        assert_eq!(client.get(SEND, "/v1/contacts").body["contacts"], rows);
    }
}

#[test]
fn a_file_without_a_list_of_contacts_is_refused_at_the_start() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    write!(file, "{{\"people\": []}}").expect("written");
    let options = Options { contacts: Contacts::File(file.path().into()), ..Options::default() };
    assert!(Sandbox::start(options).is_err());
}

fn two() -> Vec<Value> {
    vec![
        json!({ "id": "1", "name": "Ada", "email": "ada@b.example", "tags": ["api-v1"] }),
        json!({ "id": "2", "name": "Bo", "email": "bo@b.example", "tags": ["api-v1"] }),
    ]
}

fn write_tags(tag_write: TagWrite) -> (u16, Value) {
    let client = start(Options { contacts: Contacts::Rows(two()), tag_write, ..Options::default() });
    let body = json!({ "name": "Ada", "email": "ADA@b.example", "tags": ["api-v1", "migration-started"] });
    let status = client.call(SEND, "POST", "/v1/contacts", Some(&body)).status;
    (status, client.get(SEND, "/v1/contacts").body["contacts"].clone())
}

#[test]
fn writing_an_address_that_exists_updates_doubles_or_is_refused_as_set() {
    let (status, rows) = write_tags(TagWrite::Update);
    assert_eq!((status, &rows[0]["tags"], &rows[0]["id"]), (201, &json!(["api-v1", "migration-started"]), &json!("1")));
    let (status, rows) = write_tags(TagWrite::Double);
    assert_eq!((status, rows.as_array().map(Vec::len)), (201, Some(3)));
    assert_ne!(rows[2]["id"], "1");
    let (status, rows) = write_tags(TagWrite::Refuse);
    assert_eq!((status, rows), (409, json!(two())));
}

#[test]
fn a_new_contact_gets_an_id_and_can_be_deleted_with_the_admin_key() {
    let client = start(Options { contacts: Contacts::Rows(two()), ..Options::default() });
    let new = json!({ "name": "Cy", "email": "cy@b.example" });
    let id = client.call(SEND, "POST", "/v1/contacts", Some(&new)).body["id"].as_str().expect("an id").to_owned();
    let delete = |key| client.call(key, "DELETE", &format!("/v1/contacts/{id}"), None).status;
    assert_eq!((delete(SEND), delete(ADMIN), delete(ADMIN)), (403, 200, 404));
}

#[test]
fn people_can_add_change_and_delete_contacts() {
    let client = start(Options { contacts: Contacts::Rows(two()), ..Options::default() });
    client
        .human("contact", &json!({ "email": "ada@b.example", "set": { "id": "9", "name": null }, "add_tags": ["x"] }));
    client.human("contact", &json!({ "id": "2", "drop_tags": ["api-v1"] }));
    client.human("contact", &json!({ "add": 7 }));
    assert_eq!(
        client.look("contacts")["contacts"],
        json!([
            { "id": "9", "email": "ada@b.example", "tags": ["api-v1", "x"] },
            { "id": "2", "name": "Bo", "email": "bo@b.example", "tags": [] },
            7,
        ])
    );
    client.human("contact", &json!({ "id": "9", "delete": true }));
    assert_eq!(search(&client, "api-v1"), 1, "the row that cannot be asked");
}
