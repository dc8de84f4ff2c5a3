//! The rules that findings are about. Their names stand in `--json` and in `[[allow]]`, and do not change.

use strum::{Display, EnumIter, EnumString};

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, EnumIter)]
#[strum(serialize_all = "kebab-case")]
pub enum Rule {
    /// The campaign file says something it may not say.
    Campaign,
    /// A template cannot be read or rendered.
    Template,
    /// A template uses a variable that is not there.
    UnknownVariable,
    /// A template steers the text by a personal value, or changes one.
    PersonalValue,
    /// A variable that no template uses.
    UnusedVariable,
    /// A template that no phase uses.
    UnusedTemplate,
    /// A date that is not one of the campaign.
    Date,
    /// A weekday that does not fit its date.
    Weekday,
    /// What an author meant to replace.
    Leftover,
    /// A character that cannot be seen.
    HiddenCharacter,
    /// A host of the documentation's in a real campaign.
    ExampleHost,
    /// A link that cannot be followed.
    Link,
    /// A link that does not answer.
    DeadLink,
    /// A code block that does not end.
    Fence,
    /// An example that is not the JSON it seems.
    Json,
    /// A `curl` command that does not work.
    Curl,
    /// An example that the campaign's own check refuses.
    CodeCheck,
    /// Code that is the same before and after.
    SameCode,
    /// Raw HTML, which the server drops.
    RawHtml,
    /// A subject that is too long.
    SubjectLength,
    /// A body that is too long.
    BodyLength,
    /// Words of advertising.
    Advertising,
    /// A promise that nothing in the campaign file makes.
    Promise,
    /// A change of others that a text names.
    OthersChange,
    /// A text that was composed from other facts than today's.
    Composed,
    /// A personal value inside code.
    PersonalInCode,
    /// A change still as `import` wrote it.
    Unedited,
    /// A segment that no change concerns.
    SegmentWithoutChanges,
    /// A segment nobody can be in.
    SegmentForNobody,
    /// A change nobody reads.
    ChangeForNobody,
    /// A phase nobody gets.
    PhaseForNobody,
    /// A phase that is due on a Saturday or a Sunday.
    Weekend,
    /// A campaign that names nothing to do.
    NothingToDo,
    /// The deadline has passed.
    DeadlinePassed,
    /// An `[[allow]]` that allows nothing.
    UnusedAllow,
}

impl Rule {
    /// Whether what breaks it cannot be used at all; everything else is held by a gate, or only worth a look.
    pub(crate) fn invalidates(self) -> bool {
        matches!(self, Self::Campaign | Self::Template | Self::UnknownVariable | Self::PersonalValue)
    }

    /// Whether `[[allow]]` may say that a finding is right as it is.
    pub(crate) fn can_be_allowed(self) -> bool {
        !self.invalidates() && !matches!(self, Self::DeadlinePassed | Self::UnusedAllow)
    }
}
