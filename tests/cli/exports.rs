//! Exports as gateways, clouds and databases write them: each recipe in docs/usage.md, tried out.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::desk::{Desk, WINDOW_DAY, with_rows};
use crate::said::number;

/// An export for each recipe: Ann calls only the new version, Bob the old one as well.
fn export(name: &str) -> Vec<u8> {
    match name {
        "Kong" => {
            let line = |who: &str, path: &str| {
                json!({
                    "request": { "method": "GET", "uri": path, "url": format!("http://api.example.com:8000{path}") },
                    "response": { "status": 200, "size": 512 }, "service": { "name": "orders" }, "client_ip": "192.0.2.7",
                    "started_at": 1_801_476_000_123_i64,
                    "consumer": { "id": "7d1c", "username": who },
                })
            };
            let anonymous = json!({ "request": { "method": "GET", "uri": "/health" }, "started_at": 1_801_476_000_000_i64 });
            let lines = [line("ann@a.example", "/v2/orders?limit=5"), line("bob@b.example", "/v1/orders"), line("bob@b.example", "/v2/orders"), anonymous];
            lines.map(|line| line.to_string() + "\n").concat().into_bytes()
        }
        "nginx and Apache" => {
            let line = |who: &str, request: &str| format!("192.0.2.7 - {who} [20/Jan/2027:08:15:00 +0000] \"{request}\" 200 512 \"-\" \"curl/8.5.0\"\n");
            [("ann@a.example", "GET /v2/orders?limit=5 HTTP/1.1"), ("bob@b.example", "GET /v1/orders HTTP/1.1"), ("bob@b.example", "GET /v2/orders HTTP/2.0"), ("-", "\\x16\\x03\\x01")]
                .map(|(who, request)| line(who, request)).concat().into_bytes()
        }
        "CloudWatch" => {
            let row = |who: &str, path: &str| {
                json!([{ "field": "user", "value": who }, { "field": "method", "value": "GET" }, { "field": "path", "value": path }, { "field": "calls", "value": "7" }])
            };
            let rows = [row("ann@a.example", "/v2/orders"), row("bob@b.example", "/v1/orders"), row("bob@b.example", "/v2/orders"), row("", "/health")];
            serde_json::to_vec_pretty(&json!({ "results": rows, "statistics": { "recordsMatched": 28.0 }, "status": "Complete" })).unwrap()
        }
        "API Gateway" => {
            let line = |key: &str, path: &str| {
                let call = json!({ "requestId": "c6af9ac6", "ip": "192.0.2.7", "caller": "-", "user": "-", "requestTime": "20/Jan/2027:08:15:00 +0000", "httpMethod": "GET", "path": path, "status": "200", "protocol": "HTTP/1.1", "apiKeyId": key });
                format!("2027-01-20T08:15:00.123Z {call}\n")
            };
            let lines = [line("k-ann", "/v2/orders"), line("k-bob", "/v1/orders"), line("k-bob", "/v2/orders"), line("k-monitor", "/v1/orders")];
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(lines.concat().as_bytes()).unwrap();
            encoder.finish().unwrap()
        }
        "Datadog" => {
            let row = |who: Option<&str>, url: &str| {
                json!({ "id": "AwAA", "type": "log", "attributes": { "timestamp": "2027-01-20T08:15:00.123Z", "service": "api", "attributes": { "http": { "method": "GET", "url": url, "status_code": 200 }, "usr": who.map(|who| json!({ "email": who })) } } })
            };
            let rows = [row(Some("ann@a.example"), "https://api2.example.com/orders"), row(Some("bob@b.example"), "https://api.example.com/orders"), row(Some("bob@b.example"), "https://api2.example.com/orders"), row(None, "https://www.example.com/")];
            json!({ "data": rows, "meta": { "elapsed": 132, "page": {} } }).to_string().into_bytes()
        }
        "Moesif" => {
            let row = |who: Option<&str>, uri: &str| {
                json!({ "_id": "x", "user_id": who, "company_id": "acme", "request": { "time": "2027-01-20T08:15:00.123", "verb": "GET", "uri": uri, "headers": {} }, "response": { "status": 200 } })
            };
            json!([row(Some("ann@a.example"), "https://api.example.com/v2/orders"), row(Some("bob@b.example"), "https://api.example.com/v1/orders"), row(Some("bob@b.example"), "https://api.example.com/v2/orders"), row(None, "https://api.example.com/health")]).to_string().into_bytes()
        }
        "BigQuery" => {
            let row = |who: &str, version: &str| json!({ "user_email": who, "api_version": version, "calls": "7", "last_call": "2027-01-20 08:15:00 UTC" }).to_string() + "\n";
            [row("ann@a.example", "v2"), row("bob@b.example", "v1"), row("bob@b.example", "v2"), row("ann@a.example", "internal")].concat().into_bytes()
        }
        "Postgres" => b"customer,v1,v2,last_v1\nann@a.example,0,7,\nbob@b.example,7,0,2027-01-20 08:15:00.123+00\nbob@b.example,0,7,\nann@a.example,0,0,NULL\n".to_vec(),
        "Excel in German" => "\u{feff}sep=;\r\nKunde;Aufrufe alt;Aufrufe neu;zuletzt\r\nann@a.example;0;7;\r\nbob@b.example;7;0;20.01.2027 08:15\r\nBob <bob@b.example>;0;7;\r\nann@a.example;0;0;\r\n".as_bytes().to_vec(),
        other => panic!("no export for {other}"),
    }
}

