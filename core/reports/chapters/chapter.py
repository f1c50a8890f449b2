"""What a casebook is put together from: chapters with their parts, each a bookmark; and a record of any form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.forms import catalog, wording
from core.model.form_record import FormRecord
from core.model.record import PatientRecord
from core.reports.layout import Block, Column
from core.reports.table_report import Section
from core.views.fact import Fact
from core.views.form_summary import value_facts
from core.views.visit_words import named
from core.words import _, instant

Names = Mapping[str, str]  # full names of the users by login


@dataclass(frozen=True, slots=True)
class Part:
    """A bookmark within a chapter: its title, and what stands below it. ``drawn`` comes before the sections."""

    title: str
    sections: tuple[Section, ...] = ()
    drawn: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """A bookmark with its parts; ``count`` says in words how much it holds. One that ``opens`` begins a page.

    ``note`` stands below its title; of a chapter without parts it says why there are none.
    """

    title: str
    parts: tuple[Part, ...] = ()
    count: str = ""
    opens: bool = False
    note: str = ""


@dataclass(slots=True)
class Printed:
    """The records of forms that are on a page already, so that at the end what is on none is printed, too."""

    ids: set[str] = field(default_factory=set)


def table(
    title: str, heads: Sequence[tuple[float, str]], rows: Sequence[Sequence[str]], note: str = ""
) -> Section:
    """A table under a title; the numbers are the shares of its columns."""
    columns = tuple(Column(width, words) for width, words in heads)
    return Section(title=title, columns=columns, rows=rows, note=note, empty=_("None."))


def told(*facts: Fact, title: str = "") -> Section:
    """Facts side by side, where they fit."""
    return Section(title=title, facts=facts, across=2)


def records(
    record: PatientRecord, mine: Sequence[FormRecord], names: Names, printed: Printed
) -> Iterator[Section]:
    """Each record with all its values, and below it its parts."""
    for one in mine:
        printed.ids.add(one.id)
        yield section(record, one, names)
        for part in record.parts_of(one):
            printed.ids.add(part.id)
            yield section(record, part, names, nested=True)


def section(
    record: PatientRecord, one: FormRecord, names: Names, *, nested: bool = False
) -> Section:
    """One record: what it is, every value with its note, and who entered it; ``nested`` below what it is part of."""
    form = catalog.find(one.form, one.version)
    title = one.form if form is None else form.title
    line = "" if form is None or one.not_done is not None else wording.line(form, one)
    facts = [*(() if nested else _belongs(record, one)), *value_facts(record, one)]
    entered = _("{who}, {when}; version {version} of the form").format(
        who=named(names, one.entered_by), when=instant(one.entered_at), version=one.version
    )
    facts.append(Fact(_("Entered"), entered))
    words = f"{title}: {line}" if line else title
    return told(*facts, title=f"– {words}" if nested else words)


def _belongs(record: PatientRecord, one: FormRecord) -> tuple[Fact, ...]:
    parent = None if one.within is None else record.form_record(one.within)
    if one.within is None:
        return ()
    if parent is None:
        return (Fact(_("Belongs to"), _("a record that was removed")),)
    form = catalog.find(parent.form, parent.version)
    line = parent.form if form is None else f"{form.title}: {wording.line(form, parent)}"
    return (Fact(_("Belongs to"), line.strip(" :")),)


def in_order(found: Sequence[FormRecord]) -> list[FormRecord]:
    """The oldest first."""
    return sorted(found, key=lambda one: (one.began.assumed, one.entered_at))
