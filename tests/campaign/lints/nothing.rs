//! Correct texts, which must have no findings.

use super::{CAMPAIGN, DAY, found, found_with, shown, template};
use crate::build::recipient;

/// Bodies without mistakes.
const RIGHT: &[&str] = &[
    "It ends on 30 April 2027, a Friday.",
    "It ends on Friday, 30 April 2027.",
    "It ends on Friday, {{ campaign.deadline | date(format=\"%-d %B %Y\") }}.",
    "It ends on {{ campaign.deadline | date(format=\"%A, %-d %B %Y\") }}.",
    "It ends on April 30, 2027, at the end of the day.",
    "It ends on 30/04/2027. It ends on 04/30/2027.",
    "Am 30. April, Freitag, den 30. April 2027.",
    "The first mail was sent on 30 January 2027, the second on 1 March.",
    "You have until {{ campaign.deadline }}. Sent on {{ send_date }}.",
    "In May 2027 all is done; may 2 requests fail? No.",
    "From Saturday, 1 May 2027, the new header is needed. Ab dem 1. Mai 2027 gilt der neue Header.",
    "A partir del sábado, 1 de mayo de 2027, solo vale la cabecera nueva.",
    "Version 1.2.3 of 2027, RFC 9110, port 8080, 12/4 of it.",
    "See [the notes](https://docs.acme.com/2026-01-15/notes) of `API-Version: 2026-01-15`.",
    "```\n{\"created_at\": \"2026-12-24T09:00:00Z\"}\n```",
    "Use the todo list. The xxx-rated is off.",
    "A task list:\n\n- [ ] Test it\n- [x] Done",
    "- [ ] (optional) Test it",
    "See [the guide](https://docs.acme.com/v2#auth \"Guide\"), or <https://docs.acme.com>.",
    "See https://docs.acme.com/v2?x=1&y=2, or https://docs.acme.com.",
    "See [https://docs.acme.com](https://docs.acme.com/).",
    "Write to [us](mailto:support@acme.com?subject=v2), or <support@acme.com>, or call [us](tel:+49301234).",
    "See [the guide][g].\n\n[g]: https://docs.acme.com/v2",
    "See [your page](https://app.acme.com/c/{{ contact.id }}?m={{ contact.email }}).",
    "Point it at https://your-host.example/hooks.",
    "Copy `.env.example` to `.env`, and run `api.test.js`.",
    "array[0][1], f(x)[y] and a [note] (really).",
    "```json\n{\"a\": [1, 2, {\"b\": null}], \"c\": \"⚡\"}\n```",
    "```json\n[]\n```",
    "```\n{\"a\": 1, ...}\n```",
    "``` json\n{\"a\": ...}\n```",
    "```json\n{\"a\": /* one */ 1}\n```",
    "```json\n// a comment\n{}\n```",
    "```json\n{\"orders\": [{\"id\": 1042}, ...], \"next_cursor\": null}\n```",
    "```yaml\nkey: ${{ secrets.KEY }}\n```",
    "```\n{ order(id: 1) { id amount } }\n```",
    "```graphql\nquery { order { id } }\n```",
    "```python\nprint({'a': 1})\n```",
    "```yaml\nkey: ${{ \"{{\" }} secrets.KEY }}\n```",
    "```\nls -la\n```\n\n~~~\nls\n~~~\n\n````\n```\n````",
    "    indented code {% raw %}{x}{% endraw %}",
    "```sh\ncurl https://api.acme.com/v2\n```",
    "```sh\ncurl -sSL -X POST \"https://api.acme.com/v2\" \\\n  -H \"Authorization: Bearer $KEY\" \\\n  -H 'Content-Type: application/json' \\\n  -d '{\"a\": [1]}' | jq .\n```",
    "```sh\ncurl -XPOST -uuser:pass --data-raw '{\n  \"a\": 1\n}' https://api.acme.com/v2 > out.json\n```",
    "```sh\ncurl --no-progress-meter -H \"Authorization: Bearer <key>\" <url>\n```",
    "```sh\ncurl -d '{\"key\": \"<key>\", ...}' $BASE_URL/v2\n```",
    "```console\n$ curl -I https://api.acme.com/v2 # only the head\nHTTP/2 200\n$ curl -G https://api.acme.com/v2 --data-urlencode \"q=a b\"\n```",
    "```sh\ncurl -o - -w '%{http_code}\\n' https://api.acme.com && echo done\n```",
    "```sh\ncurl --ssl-sessions s.txt --sigalgs ECDSA+SHA256 --none-yet https://api.acme.com/v2\n```",
    "```sh\ncurl --help all\n\ncurl -sX POST -cjar -H X-Empty: https://api.acme.com/v2 |\n  jq .\n```",
    "```sh\nKEY=x\ncurl --url https://api.acme.com -K ~/.curlrc\n```",
    "In a sentence, `curl -X` is how it begins.",
    "Write `<key>`, or \\<key>, or 3 < 4 and 5 > 4, a &lt; b.",
    "We offer an endpoint for both; the API offers cursors, and offers are read as before.",
    "The `discount` field is now `reduction`; `buy` and `sell` stay as they are.",
    "Upgrade your client to v2 before the last day, then act. Do not miss the header.",
    "20 % of the requests fail; save the answer; the deal with errors is: retry. Best regards.",
    "```\nbuy now, 20% off, special offer\n```",
    "```\naccount={{ contact.id }}\nleft={{ days_left }}\n```",
    "{#- TODO: more -#}Hello.{{- vars.new -}}",
    "{{ [change.title for change in changes] | join(sep=\", \") }}{% if True %}.{% endif %}",
    "{% if not contact.tags %}Hello.{% endif %}{% set n = \"x\" %}{{ n | upper }}",
    "Step 1 may fail, step 2 may not. 24/7/365, 1/2, RFC 9110 - 2, 2027-04-30/2027-04-30.",
    "From 30 April 2027, Monday to Friday from 9 to 5. The sun, 30 April. Next steps this way.",
    "See https://api.test.acme.com, https://www.example.acme.com/v2 and https://my-example.acme.com.",
    "Write https://, not http:, in front. (See https://docs.acme.com/v2.)",
    "Copy `${HOME}` and `%PATH%`; 100% of it, 5 % of that.",
    "Non\u{a0}breaking, soft\u{ad}hyphen, 👩\u{200d}💻, \u{200f}عربي\u{200e}.",
    "````md\n```json\n{\n````",
    "```jsonc\n// x\n{}\n```",
    "```sh\ncurl https://api.acme.com/v2 2>&1 |jq .\ncurl https://api.acme.com/v2 >out\n```",
    "```sh\ncurl https://api.acme.com/v2 -d '&a=1' -w ';' -o '>x' && echo “done”\n```",
    "```sh\ncurl https://api.acme.com/v2 -d @- <<EOF\n{\"a\": \"curl\"}\nEOF\n```",
    "```sh\ncurl https://api.acme.com/v2 -d @- << 'END'\n{\"a\": $X}\nEND\nls\n```",
    "",
    "مرحبا {{ contact.name }}، 日本語 – “quoted” … 🎉",
];

