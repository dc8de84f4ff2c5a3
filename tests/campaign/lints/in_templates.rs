//! Mistakes in templates.

use super::{BODY, CAMPAIGN, found, is_found_once, no_trouble, template, trouble};

/// Bodies with a mistake, the rule they break, and where.
const BODIES: &[(&str, &str, &str)] = &[
    // Dates that are not the campaign's: the deadline is 30 April 2027, phases are due 30 January, 1 March, 31 March
    // and 23 April.
    ("It ends on 31 May 2027.", "date", "31 May"),
    ("It ends on 2027-05-01.", "date", "2027-05-01"),
    ("It ends on 30 April 2028.", "date", "30 April"),
    ("It ends on April 29, 2027.", "date", "April 29"),
    ("It ends on April 29th.", "date", "April 29th"),
    ("It ends on the 29th of April 2027.", "date", "29th"),
    ("It ends on 29 Apr. 2027.", "date", "29 Apr."),
    ("Es endet am 29. April 2027.", "date", "29. April"),
    ("Es endet am 1. Mai.", "date", "1. Mai"),
    ("Es endet am 01.05.2027.", "date", "01.05.2027"),
    ("It ends on 5/31/2027.", "date", "5/31/2027"),
    ("It ends on **31 May 2027**.", "date", "31 May"),
    ("- It ends on 31 May 2027", "date", "31 May"),
    ("> It ends on 31 May 2027", "date", "31 May"),
    ("## It ends on 31 May", "date", "31 May"),
    ("[It ends on 31 May](https://docs.acme.com)", "date", "31 May"),
    ("It ends on 31\nMay 2027.", "date", "31\nMay"),
    ("It ends on 31 April 2027.", "date", "31 April"),
    ("It ends on 2027-02-30.", "date", "2027-02-30"),
    ("It ends on 2027-13-01.", "date", "2027-13-01"),
    ("It ends on 30 February.", "date", "30 February"),
    ("It ends on 2027-05-01T00:00:00Z.", "date", "2027-05-01T"),
    ("{% if changes %}It ends on 31 May 2027.{% endif %}", "date", "31 May"),
    ("{{ vars.new }} ends on 31 May 2027.", "date", "31 May"),
    ("It ends on 2027/04/29.", "date", "2027/04/29"),
    ("It ends on 29-04-2027.", "date", "29-04"),
    ("It ends on 29-Apr-2027.", "date", "29-Apr"),
    ("It ends on 29\u{a0}April\u{a0}2027.", "date", "29\u{a0}April"),
    ("It ends on 29 APRIL 2027.", "date", "29 APRIL"),
    ("It ends on 29 april.", "date", "29 april"),
    ("It ends on April the 29th.", "date", "April the"),
    ("It ends on 4/29/27.", "date", "4/29/27"),
    ("Es endet am 29. 4. 2027.", "date", "29. 4."),
    ("It ends on 29/30 April 2028.", "date", "30 April"),
    ("It ends tomorrow.", "date", "tomorrow"),
    // Promises without a basis in the campaign file.
    ("The new version is fully backwards compatible.", "promise", "backwards compatible"),
    ("There is no downtime.", "promise", "no downtime"),
    ("No action is needed.", "contradiction", "No action is needed"),
    ("It ends next\nFriday.", "date", "next"),
    // What is said of the API, and nothing in the campaign file says.
    ("Uploads now require a password.", "claim", "now require"),
    ("The field `orderId` was removed.", "claim", "was removed"),
    // Weekdays that do not match: 30 April 2027 is a Friday.
    ("It ends on Monday, 30 April 2027.", "weekday", "Monday"),
    ("It ends on Thu 30 April 2027.", "weekday", "Thu"),
    ("It ends on Sunday the 30th of April.", "weekday", "Sunday"),
    ("It ends on 30 April 2027 (Saturday).", "weekday", "30 April"),
    ("It ends on 30 April (Sat).", "weekday", "30 April"),
    ("It ends on Tuesday, 2027-04-30.", "weekday", "Tuesday"),
    ("Es endet am Montag, den 30. April 2027.", "weekday", "Montag"),
    ("It ends on **Monday**, 30 April 2027.", "weekday", "Monday"),
    ("Monday, {{ campaign.deadline | date(format=\"%-d %B %Y\") }}", "weekday", "Monday"),
    ("It ends on 30 April 2027, a Monday.", "weekday", "30 April"),
    ("It ends on 30 April 2027, which is a Monday.", "weekday", "30 April"),
    ("30 April 2027 falls on a Monday.", "weekday", "30 April"),
    ("The last day: 30 April 2027, Monday.", "weekday", "30 April"),
    ("On Monday (30 April 2027).", "weekday", "Monday"),
    ("On Monday evening, 30 April.", "weekday", "Monday"),
    ("On MONDAY, 30 April 2027.", "weekday", "MONDAY"),
    ("On monday, 30 april 2027.", "weekday", "monday"),
    ("30.04.2027 (Montag)", "weekday", "30.04.2027"),
    // Leftovers.
    ("Todo: say more.", "leftover", "Todo:"),
    ("The key is CHANGEME.", "leftover", "CHANGEME"),
    ("It ends ??? at noon.", "leftover", "???"),
    ("Dear [First name],", "leftover", "[First"),
    ("Dear {name},", "leftover", "{name}"),
    ("Dear ${customer.name},", "leftover", "${customer"),
    ("Dear %FIRST_NAME%,", "leftover", "%FIRST"),
    ("TODO: say more.", "leftover", "TODO"),
    ("Say more (FIXME).", "leftover", "FIXME"),
    ("Call XXX for more.", "leftover", "XXX"),
    ("The date is TBD.", "leftover", "TBD"),
    ("Lorem ipsum dolor sit amet.", "leftover", "Lorem"),
    ("Use {% raw %}{{ vars.new }}{% endraw %}.", "leftover", "{{ vars.new"),
    ("Use {% raw %}{{ vars.new{% endraw %}.", "leftover", "{{ vars.new"),
    ("Use {% raw %}{% if x{% endraw %}.", "leftover", "{% if x"),
    ("100 %} of it.", "leftover", "%}"),
    ("Use `{% raw %}{{ vars.new }}{% endraw %}`.", "leftover", "{{ vars.new"),
    ("```\n{% raw %}{{ campaign.title }}{% endraw %}\n```", "leftover", "{{ campaign"),
    ("```sh\n# TODO: the key\nls\n```", "leftover", "TODO"),
    ("Here `TODO` stands.", "leftover", "TODO"),
    ("<<<<<<< HEAD", "leftover", "<<<<<<<"),
    ("one\n\n>>>>>>> main", "leftover", ">>>>>>>"),
    // Invisible characters.
    ("Use the\u{200b} key.", "hidden-character", "\u{200b}"),
    ("Use \u{202e}yek eht.", "hidden-character", "\u{202e}"),
    ("Use the \u{7}key.", "hidden-character", "\u{7}"),
    ("```\nls\u{a0}-la\n```", "hidden-character", "\u{a0}-la"),
    ("Say `a\u{200d}\u{200d}b`.", "hidden-character", "\u{200d}"),
    // Documentation hosts.
    ("See [it](https://docs.example.com/v2).", "example-host", "docs.example.com"),
    ("Write to help@example.org.", "example-host", "example.org"),
    ("```\ncurl https://api.example.net/v2\n```", "example-host", "api.example.net"),
    ("See `https://api.acme.example/v2`.", "example-host", "api.acme.example"),
    ("See https://api.acme.test/v2 for more.", "example-host", "api.acme.test"),
    ("Write to x@acme.invalid.", "example-host", "acme.invalid"),
    ("See https://api.your-company.com/v2.", "example-host", "api.your-company.com"),
    // Links.
    ("See [it]().", "link", "[it]"),
    ("See [it](/v2/guide).", "link", "[it]"),
    ("See [it](guide.html).", "link", "[it]"),
    ("See [it](../guide).", "link", "[it]"),
    ("See [it](docs.acme.com/v2).", "link", "[it]"),
    ("See [it](www.acme.com).", "link", "[it]"),
    ("See [it](http:/docs.acme.com).", "link", "[it]"),
    ("See [it](https:docs.acme.com).", "link", "[it]"),
    ("See [it](https//docs.acme.com).", "link", "[it]"),
    ("See [it](htps://docs.acme.com).", "link", "[it]"),
    ("See [it](https://).", "link", "[it]"),
    ("See [it](https://docs).", "link", "[it]"),
    ("See [it](https://docs..acme.com).", "link", "[it]"),
    ("See [it](https://localhost:3000/v2).", "link", "[it]"),
    ("See [it](http://127.0.0.1/v2).", "link", "[it]"),
    ("See [it](http://192.168.1.10/v2).", "link", "[it]"),
    ("See [it](ftp://docs.acme.com).", "link", "[it]"),
    ("See [it](javascript:alert).", "link", "[it]"),
    ("See [it](file:///etc/hosts).", "link", "[it]"),
    ("See [it](#changes).", "link", "[it]"),
    ("Write to [us](mailto:nobody).", "link", "[us]"),
    ("Write to [us](mailto:).", "link", "[us]"),
    ("See [it](https://docs.acme.com/a b).", "link", "[it]"),
    ("See [it] (https://docs.acme.com/v2).", "link", "[it]"),
    ("See [the guide][guide].", "link", "[the guide]"),
    ("See [https://docs.acme.com/v2](https://docs.acme.com/v1).", "link", "[https"),
    ("See http:/docs.acme.com/v2 for more.", "link", "http:/docs"),
    ("See https//docs.acme.com for more.", "link", "https//docs"),
    ("See htps://docs.acme.com for more.", "link", "htps://docs"),
    ("See htttps://docs.acme.com for more.", "link", "htttps://docs"),
    ("See https://docs for more.", "link", "https://docs"),
    ("See https://localhost/v2 for more.", "link", "https://localhost"),
    ("![a picture](picture.png)", "link", "![a"),
    ("See [it][1].\n\n[1]: /v2/guide", "link", "[it]"),
    ("See <https://docs>.", "link", "<https"),
    ("See [it](https://docs.acme.com/v2", "link", "[it]"),
    ("See http://docs.acme.com:99999/v2.", "link", "http://docs"),
    // Code blocks that do not end.
    ("```\nls", "fence", "```"),
    ("```json\n{}", "fence", "```json"),
    ("~~~\nls\n```", "fence", "~~~"),
    ("````\nls\n```", "fence", "````"),
    ("- x\n\n  ```\n  ls", "fence", "```"),
    ("```md\n~~~\nls", "fence", "```md"),
    ("- x\n\t```\n\tls", "fence", "```"),
    // Invalid JSON.
    ("x\n\n    {\"a\": 1,}", "json", "{\"a\""),
    ("- x\n\t```json\n\t{\"é\": 1,}\n\t```", "json", "{\"é\""),
    ("```json\n{\"a\": 1,}\n```", "json", "{\"a\""),
    ("```json\n{\"a\": 1\n```", "json", "{\"a\""),
    ("```json\n{'a': 1}\n```", "json", "{'a'"),
    ("```json\n{a: 1}\n```", "json", "{a:"),
    ("```json\n{\n  \"a\": 1\n  \"b\": 2\n}\n```", "json", "  \"b\""),
    ("```json\n{\"a\": undefined}\n```", "json", "{\"a\""),
    ("```json\n{\"a\": \"x}\n```", "json", "{\"a\""),
    ("```JSON\n[1, 2\n```", "json", "[1"),
    ("```json\n{\"a\": 01}\n```", "json", "{\"a\""),
    ("```json\n{\"a\": True}\n```", "json", "{\"a\""),
    ("```json\n```", "json", "```json"),
    ("```\n{\"a\": 1,}\n```", "json", "{\"a\""),
    ("```\n[{\"a\": 1} {\"b\": 2}]\n```", "json", "[{"),
    ("~~~json\n{\"a\" 1}\n~~~", "json", "{\"a\""),
    ("> ```json\n> {\"a\": 1,}\n> ```", "json", "{\"a\""),
    ("1. x\n\n   ```json\n   {\"a\": 1,}\n   ```", "json", "{\"a\""),
    // curl commands that do not work.
    ("```\ncurl -H \"Authorization: Bearer k https://api.acme.com/v2\n```", "curl", "curl"),
    ("```\ncurl -d '{\"a\": 1} https://api.acme.com/v2\n```", "curl", "curl"),
    ("```sh\ncurl -X\n```", "curl", "curl"),
    ("```sh\ncurl https://api.acme.com/v2 -H\n```", "curl", "curl"),
    ("```sh\ncurl -H -d x https://api.acme.com/v2\n```", "curl", "curl"),
    ("```sh\ncurl -X post https://api.acme.com/v2\n```", "curl", "curl"),
    ("```sh\ncurl -H \"Authorization Bearer\" https://api.acme.com/v2\n```", "curl", "curl"),
    ("```sh\ncurl -H Authorization: Bearer https://api.acme.com/v2\n```", "curl", "curl"),
    ("```sh\ncurl -d '{\"a\": 1,}' https://api.acme.com/v2\n```", "curl", "curl"),
    ("```sh\ncurl --json '{a: 1}' https://api.acme.com/v2\n```", "curl", "curl"),
    ("```sh\ncurl -H “a: b” https://api.acme.com/v2\n```", "curl", "curl"),
    ("```sh\ncurl –X POST https://api.acme.com/v2\n```", "curl", "curl"),
    ("```sh\ncurl https://api.acme.com/v2 \\ \n  -H \"a: b\"\n```", "curl", "\\ \n"),
    ("```sh\ncurl https://api.acme.com/v2\n  -H \"a: b\"\n```", "curl", "  -H"),
    ("```console\n$ curl -H 'a: b https://api.acme.com/v2\n```", "curl", "$ curl"),
    ("```bash\nls\ncurl -Xpost https://api.acme.com/v2\n```", "curl", "curl"),
    ("```sh\nKEY=x curl -X post https://api.acme.com/v2\n```", "curl", "KEY=x"),
    ("```sh\ncurl https://api.acme.com/v2 \\\n```", "curl", "\\\n"),
    ("```sh\ncurl https://api.acme.com/v2 |\n```", "curl", "|"),
    ("```sh\ncurl https://api.acme.com/v2 &&\n\n```", "curl", "&"),
    ("```sh\ncurl https://api.acme.com/v2 -d @- <<'EOF'\n{\"a\": 1,}\nEOF\n```", "curl", "{\"a\""),
    ("```sh\ncurl https://api.acme.com/v2 -d @- <<EOF\n{\"a\": 1}\n```", "curl", "curl"),
    ("x\n\n\tcurl -X", "curl", "curl"),
    // HTML, which the server removes.
    ("Use <b>the new key</b>.", "raw-html", "<b>"),
    ("<div>\nUse the new key.\n</div>", "raw-html", "<div>"),
    ("Send Bearer <key> from now on.", "raw-html", "<key>"),
    ("One<br>two.", "raw-html", "<br>"),
    ("<script>\nx\n</script>", "raw-html", "<script>"),
    ("<!-- for the reviewer -->", "raw-html", "<!--"),
    ("Text <!-- a note --> text.", "raw-html", "<!-- a"),
    // Advertising.
    ("A special offer for you.", "advertising", "special offer"),
    ("This is an exclusive deal.", "advertising", "exclusive deal"),
    ("Our offer ends soon.", "advertising", "Our offer"),
    ("You get a discount.", "advertising", "discount"),
    ("You get 20% off.", "advertising", "20% off"),
    ("You get 20 % off.", "advertising", "20 % off"),
    ("Save up to 30 % with v2.", "advertising", "Save"),
    ("For a limited time, v2 is free.", "advertising", "For a limited"),
    ("A limited-time plan.", "advertising", "limited-time"),
    ("Upgrade now!", "advertising", "Upgrade"),
    ("Upgrade to Pro for more.", "advertising", "Upgrade"),
    ("Buy more calls.", "advertising", "Buy"),
    ("Order today.", "advertising", "Order"),
    ("Start your free trial.", "advertising", "Start"),
    ("Book a demo with us.", "advertising", "Book"),
    ("Use the coupon code V2.", "advertising", "coupon"),
    ("Don't miss out.", "advertising", "Don't"),
    ("It is risk-free.", "advertising", "risk-free"),
    ("Jetzt kaufen.", "advertising", "Jetzt"),
    ("Jetzt mit Rabatt.", "advertising", "Jetzt"),
    ("A **special** offer.", "advertising", "special"),
    // Personal values in code.
    ("Your id is `{{ contact.id }}`.", "personal-in-code", "{{ contact.id"),
    ("Your name is `{{ contact.name }}`.", "personal-in-code", "{{ contact.name"),
    ("```\nname={{ contact.name }}\n```", "personal-in-code", "{{ contact.name"),
];

