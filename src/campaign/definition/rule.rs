//! The rules behind findings. Their names appear in `--json` and in `[[allow]]`, and never change.

use strum::{Display, EnumIter, EnumString};

/// The rule that a finding breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, EnumIter)]
#[strum(serialize_all = "kebab-case")]
pub enum Rule {
    /// The campaign file says something invalid.
    Campaign,
    /// A template cannot be read or rendered.
    Template,
    /// A template uses an unknown variable.
    UnknownVariable,
    /// A template uses a personal value to control the text, or changes one.
    PersonalValue,
    /// A variable that no template uses.
    UnusedVariable,
    /// A template that no phase uses.
    UnusedTemplate,
    /// A date that is not one of the campaign's.
    Date,
    /// A weekday that does not fit its date.
    Weekday,
    /// A time zone that is not in force on the date next to it.
    TimeZone,
    /// A version that is neither the old nor the new one, or the two mixed up.
    Version,
    /// Another company's name or address, or a misspelling of the campaign's own.
    Name,
    /// A contradiction with the rest of the mail, or with the campaign's dates.
    Contradiction,
    /// A key, a token or a password.
    Secret,
    /// A placeholder that the author meant to replace.
    Leftover,
    /// An invisible character.
    HiddenCharacter,
    /// A host reserved for documentation, in a real campaign.
    ExampleHost,
    /// A host that customers cannot or should not reach.
    InternalHost,
    /// A link that cannot be followed.
    Link,
    /// A link that does not respond.
    DeadLink,
    /// A code block that does not end.
    Fence,
    /// An example that looks like JSON and is not valid.
    Json,
    /// A `curl` command that does not work.
    Curl,
    /// An example that cannot be parsed in its language.
    Code,
    /// A paragraph that is shown as code because it is indented.
    IndentedText,
    /// An example that the campaign's own check rejects.
    CodeCheck,
    /// Code that is the same before and after.
    SameCode,
    /// Code before and after that is swapped, or still has the old form.
    BeforeAfter,
    /// Raw HTML, which the server removes.
    RawHtml,
    /// A subject that is too long.
    SubjectLength,
    /// A body that is too long.
    BodyLength,
    /// Words of advertising.
    Advertising,
    /// A promise without a basis in the campaign file.
    Promise,
    /// A sentence about how the API behaves that nothing in the campaign file says.
    Claim,
    /// A change of the readers' that a text, or all of their mails, leaves out.
    MissingChange,
    /// Something that no mail says to a segment: the deadline and what happens after it, the guide,
    /// or how to go back.
    Incomplete,
    /// A text that mentions a change for other customers.
    OthersChange,
    /// A text composed from facts that have changed since.
    Composed,
    /// A personal value inside code.
    PersonalInCode,
    /// A change that is still as imported.
    Unedited,
    /// A segment that no change concerns.
    SegmentWithoutChanges,
    /// A segment that no contact can be in.
    SegmentForNobody,
    /// A change that no customer reads.
    ChangeForNobody,
    /// A phase that no customer gets.
    PhaseForNobody,
    /// A stage tag that another campaign uses too.
    SharedTag,
    /// A campaign without anything to do.
    NothingToDo,
    /// The deadline has passed.
    DeadlinePassed,
    /// An `[[allow]]` without a finding.
    UnusedAllow,
}

impl Rule {
    /// Whether a file that breaks it cannot be used at all; other rules only block sending, or warn.
    pub(crate) fn invalidates(self) -> bool {
        matches!(self, Self::Campaign | Self::Template | Self::UnknownVariable | Self::PersonalValue)
    }

    /// Whether `[[allow]]` may accept such a finding.
    pub(crate) fn can_be_allowed(self) -> bool {
        !self.invalidates() && !matches!(self, Self::DeadlinePassed | Self::UnusedAllow)
    }
}
