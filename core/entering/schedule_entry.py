"""A visit schedule while it is changed: windows, days, names and what each visit asks for, as they are typed.

What is saved is a new version of the schedule, the clinic's own: a patient keeps the version that they were
registered with.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from core import entry
from core.entry import Problem
from core.errors import InvalidProtocol
from core.forms import catalog as forms
from core.instruments import catalog as instruments
from core.model import conclusion
from core.protocols import catalog, checking, writing
from core.protocols.definition import Anchor, Offset, PlannedKind, Protocol, Unit
from core.words import _, as_written

UNSCHEDULED = "unscheduled"  # what an unscheduled visit asks for, beside the visits
CODE, TITLE, OFFSET, UNIT, BEFORE, AFTER, ASKS, REMOVED = (
    *("code", "title", "offset", "unit", "before", "after", "asks", "removed"),
)
NEW = "+"  # how the ids of added visits begin: no code of a visit does
_CHANGED_HERE = "; changed by the clinic"
_LONGEST_SOURCE = 300


class ScheduleEntry:
    """Holds texts by visit and field ("M2.before"); ``judge`` makes the schedule of them, or says what is wrong."""

    def __init__(self, protocol: Protocol, texts: Mapping[str, str] | None = None) -> None:
        self.protocol = protocol
        self._start = dict(_texts_of(protocol))
        self.texts = {**self._start, **(texts or {})}

    @property
    def typed(self) -> dict[str, str]:
        """What differs from the schedule, to be kept until it is saved."""
        names = self._start.keys() | self.texts.keys()
        return {
            name: entry.as_typed(self.texts.get(name, ""), self._start.get(name, ""))
            for name in names
            if self.texts.get(name, "") != self._start.get(name, "")
        }

    @property
    def visits(self) -> tuple[str, ...]:
        """The ids of the visits: the codes of those there were, in their order, then those added."""
        known = [visit.code for visit in self.protocol.visits]
        added = {name.partition(".")[0] for name in self.texts if name.startswith(NEW)}
        every = (*known, *sorted(added, key=lambda which: int(which.removeprefix(NEW))))
        return tuple(which for which in every if not self.text(which, REMOVED))

    def text(self, which: str, field: str) -> str:
        return entry.as_shown(self.texts.get(f"{which}.{field}", ""))

    def type(self, which: str, field: str, text: str) -> None:
        self.texts[f"{which}.{field}"] = text

    def asks(self, which: str) -> tuple[str, ...]:
        """What a visit asks for, in its order."""
        return tuple(filter(None, self.text(which, ASKS).split("\n")))

    def ask(self, which: str, assessment: str, *, asked: bool) -> None:
        rest = [name for name in self.asks(which) if name != assessment]
        self.type(which, ASKS, "\n".join([*rest, assessment] if asked else rest))

    def add(self) -> str:
        """One more visit, to be filled in; its id."""
        taken = [
            int(name.partition(".")[0].removeprefix(NEW))
            for name in self.texts
            if name.startswith(NEW)
        ]
        which = f"{NEW}{max(taken, default=0) + 1}"
        self.texts |= {f"{which}.{UNIT}": Unit.MONTHS.value, f"{which}.{ASKS}": ""}
        return which

    def remove(self, which: str) -> None:
        if which.startswith(NEW):
            self.texts = {n: t for n, t in self.texts.items() if not n.startswith(f"{which}.")}
        else:
            self.type(which, REMOVED, "yes")

    def options(self) -> tuple[str, ...]:
        """All that a visit of this schedule can ask for."""
        defined = (
            form.id
            for form in forms.newest().values()
            if not form.within and not form.own_page and form.id != conclusion.FORM
        )
        tasks = (task.id for task in self.protocol.tasks)
        return (*instruments.shipped(), *checking.BUILT_IN, *defined, *tasks)

    def judge(self) -> Protocol | dict[str, Problem]:
        """The new version, or what is wrong by field ("M2.before"); "" is what no one field says."""
        problems: dict[str, Problem] = {}
        found = [
            visit for which in self.visits if (visit := self._visit(which, problems)) is not None
        ]
        if not self.visits:
            problems[""] = Problem(_("A schedule needs at least one visit. Add one."))
        if problems:
            return problems
        newest = catalog.newest().get(self.protocol.id, self.protocol)
        source = as_written(self.protocol, "source")
        if not source.endswith(_CHANGED_HERE):
            source = source[: _LONGEST_SOURCE - len(_CHANGED_HERE)] + _CHANGED_HERE
        made = replace(
            self.protocol,
            version=str(int(newest.version) + 1),
            source=source,
            visits=tuple(sorted(found, key=lambda one: checking.days(one.offset))),
            unscheduled=self.asks(UNSCHEDULED),
        )
        try:
            return catalog.read(f"{made.id}.toml", writing.to_toml(made).encode())
        except InvalidProtocol as error:
            return {"": Problem(str(error))}

    def _visit(self, which: str, problems: dict[str, Problem]) -> PlannedKind | None:
        """One visit of what is typed; what is wrong with it is added to the problems."""
        before = self.protocol.visit(which)
        code = which if before is not None else self.text(which, CODE).strip()
        whole = {
            name: self._whole(which, name, low, high, problems)
            for name, low, high in (
                (OFFSET, -checking.FURTHEST_DAYS, checking.FURTHEST_DAYS),
                (BEFORE, 0, checking.WIDEST_DAYS),
                (AFTER, 0, checking.WIDEST_DAYS),
            )
        }
        title = self.text(which, TITLE).strip()
        if not title or len(title) > checking.LONGEST_TITLE:
            most = checking.LONGEST_TITLE
            text = _("Enter what the visit is called, in {n} letters at most.").format(n=most)
            problems[f"{which}.{TITLE}"] = Problem(text)
        if before is None and (why := self._wrong_code(which, code)):
            problems[f"{which}.{CODE}"] = Problem(why)
        if any(name.startswith(f"{which}.") for name in problems):
            return None
        offset = Offset(whole[OFFSET] or 0, Unit(self.text(which, UNIT)))
        if why := self._wrong_day(which, offset):
            problems[f"{which}.{OFFSET}"] = Problem(why)
            return None
        kind = before or PlannedKind(code, title, offset, 0, 0, ())
        if title != (before.title if before else ""):
            kind = replace(kind, title=title)
        return replace(
            kind,
            offset=offset,
            before=whole[BEFORE] or 0,
            after=whole[AFTER] or 0,
            assessments=self.asks(which),
        )

    def _whole(
        self, which: str, name: str, low: int, high: int, problems: dict[str, Problem]
    ) -> int | None:
        value = entry.whole(self.text(which, name), low, high)
        if value is None:
            value = Problem(_("Enter a whole number; 0 is one, too."))
        if isinstance(value, Problem):
            problems[f"{which}.{name}"] = value
            return None
        return value

    def _wrong_code(self, which: str, code: str) -> str:
        if not checking.is_code(code):
            return _("Enter a short code: up to 12 letters, digits, _ and -.")
        taken = [one.code for one in self.protocol.visits]
        taken += [self.text(other, CODE).strip() for other in self.visits if other != which]
        if code in taken:
            return _("Another visit has the code {code}. Enter another one.").format(code=code)
        return ""

    def _wrong_day(self, which: str, offset: Offset) -> str:
        """Why a visit cannot be that far away, or cannot be on the day of another."""
        if abs(checking.days(offset)) > checking.FURTHEST_DAYS:
            return _("This is more than 100 years away. Enter a nearer day.")
        if self.protocol.anchor is Anchor.LAST_VISIT and offset.value <= 0:
            return _("The visit comes again after the last one. Enter a number above 0.")
        for other in self.visits:
            far = entry.whole(
                self.text(other, OFFSET), -checking.FURTHEST_DAYS, checking.FURTHEST_DAYS
            )
            if other == which or not isinstance(far, int):
                continue
            there = Offset(far, Unit(self.text(other, UNIT)))
            if checking.days(there) == checking.days(offset):
                title = self.text(other, TITLE) or self.text(other, CODE)
                text = _("“{title}” is on the same day. Change one of them.")
                return text.format(title=title)
        return ""


def _texts_of(protocol: Protocol) -> Iterator[tuple[str, str]]:
    for visit in protocol.visits:
        values: Mapping[str, str | int | Sequence[str]] = {
            TITLE: visit.title,
            OFFSET: visit.offset.value,
            UNIT: visit.offset.unit.value,
            BEFORE: visit.before,
            AFTER: visit.after,
            ASKS: "\n".join(visit.assessments),
        }
        yield from ((f"{visit.code}.{name}", str(value)) for name, value in values.items())
    yield f"{UNSCHEDULED}.{ASKS}", "\n".join(protocol.unscheduled)
