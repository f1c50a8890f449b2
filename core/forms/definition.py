"""A form is data: its fields, when each is asked, what is refused, and what is asked again.

After the models of CDISC ODM (form, repeating item group, item, soft and hard checks), FHIR
Questionnaire (enableWhen, repeats) and REDCap's data dictionary; smaller than each of them.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.model.form_record import Course
from core.toml_values import Scalar
from core.words import Shown, translated

Condition = Mapping[str, Scalar | tuple[str, ...]]  # see `core.forms.conditions`


class FieldType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    INTEGER = "integer"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    DATE = "date"
    PARTIAL_DATE = "partial_date"
    TIME = "time"
    INSTANT = "instant"
    TERM = "term"
    RECORD = "record"
    FILE = "file"
    DERIVED = "derived"


class Identifies(StrEnum):
    """What a value gives away of a person: it decides whether a de-identified export may hold it."""

    NO = "no"
    DATE = "date"
    YES = "yes"


class Of(StrEnum):
    """Whose a record is: of the patient whenever it was entered, or of one visit."""

    PATIENT = "patient"
    VISIT = "visit"


class Role(StrEnum):
    """What a mark in a chart is coloured as; the tables of colours are in `resources/styles/`."""

    SUPPORT = "support"
    MEDICINE = "medicine"
    HOSPITAL = "hospital"
    MILESTONE = "milestone"
    REFERENCE = "reference"
    EVENT = "event"
    SERIOUS = "serious"


# The lanes that every chart has; any other is the form's own, and has the title that the form gives it.
PROCEDURES, SUPPORT, ADVERSE_EVENTS = "procedures", "support", "adverse_events"
LANES = (PROCEDURES, SUPPORT, ADVERSE_EVENTS)


class Layout(StrEnum):
    QUESTIONS = "questions"  # below one another, each choice as its buttons
    ROWS = "rows"  # a list of records, and the one that is entered beside it
    GRID = "grid"  # one line a record, its fields side by side
    PAGE = "page"  # groups side by side


@translated
@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a list. ``id`` is stored, ``text`` is shown, ``code`` is what a standard calls it.

    One that is ``alone`` fits beside no other, as "none" does. ``said`` is how it reads in the line of its record,
    where its question is not beside it: "no injury".
    """

    id: str
    text: Shown
    said: Shown = ""
    code: str = ""
    alone: bool = False


@translated
@dataclass(frozen=True, slots=True)
class Field:
    """One value, in ``unit`` or in the unit that the choice ``unit_from`` says. ``likely`` is the range (lowest, highest) outside which a number is asked about.

    A record without a ``required`` value is not saved; one without a value ``to_finish`` is, and its visit is not
    finished: for what is known later than the rest.

    ``dictionary`` is the list of a term, ``form`` the one whose records a reference names, ``function`` what
    computes a derived value. A date is not in the future, except where ``future`` says so. ``sdtm`` is its variable in CDISC's tables. What ``identifies`` does not say
    counts as identifying. ``plot`` offers a number as a row of the chart; ``plot_by`` is the choice or term that
    tells one row from another (the test of a laboratory value).
    """

    id: str
    title: Shown
    type: FieldType
    required: bool = False
    to_finish: bool = False
    unit: Shown = ""
    unit_from: str = ""
    low: float | None = None
    high: float | None = None
    decimals: int = 0
    likely: tuple[float | None, ...] = ()
    choices: tuple[Choice, ...] = ()
    dictionary: str = ""
    form: str = ""
    function: str = ""
    default: str = ""
    future: bool = False
    help: Shown = ""
    group: str = ""
    identifies: Identifies = Identifies.YES
    sdtm: str = ""
    plot: bool = False
    plot_by: str = ""

    @property
    def is_stored(self) -> bool:
        return self.type is not FieldType.DERIVED

    @property
    def is_date(self) -> bool:
        return self.type in {FieldType.DATE, FieldType.PARTIAL_DATE, FieldType.INSTANT}

    def choice(self, id: str) -> Choice | None:
        return next((one for one in self.choices if one.id == id), None)