#[test]
fn each_mistake_in_a_body_is_found_once_at_its_place() {
    // The other phases use every variable.
    no_trouble(BODIES.iter().map(|(body, rule, words)| {
        let problems = found(CAMPAIGN, &[("announce.md", &template(body))]);
        (*body, trouble(&problems, rule, "templates/announce.md", words))
    }));
}

#[test]
fn a_subject_or_body_that_the_server_does_not_take_is_an_error() {
    use mmig::campaign::definition::problem::Severity;
    let subject = format!("+++\nsubject = \"{}\"\n+++\nHello.\n", "x".repeat(999));
    let name = format!("+++\nsubject = \"{}{{{{ contact.name }}}}\"\n+++\nHello.\n", "x".repeat(900));
    let body = template(&"x ".repeat(132_000));
    for (text, rule) in [(&subject, "subject-length"), (&name, "subject-length"), (&body, "body-length")] {
        let problems = found(CAMPAIGN, &[("announce.md", text)]);
        assert_eq!(problems.len(), 1, "{}", super::shown(&problems));
        assert_eq!((problems[0].rule.to_string().as_str(), problems[0].severity), (rule, Severity::Error));
    }
}

#[test]
fn an_option_that_curl_may_not_know_is_a_warning_and_a_command_that_cannot_work_an_error() {
    use mmig::campaign::definition::problem::Severity;
    for (command, severity) in [
        ("curl --heder 'a: b' https://api.acme.com/v2", Severity::Warning),
        ("curl --request=POST https://api.acme.com/v2", Severity::Warning),
        ("curl -d '{\"a\": 1,}' https://api.acme.com/v2", Severity::Error),
        ("curl https://api.acme.com/v2 \\", Severity::Error),
        ("curl -H 'a: b https://api.acme.com/v2", Severity::Error),
    ] {
        let problems = found(CAMPAIGN, &[("announce.md", &template(&format!("```sh\n{command}\n```")))]);
        is_found_once(
            &problems,
            command,
            "curl",
            "templates/announce.md",
            if command.ends_with('\\') { "\\\n" } else { "curl" },
        );
        assert_eq!(problems[0].severity, severity, "{command}");
    }
}

