"""What was typed at a visit and is no value yet: one's own texts, and that others have some."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.entering.visit.steps import TASKS, OpenPoint
from core.entering.visit.working_copy import PLACE, WorkingCopy
from core.entering.visit_entry import why_no_value
from core.entry import CLEARED, Problem
from core.model import conclusion
from core.model.nouns import ADVERSE_EVENTS, MEASUREMENTS, SINCE_LAST_TIME, SPIROMETRY
from core.model.spirometry import Spirometry
from core.model.visit import WaitingText
from core.words import _, instant

PAPER = "details.paper"  # the text that stands for a paper form whose day was not entered yet
PAPER_BY = "details.paper_by"
TYPING = "typing"  # texts in fields that were not left: "typing.details.details.weight"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Text of one person that waits in a step, from when the visit was opened; nobody else sees it."""

    author: str
    name: str
    step: str
    since: datetime


def step_of(field: str) -> str:
    """The step in which the text of this name was typed."""
    kind, *names = field.split(".")
    match kind:
        case "event":
            return ADVERSE_EVENTS
        case "task":
            return TASKS
        case "measurement":
            return MEASUREMENTS
        case "correction" | "reason" | "milestone" | "form":
            return names[0]
        case "since":
            return SINCE_LAST_TIME
        case _ if kind == TYPING:
            return names[0]
    return kind  # details, spirometry


def typing_in(step: str, field: str) -> str:
    """Under which name the text is kept that stands in a field of a step before the field is left."""
    return f"{TYPING}.{step}.{field}"


def typed_since(name: str) -> str:
    """Under which name a text is kept that was typed since last time: of a record, or which record it is about."""
    return f"since.{name}"


def typed_of(form: str, name: str) -> str:
    """Under which name a text of a form of this visit is kept."""
    return f"form.{form}.{name}"


def typed_in(session: Spirometry, field: str) -> str:
    """Under which name the raw text of a spirometry session's field is kept: "blow.1", "height" …"""
    return f"{SPIROMETRY}.{session.id}.{field}"


def event_date(instrument: str, slot: str) -> str:
    """Under which name the date is kept that was typed for a question's event and is not recorded yet."""
    return f"milestone.{instrument}.{slot}"


class Unsaved:
    """The texts of a visit that are no values yet, by field. They are their author's alone."""

    def __init__(self, copy: WorkingCopy) -> None:
        self._copy = copy
        waiting = copy.session.typed.waiting(PLACE, copy.visit_id)
        # What a neurologist concludes holds nobody up: it may be added to a finished visit.
        self._waiting = tuple(one for one in waiting if one.field != conclusion.TYPED)
        self._names = copy.session.users.names()

    @property
    def texts(self) -> Mapping[str, str]:
        """One's own."""
        return self._copy.texts

    def fields(self, prefix: str) -> list[str]:
        """The fields with a text whose name begins with this."""
        return [field for field in self.texts if field.startswith(prefix)]

    def save(self, field: str, text: str) -> None:
        """Keep what was typed and is not a value yet; an empty text forgets it."""
        self.save_all({field: text})

    def save_all(self, texts: Mapping[str, str]) -> None:
        """Keep texts that are no values yet, by field, in one write; an empty one is forgotten."""
        changed = {f: text for f, text in texts.items() if self.texts.get(f, "") != text}
        if not changed:
            return
        kept = {field: text for field, text in {**self.texts, **changed}.items() if text}
        with self._copy.saving(texts=kept):
            for field, text in changed.items():
                if text:
                    self._copy.session.typed.save(PLACE, self._copy.visit_id, field, text)
                else:
                    self._copy.forget(field)

    def typing(self, step: str) -> dict[str, str]:
        """What stood in fields of this step that were never left, by field."""
        prefix = typing_in(step, "")
        return {f.removeprefix(prefix): self.texts[f] for f in self.fields(prefix)}

    def keep_typing(self, step: str, texts: Mapping[str, str]) -> None:
        """Keep what stands in fields before they are left; it becomes nothing else by that.

        An empty text is forgotten, CLEARED is a field that was emptied.
        """
        self.save_all({typing_in(step, field): text for field, text in texts.items()})

    def waiting(self, *, mine: bool) -> tuple[Waiting, ...]:
        """The texts that waited when this visit was opened, and still do: one's own, or those of others."""
        found: dict[tuple[str, str], Waiting] = {}
        for one in self._waiting:
            here = one.author == self._copy.rater
            if here is mine and (not mine or one.field in self.texts):
                name = self._names.get(one.author, one.author)
                step = step_of(one.field)
                found.setdefault((one.author, step), Waiting(one.author, name, step, one.at))
        return tuple(found.values())

    def discard(self, step: str) -> None:
        """Forget what its author typed in a step before this visit was opened."""
        mine = [one.field for one in self._waiting if one.author == self._copy.rater]
        self.save_all({f: "" for f in mine if step_of(f) == step})

    def set_aside(self, waiting: Waiting, reason: str) -> None:
        """Take away what somebody else typed in a step, so that the visit can go on; the trail keeps it."""

        def gone(one: WaitingText) -> bool:
            return (one.author, step_of(one.field)) == (waiting.author, waiting.step)

        fields = [one.field for one in self._waiting if gone(one)]
        with self._copy.saving(reason):
            self._copy.session.typed.set_aside(waiting.author, PLACE, self._copy.visit_id, *fields)
        self._waiting = tuple(one for one in self._waiting if not gone(one))

    def points(self, step: str, prefix: str, message: str = "") -> list[OpenPoint]:
        """Texts of a step that are no values yet, so that finishing cannot drop them.

        One point a text with the reason; or, with a ``message``, one that says it of the first.
        """
        fields = self.fields(prefix)
        if message:
            return [OpenPoint(step, fields[0], Problem(message))] if fields else []
        return [OpenPoint(step, f, Problem(self._why_no_value(f))) for f in fields]

    def open_points(self) -> list[OpenPoint]:
        """Text that was never saved: one's own in fields that were not left, and whatever others typed."""
        text = _("“{text}” was typed and is not yet valid: go there, and finish it or clear it.")
        emptied = _(
            "A field was emptied, and that is not yet valid: go there, and leave the field."
        )
        points = [
            OpenPoint(
                step_of(f),
                f.split(".", 2)[2],
                Problem(emptied if self.texts[f] == CLEARED else text.format(text=self.texts[f])),
            )
            for f in self.fields(f"{TYPING}.")
        ]
        text = _(
            "Unsaved text of {who} from {when}: they finish it, or it is set aside with a reason."
        )
        points += [
            OpenPoint(one.step, "", Problem(text.format(who=one.name, when=instant(one.since))))
            for one in self.waiting(mine=False)
        ]
        return points

    def _why_no_value(self, field: str) -> str:
        return why_no_value(self._copy.record, self._copy.visit_id, field, self.texts[field])