/// Ann, Bob and Cy, segmented, with this in [usage].
fn with_usage(usage: &str) -> Desk {
    let row = |id: &str, email: &str| json!({ "id": id, "name": id, "email": email, "tags": ["api-v1", "rest"] });
    let desk =
        Desk::at(with_rows(vec![row("c1", "ann@a.example"), row("c2", "bob@b.example"), row("c3", "cy@c.example")]));
    let own = std::fs::read_to_string(desk.path("campaign.toml")).unwrap();
    let (before, after) = own.split_once("[usage]\n").unwrap();
    let after = after.split_once("\n\n").unwrap().1;
    desk.write("campaign.toml", &format!("{before}{usage}\n{after}"));
    desk.write("keys.csv", "k-ann,ann@a.example\nk-bob,c2\nk-monitor,\n");
    desk.segment();
    desk.on(WINDOW_DAY)
}

#[test]
fn each_recipe_reads_its_export_with_one_command() {
    let page = include_str!("../../docs/usage.md");
    let mut tried = 0;
    for recipe in page.split("\n## ").skip(1) {
        let (name, text) = recipe.split_once('\n').unwrap();
        let usage: String =
            text.lines().filter_map(|line| line.strip_prefix("    ")).map(|line| format!("{line}\n")).collect();
        let desk = with_usage(&usage);
        std::fs::write(desk.path("export"), export(name)).unwrap();
        let files = desk.files();
        let explained = desk.run("track --usage campaigns/api-v2/export --explain --json").well().json();
        assert!(desk.files() == files, "{name}: something was written");
        let rows = ["rows", "old_rows", "new_rows", "neither_rows"].map(|field| explained[field].as_u64().unwrap());
        let monitored = usize::from(name == "API Gateway");
        assert_eq!(rows, [4, 1 + monitored as u64, 2, 1 - monitored as u64], "{name}: {explained:#}");
        let told = desk.run("track --usage campaigns/api-v2/export --json").well().json();
        assert_eq!(
            (number(&told, "/customers"), number(&told, "/started"), number(&told, "/completed")),
            (2, 2, 0),
            "{name}"
        );
        tried += 1;
    }
    assert_eq!(tried, 9);
}

#[test]
fn several_files_are_one_report() {
    let desk = with_usage("[usage]\nquiet_days = 0\n");
    let head = "contact,old_calls,new_calls\n";
    desk.write("a.csv", &format!("{head}ann@a.example,0,7\nbob@b.example,0,7\n"));
    desk.write("b.csv", &format!("{head}bob@b.example,1,0\ncy@c.example,x,0\n"));
    let told = desk.run("track --usage campaigns/api-v2/a.csv campaigns/api-v2/b.csv --json").ends(1).json();
    assert_eq!(told["contacts"]["completed"], json!(["ann@a.example"]));
    assert_eq!(told["unreadable_rows"][0]["file"], "campaigns/api-v2/b.csv");
    let _ = desk
        .run("track --usage campaigns/api-v2/a.csv --usage campaigns/api-v2/b.csv")
        .ends(1)
        .says("campaigns/api-v2/b.csv, line 3: old_calls is `x`");
}

#[test]
fn explaining_shows_columns_kinds_of_rows_and_the_paths_that_nothing_knows() {
    let change = "[[change]]\nid = \"x\"\ntitle = \"X\"\ntext = \"x\"\noperations = [\"GET /orders/{id}\"]\n";
    let desk = with_usage(
        "[usage]\ncolumns = { contact = \"consumer.username\", path = \"request.uri\" }\nold = { path = \"/v1/\" }\n",
    );
    let own = std::fs::read_to_string(desk.path("campaign.toml")).unwrap();
    desk.write("campaign.toml", &format!("{own}\n{change}"));
    let call = |who: &str, path: &str| {
        format!("{{\"consumer\": {{\"username\": \"{who}\"}}, \"request\": {{\"uri\": \"{path}\"}}, \"x\": 1}}\n")
    };
    let lines =
        [call("ann@a.example", "/v1/orders/77"), call("ann@a.example", "/v1/orders/78"), call("zed", "/health")]
            .concat();
    desk.write("calls.json", &lines);
    let said = desk.run("track --usage campaigns/api-v2/calls.json --explain").well();
    let _ = said
        .says("campaigns/api-v2/calls.json: JSON lines, 3 rows")
        .says("contact    consumer.username")
        .says("not used: x")
        .says("rows: 2 old, 0 new, 1 neither")
        .says("2  /v1/orders/{…}")
        .says("1  /health")
        .says("line 3 is about zed")
        .says("Nothing was written");
    let _ = desk
        .run("track --usage campaigns/api-v2/calls.json")
        .well()
        .says("1 call only paths that match no operation")
        .says("/v1/orders/{…} in 2 rows");
}

#[test]
fn an_anonymous_old_call_is_reported_and_exits_with_1() {
    let desk = with_usage(
        "[usage]\nformat = \"combined\"\nquiet_days = 0\n[usage.old]\npath = \"/v1/\"\n[usage.new]\npath = \"/v2/\"\n",
    );
    let line = |who: &str, path: &str, status: u16| {
        format!("192.0.2.7 - {who} [20/Jan/2027:08:15:00 +0000] \"GET {path} HTTP/1.1\" {status} 5 \"-\" \"-\"\n")
    };
    let well = [line("ann@a.example", "/v2/x", 200), line("-", "/v1/x", 401), line("-", "/", 200)].concat();
    desk.write("access.log", &(well.clone() + &line("-", "/v1/x", 200)));
    let _ = desk
        .run("track --usage campaigns/api-v2/access.log")
        .ends(1)
        .says("1 of 4 rows could not be read: it has old calls and names no customer");
    assert_eq!(desk.run("status --contact ann@a.example --json").well().json()["stage"], "started");
    desk.write("access.log", &well);
    let _ = desk.run("track --usage campaigns/api-v2/access.log").well().says("1 completed");
}
