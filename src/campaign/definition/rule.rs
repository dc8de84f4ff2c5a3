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
    /// A time zone that is not in force on the day beside it.
    TimeZone,
    /// A version that is neither the old nor the new one, or the two the wrong way round.
    Version,
    /// Another company's name or address, or the own one misspelt.
    Name,
    /// What contradicts the rest of the mail, or the campaign's dates.
    Contradiction,
    /// A key, a token or a password.
    Secret,
    /// What an author meant to replace.
    Leftover,
    /// A character that cannot be seen.
    HiddenCharacter,
    /// A host of the documentation's in a real campaign.
    ExampleHost,
    /// A host that customers cannot reach, or are not meant to.
    InternalHost,
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
    /// An example that cannot be read in the language it is in.
    Code,
    /// A paragraph that is read as code since it is indented.
    IndentedText,
    /// An example that the campaign's own check refuses.
    CodeCheck,
    /// Code that is the same before and after.
    SameCode,
    /// Code before and after that are swapped, or still have the old form.
    BeforeAfter,
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
    /// A sentence about how the API behaves that nothing in the campaign file says.
    Claim,
    /// A change of the readers' that a text, or all of their mails, leaves out.
    MissingChange,
    /// What no mail tells a segment: the deadline and what follows it, the guide, the way back.
    Incomplete,
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
    /// A contact tag that stands for a stage of another campaign as well.
    SharedTag,
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