@translated
@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading, asked where the condition holds; see ``Field.group``."""

    id: str
    title: Shown = ""
    show_if: dict[str, Scalar | tuple[str, ...]] = field(default_factory=dict)
    help: Shown = ""


@translated
@dataclass(frozen=True, slots=True)
class Rule:
    """What cannot be right (or, where it ``asks``, what needs a reason) when the condition holds.

    ``say`` may name fields in braces: their values are put in; ``{limit}`` is the threshold that a condition
    names. A question refuses where the switch ``refuses_by`` of the clinic's settings is on. ``likely`` is what was
    probably meant, by field: one key fills it in; ``likely_text`` says it in a few words.
    """

    id: str
    field: str
    when: dict[str, Scalar | tuple[str, ...]]
    say: Shown
    asks: bool = False
    refuses_by: str = ""
    likely: dict[str, Scalar | tuple[str, ...]] = dataclasses.field(default_factory=dict)
    likely_text: Shown = ""


@translated
@dataclass(frozen=True, slots=True)
class Quick:
    """A record that is entered often: its title, and the fields that it fills in, as they would be typed."""

    title: Shown
    values: dict[str, Scalar | tuple[str, ...]]


@translated
@dataclass(frozen=True, slots=True)
class InLane:
    """How a chart shows a record for which ``when`` holds: the first of a form's ``lanes`` that does counts.

    ``id`` is the lane (see `LANES`), ``title`` that of a lane that is the form's own. ``label`` are the few
    words beside it, fields in braces; without it the form's ``row``. It is one symbol where the record begins;
    a ``bar`` to its end; or a square with the CTCAE grade that the field ``grade`` holds, red-rimmed where
    ``serious_if`` holds. It is hollow where ``hollow_if`` holds: for what was offered or refused. ``line`` draws
    a line through all rows at its beginning, ``shade`` shades them while it lasts.
    """

    id: str
    role: Role
    title: Shown = ""
    label: Shown = ""
    when: dict[str, Scalar | tuple[str, ...]] = field(default_factory=dict)
    bar: bool = False
    grade: str = ""
    hollow_if: dict[str, Scalar | tuple[str, ...]] = field(default_factory=dict)
    serious_if: dict[str, Scalar | tuple[str, ...]] = field(default_factory=dict)
    line: bool = False
    shade: bool = False


@translated
@dataclass(frozen=True, slots=True)
class Treatment:
    """How a form's records are shown and entered among the treatments of a chart, instead of on a tab of its own.

    ``title`` heads their rows, ``new`` and ``key`` are on the button that enters one. ``by`` is the choice or the
    term that makes records one row (all doses of one medicine), ``label`` the few words on a bar, ``level`` the
    number that says how dark it is. ``dose``, ``often``, ``route`` and ``why`` are the cells of the list. Fields
    are in braces in all of them.
    """

    title: Shown
    new: Shown
    by: str
    key: str = ""
    label: Shown = ""
    level: str = ""
    dose: Shown = ""
    often: Shown = ""
    route: Shown = ""
    why: Shown = ""


@translated
@dataclass(frozen=True, slots=True)
class Form:
    """One version of a form. ``row`` says a record in one line, its fields in braces.

    ``repeats`` says that there may be several records. ``course`` names the fields that say from when to
    when a record holds; one that has none holds from the day on which it was entered. ``ask`` is the
    question for more of them at a visit, ``example`` how one is typed there in a line, ``key`` the key that
    opens it; a form without ``ask`` is not asked about there. ``within`` is the form whose records these are
    parts of. It is entered once every answer of ``waits_for`` ("infusion.identity") is yes, where the visit asks for that
    form, too; ``waits_say`` says so. ``domain`` is its table in CDISC's SDTM. ``lanes`` say how the chart shows its records; those of
    a form without them are in no lane. One with ``own_page`` is entered and shown on a page made by hand for it,
    and not among the forms. One with a ``treatment`` is entered and shown among the treatments of a chart. A ``brief`` one is on
    a visit's summary with its line, and what had to be written in words. One that is ``in_person`` needs the patient in
    the room: by telephone or video it is offered to be not done. One ``of_others`` is about somebody else than the
    patient (a donor): it is in no de-identified export, whatever its fields say.
    """

    id: str
    version: str
    title: Shown
    of: Of
    row: Shown
    fields: tuple[Field, ...]
    several: Shown = ""
    repeats: bool = False
    layout: Layout = Layout.PAGE
    groups: tuple[Group, ...] = ()
    rules: tuple[Rule, ...] = ()
    quick: tuple[Quick, ...] = ()
    lanes: tuple[InLane, ...] = ()
    course: Course | None = None
    ask: Shown = ""
    example: Shown = ""
    key: str = ""
    citation: str = ""
    help: tuple[Shown, ...] = ()
    domain: str = ""
    within: str = ""
    waits_for: tuple[str, ...] = ()
    waits_say: Shown = ""
    order: int = 0
    own_page: bool = False
    brief: bool = False
    in_person: bool = False
    treatment: Treatment | None = None
    of_others: bool = False

    @property
    def plural(self) -> str:
        return self.several or self.title

    @property
    def stored(self) -> tuple[Field, ...]:
        return tuple(one for one in self.fields if one.is_stored)

    def field(self, id: str) -> Field:
        """Raises KeyError."""
        found = self.find(id)
        if found is None:
            raise KeyError(id)
        return found

    def find(self, id: str) -> Field | None:
        return next((one for one in self.fields if one.id == id), None)

    def group(self, id: str) -> Group:
        return next((one for one in self.groups if one.id == id), Group(id=id))
