//! The templates in the binary, used where a campaign has none of its own.

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../../templates/", $name)))),*]
    };
}

/// Name and text of each.
pub const BUILT_IN: [(&str, &str); 10] = built_in![
    "announce.md",
    "prepare.md",
    "window.md",
    "final.md",
    "complete.md",
    "correction.md",
    "partials/changes.md",
    "partials/dates.md",
    "partials/help.md",
    "partials/what-stops.md",
];