#[test]
fn a_mistake_in_a_shared_part_is_found_once_in_that_part() {
    let part = ("partials/end.md", "Ends on 31 May 2027.\n");
    let body = template(&format!("{BODY}\n\n{{% include \"partials/end.md\" %}}"));
    let problems = found(CAMPAIGN, &[("announce.md", &body), ("final.md", &body), part]);
    is_found_once(&problems, "a part", "date", "templates/partials/end.md", "31 May");
}

#[test]
fn two_of_the_same_mistake_are_two_findings() {
    let problems = found(CAMPAIGN, &[("announce.md", &template("TODO one.\n\nTODO two."))]);
    let places: Vec<_> = problems.iter().map(|problem| problem.place().0).collect();
    assert_eq!(places, [4, 6]);
}

#[test]
fn what_only_some_customers_read_is_checked_too() {
    for body in [
        "{% if \"gold\" in contact.tags %}TODO{% endif %}",
        "{% if \"gold\" not in contact.tags %}TODO{% endif %}",
        "{% if segment.name == \"rest\" %}TODO{% endif %}",
        "{% for change in changes %}{% if change.id == \"auth\" %}TODO{% endif %}{% endfor %}",
    ] {
        let problems = found(CAMPAIGN, &[("announce.md", &template(body))]);
        is_found_once(&problems, body, "leftover", "templates/announce.md", "TODO");
    }
}

