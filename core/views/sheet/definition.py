"""The words of the patient's sheet: resources/patient_sheet.toml, checked, with the line of what is wrong."""

import string
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from core import resources, toml_values
from core.errors import InvalidReference
from core.findings import alerts
from core.instruments import catalog as instruments
from core.model.decision import Choice
from core.toml_values import Fault, Place
from core.words import N_, Shown, Words, _, translated

BREATHING_TEST, WEIGHT = "breathing_test", "weight"
FILE = "patient_sheet.toml"


class Direction(StrEnum):
    """What became of a question since the form before."""

    HARDER = "harder"
    SAME = "same"
    EASIER = "easier"


@translated
@dataclass(frozen=True, slots=True)
class Row:
    """One plot with its sentence: a domain of the ALSFRS-R, the breathing test or the weight.

    ``span`` is how much its scale shows (points, %, kg); ``line`` draws where there is no difficulty.
    """

    id: str
    title: Shown
    role: str
    span: int
    line: bool = False


@translated
@dataclass(frozen=True, slots=True)
class Reached:
    """What is said where a question has fallen to this score."""

    score: int
    say: Shown


@translated
@dataclass(frozen=True, slots=True)
class Question:
    """An item of the ALSFRS-R: its name within a sentence, and the words for each direction."""

    id: str
    name: Shown
    harder: Shown
    easier: Shown
    same: Shown
    reached: tuple[Reached, ...] = ()

    def say(self, direction: Direction, score: int) -> str:
        """The sentence for a question that was answered with this score."""
        if direction is Direction.HARDER:
            fallen = (one.say for one in self.reached if one.score == score)
            return next(fallen, self.harder)
        return self.same if direction is Direction.SAME else self.easier


@translated
@dataclass(frozen=True, slots=True)
class Agreed:
    """What was decided about an action, in the patient's words; {day} is when it is asked about again."""

    id: str
    done: Shown
    planned: Shown
    declined: Shown
    not_now: Shown

    def say(self, choice: Choice) -> str:
        """Empty for a choice that is not a patient's matter."""
        match choice:
            case Choice.DONE:
                return self.done
            case Choice.PLANNED:
                return self.planned
            case Choice.DECLINED:
                return self.declined
            case Choice.NOT_NOW:
                return self.not_now
        return ""


@translated
@dataclass(frozen=True, slots=True)
class Often:
    """How often a medicine is taken; ``id`` is the choice of its form."""

    id: str
    say: Shown


@translated
@dataclass(frozen=True, slots=True)
class SheetWords:
    """The whole file. A weight within ``weight_same_kg`` of the one before is called the same."""

    call_us: Shown
    weight_same_kg: float
    rows: tuple[Row, ...]
    questions: tuple[Question, ...]
    agreed: tuple[Agreed, ...]
    often: tuple[Often, ...]

    def row(self, id: str) -> Row:
        return next(one for one in self.rows if one.id == id)

    def question(self, item: str) -> Question:
        return next(one for one in self.questions if one.id == item)


class Field:
    """The fields of a sheet that a clinician may write, by their ids; those of the rows follow from the file."""

    WITH = "with"
    HEADLINE = "headline"
    AGREED = "agreed"
    MEDICINES = "medicines"
    NEXT = "next"
    CALL_US = "call_us"
    PHONE = "phone"


FIELDS = Words(
    {
        Field.WITH: N_("When, and with whom"),
        Field.HEADLINE: N_("First sentences"),
        Field.AGREED: N_("What we agreed"),
        Field.MEDICINES: N_("Your medicines now"),
        Field.NEXT: N_("Next appointment"),
        Field.CALL_US: N_("Call us at once if you have"),
        Field.PHONE: N_("Phone"),
    }
)
LISTS = frozenset({Field.AGREED, Field.MEDICINES})  # one entry a line


def of_row(row: str) -> str:
    """The field of the sentence of a row."""
    return f"row.{row}"


def field_title(field: str) -> str:
    """What a field is called on the sheet and in the window; its id where this program does not have it."""
    kind, _dot, row = field.partition(".")
    if kind == "row":
        return next((one.title for one in shipped().rows if one.id == row), field)
    return FIELDS.get(field, field)


@cache
def shipped() -> SheetWords:
    """The words of this program. Raises InvalidReference."""
    return read(FILE, resources.path(FILE).read_bytes())


def read(name: str, data: bytes) -> SheetWords:
    """The words in a file of this name. Raises InvalidReference, naming the file and the line to fix."""
    return toml_values.read(name, data, SheetWords, _check, InvalidReference)


# What is well formed, and still cannot be right.


def _check(one: SheetWords) -> None:
    form = instruments.alsfrs_r()
    domains = [scale.id for scale in form.domains]
    _check_ids("rows", [row.id for row in one.rows], [*domains, BREATHING_TEST, WEIGHT], whole=True)
    items = [item.id for item in form.items]
    _check_ids("questions", [each.id for each in one.questions], items, whole=True)
    _check_ids("agreed", [each.id for each in one.agreed], list(alerts.shipped().actions))
    _check_ids("often", [each.id for each in one.often])
    if not 0 <= one.weight_same_kg < 10:
        raise Fault(_("“weight_same_kg” must be from 0 to 10."), ("weight_same_kg",))
    for index, row in enumerate(one.rows):
        if row.span <= 0:
            raise Fault(_("“span” must be above 0."), ("rows", index, "span"))
    for index, question in enumerate(one.questions):
        scores = form.item(question.id).scores
        for at, reached in enumerate(question.reached):
            if reached.score not in scores or reached.score == max(scores):
                text = _("{score} is no score that “{id}” can fall to; write one of: {known}.")
                known = ", ".join(map(str, sorted(scores - {max(scores)})))
                place = ("questions", index, "reached", at)
                raise Fault(text, place, score=reached.score, id=question.id, known=known)
    for index, agreed in enumerate(one.agreed):
        for name in ("done", "planned", "declined", "not_now"):
            _check_day(getattr(agreed, name), ("agreed", index, name), name)


def _check_ids(
    table: str, found: Sequence[str], known: Sequence[str] = (), *, whole: bool = False
) -> None:
    for index, id_ in enumerate(found):
        place = (table, index, "id")
        if known and id_ not in known:
            text = _("“{id}” is nothing that these words are about; write one of: {known}.")
            raise Fault(text, place, id=id_, known=", ".join(known))
        if id_ in found[:index]:
            raise Fault(_("“{id}” is there twice; keep one."), place, id=id_)
    missing = [id_ for id_ in known if id_ not in found]
    if whole and missing:
        text = _("[[{table}]] lacks {missing}; add it.")
        raise Fault(text, (table, max(0, len(found) - 1)), table=table, missing=missing[0])


def _check_day(text: str, place: Place, name: str) -> None:
    """Only what is asked about again has a day."""
    allowed = set() if name == "done" else {"day"}
    try:
        named = {
            part for _text, part, _how, _as in string.Formatter().parse(text) if part is not None
        }
    except ValueError:
        named = {text}
    if not named <= allowed:
        raise Fault(_("only {{day}} may be in braces here, and not in “done”."), place)
