use super::*;

/// A phase's line as in `status`.
fn table(width: usize) -> Table {
    let columns = [
        Column::name("segment"),
        Column::number("recipients").or("all"),
        Column::number("acknowledged").or("ack'd"),
        Column::number("left").if_filled(),
        Column::word("share").if_room(),
    ];
    let mut table = Table::new(columns, width);
    table.row(["webhooks-of-everybody", "120000", "·", "·", "25 %"]);
    table.row(["rest", "7", "10", "·", "100 %"]);
    table
}

#[track_caller]
fn shown(table: &Table) -> String {
    let bold = anstyle::Style::new().bold();
    let text = table.render().replace(&format!("{bold}"), "").replace(&format!("{bold:#}"), "");
    assert!(text.lines().all(|line| line.width() <= table.width), "{text}");
    text
}

#[test]
fn where_there_is_room_everything_is_shown_but_what_is_empty() {
    insta::assert_snapshot!(shown(&table(60)), @r"
    segment                recipients  acknowledged  share
    webhooks-of-everybody      120000             ·  25 %
    rest                            7            10  100 %
    ");
}

#[test]
fn extras_go_first_then_long_headings_then_the_ends_of_names() {
    insta::assert_snapshot!(shown(&table(50)), @r"
    segment                recipients  acknowledged
    webhooks-of-everybody      120000             ·
    rest                            7            10
    ");
    insta::assert_snapshot!(shown(&table(46)), @r"
    segment                   all  ack'd
    webhooks-of-everybody  120000      ·
    rest                        7     10
    ");
    insta::assert_snapshot!(shown(&table(30)), @r"
    segment             all  ack'd
    webhooks-of-ev…  120000      ·
    rest                  7     10
    ");
}

#[test]
fn where_no_heading_has_room_each_row_has_lines_of_its_own() {
    assert!(!table(20).fits());
    insta::assert_snapshot!(shown(&table(20)), @r"
    webhooks-of-everybo…
      recipients 120000
    rest
      recipients 7,
        acknowledged 10
    ");
}

#[test]
fn text_goes_on_in_the_next_line_below_itself() {
    let mut table = Table::new([Column::word("kind"), Column::text("what")], 40);
    table.row(["bounced", "it bounced; contact them in another way"]);
    insta::assert_snapshot!(shown(&table), @r"
    kind     what
    bounced  it bounced; contact them in
             another way
    ");
}

#[test]
fn wide_characters_are_cut_where_they_end() {
    assert_eq!(cut("株式会社みどり", 7), "株式会…");
    assert_eq!(cut("株式会社", 8), "株式会社");
    assert_eq!(cut("Ann Lee", 5), "Ann…");
}