#[test]
fn a_change_of_others_in_a_text_is_found_and_ones_own_is_not() {
    let campaign = format!(
        "{CAMPAIGN}\n[[change]]\nid = \"sign\"\ntitle = \"Events carry a signature\"\ntext = \"Check it.\"\nsegments = [\"webhooks\"]\n"
    );
    let body = template(&format!("{BODY}\n\nEvents carry a signature.\n"));
    let of = |file: &str| {
        let found = found(&campaign, &[(file, body.as_str())]);
        found.iter().filter(|problem| problem.rule.to_string() == "others-change").count()
    };
    assert_eq!((of("announce.rest.md"), of("announce.webhooks.md")), (1, 0));
}

/// The findings of these rules if every phase has this body, each with the words it is about.
fn gaps(campaign: &str, body: &str) -> Vec<(String, String)> {
    let text = template(body);
    let names = ["announce.md", "prepare.md", "window.md", "final.md"];
    let templates: Vec<(&str, &str)> = names.iter().map(|name| (*name, text.as_str())).collect();
    let of = |problem: &mmig::campaign::definition::problem::Problem| {
        let about = problem.about.as_ref().map(|about| about.words.clone()).unwrap_or_default();
        ["missing-change", "incomplete"]
            .contains(&problem.rule.to_string().as_str())
            .then(|| (problem.what.clone(), about))
    };
    found(campaign, &templates).iter().filter_map(of).collect()
}