#[test]
fn correct_texts_have_no_findings() {
    assert_eq!(shown(&found(CAMPAIGN, &[])), "");
    let alarms = RIGHT.iter().map(|body| (body, shown(&found(CAMPAIGN, &[("announce.md", &template(body))]))));
    let false_alarms: Vec<_> = alarms.filter(|(_, found)| !found.is_empty()).collect();
    assert!(false_alarms.is_empty(), "{false_alarms:#?}");
}

#[test]
fn the_dates_that_variables_name_are_the_campaigns_own() {
    let campaign = CAMPAIGN
        .replace("new = \"v2\"", "new = \"v2\"\nfreeze = 2027-04-20\nbeta = { opens = \"15 March 2027\" }")
        .replace("Send a bearer token.", "Keys made before 2 February 2027 stay.");
    let body = template(
        "{{ vars.freeze }} {{ vars.beta.opens }}: nothing changes from 20 April 2027 on; it opens 15 March, keys made before 2 February 2027 stay.",
    );
    assert_eq!(shown(&found(&campaign, &[("announce.md", &body)])), "");
}

#[test]
fn an_example_campaign_may_name_the_documentations_hosts() {
    for from in ["migrations@example.com", "a@b.example", "x@api.example.org"] {
        let campaign = CAMPAIGN.replace("migrations@acme.com", from);
        let body = template("See https://docs.example.com/v2 and https://api.your-company.com.");
        let problems = found(&campaign, &[("announce.md", &body)]);
        assert_eq!(shown(&problems), "", "{from}");
    }
}

#[test]
fn the_words_of_a_contacts_tags_are_not_the_authors() {
    let people = [recipient("a", "rest", &["TODO", "api-v1", "rest", "todo"])];
    let body = template("{% if \"gold\" in contact.tags %}gold{% endif %}");
    assert_eq!(shown(&found_with(CAMPAIGN, &[("announce.md", &body)], DAY, &people)), "");
}