#[test]
fn facts_that_no_mail_states_are_found_once_for_each_segment() {
    let said = |body: &str| gaps(CAMPAIGN, body).into_iter().map(|(what, _)| what).collect::<Vec<_>>();
    assert_eq!(said(BODY), Vec::<String>::new());
    for (words, gap) in [
        ("It ends on {{ campaign.deadline | date }} and", "gives the deadline"),
        ("and no longer works after that", "what happens after"),
        ("({{ campaign.guide_url }})", "links to guide_url"),
        ("put your old code back", "how to go back"),
    ] {
        assert!(BODY.contains(words), "{words}");
        let steps = "\n\n1. Change it.\n2. Test it.";
        let found = said(&format!("{}{steps}", BODY.replace(words, "so")));
        // One for each of the two segments.
        assert!(found.len() == 2 && found.iter().all(|what| what.contains(gap)), "{words}: {found:?}");
    }
    assert_eq!(
        said(
            "{{ vars.new }} comes. It ends on {{ campaign.deadline | date }}, after that not. {{ campaign.guide_url }}"
        ),
        ["no mail to `rest` names change `auth`, which concerns its customers"]
    );
}

#[test]
fn a_text_that_names_some_of_its_readers_changes_names_all() {
    let campaign = format!(
        "{CAMPAIGN}\n[[change]]\nid = \"sign\"\ntitle = \"Events carry a signature\"\ntask = \"Check the signature\"\ntext = \"Check it.\"\n"
    );
    let first = BODY
        .replace("{% for change in changes %}", "{% for change in changes %}{% if loop.first %}")
        .replace("{% endfor %}", "{% endif %}{% endfor %}");
    let found = gaps(&campaign, &first);
    let (in_texts, in_all): (Vec<_>, Vec<_>) = found.iter().partition(|(what, _)| what.contains("names others"));
    assert!(in_texts.len() == 4 && in_texts.iter().all(|(what, _)| what.contains("`sign`")), "{found:?}");
    assert_eq!(in_all.len(), 1, "{found:?}");
    // In other words, or by its task: it is named.
    for words in ["You must check each signature that events carry.", "- [ ] Check the\n  signature"] {
        assert_eq!(gaps(&campaign, &format!("{first}\n\n{words}")), Vec::new(), "{words}");
    }
}

#[test]
fn the_company_that_signs_as_campaign_toml_has_it_is_not_taken_for_another() {
    let campaign = CAMPAIGN.replace("[campaign]\n", "[campaign]\ncompany = \"Acme\"\nproduct = \"Orders API\"\n");
    let body = template("Hello {{ contact.name }}, {{ vars.new }} comes.\n\nYour Acme team");
    let problems = found(&campaign, &[("announce.md", &body)]);
    assert_eq!(super::shown(&problems), "");
}
