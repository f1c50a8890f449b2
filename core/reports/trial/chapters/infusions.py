"""The infusions and their doses; lots are told in the clinic's report and not in a coded one."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from core.findings.treatment import INFUSION, START
from core.forms import around, catalog, wording
from core.forms.reading import say
from core.model.event_details import instant_of
from core.model.form_record import FormRecord, Stored
from core.model.record import PatientRecord
from core.reports.trial.content import Column, Made, Table, Value
from core.reports.trial.study import Study, Subject
from core.science.statistics.summary import summary
from core.words import _, n_patients, plural

_PRODUCT = "product"
_NUMBERS = ("per_kg", "given_per_kg", "given", "volume", "minutes")
_DECIMALS = (2, 2, 1, 1, 0)


@dataclass(frozen=True, slots=True)
class _Given:
    subject: Subject
    record: FormRecord
    values: dict[str, Stored | None]

    def number(self, name: str) -> float | None:
        value = self.values.get(name)
        return float(value) if isinstance(value, int | float) else None


def make(study: Study) -> Made:
    found = [one for subject in study.members for one in _given(subject, subject.allowed)]
    who = {one.subject.place for one in found}
    notes = _without(study, who) if study.treated else []
    warning = " ".join(notes)
    if study.coded:
        notes.append(_("Lots are left out of a report with coded numbers."))
    n = _("{infusions} of {patients}").format(
        infusions=plural(len(found), "1 infusion", "{n} infusions"), patients=n_patients(len(who))
    )
    table = Table(
        number=9,
        name="infusions",
        title=_("Infusions and doses"),
        n=_("{n}; {group}").format(n=n, group=study.group_words),
        columns=tuple(_columns(study)),
        rows=[_row(study, one) for one in found],
        foot=_foot(study, found) if found else [],
        empty=_("No infusion is recorded with its dose."),
        notes=tuple(notes),
    )
    return Made(n=n, parts=(table,), warning=warning)


def _without(study: Study, who: Collection[int]) -> list[str]:
    """Of how many of the treated no infusion is in the table, and why; ``who`` are those of whom there is one."""
    lacking = [one for one in study.members if one.place not in who]
    left_out = sum(any(_given(one, one.record)) for one in lacking)
    by_day = len(lacking) - left_out
    notes = []
    if by_day:
        notes.append(
            plural(
                by_day,
                "Of 1 patient the infusion is known by its day only: nobody recorded its dose.",
                "Of {n} patients the infusion is known by its day only: nobody recorded its dose.",
            )
        )
    if left_out:
        notes.append(
            plural(
                left_out,
                "The infusion of 1 patient is left out: the consent does not cover it.",
                "The infusions of {n} patients are left out: their consent does not cover them.",
            )
        )
    return notes


def _given(subject: Subject, record: PatientRecord) -> Iterator[_Given]:
    """The infusions of a record that were begun."""
    for one in record.of_form(INFUSION):
        form = catalog.find(one.form, one.version)
        if form is None or one.not_done is not None or instant_of(one.value(START)) is None:
            continue
        known = wording.of_record(form, one, around.of_visit(subject.record, one.visit_id))
        yield _Given(subject, one, known)


def _columns(study: Study) -> Iterator[Column]:
    yield Column(title=_("Patient"), width=1)
    yield Column(title=_("Day"), width=1.4)
    yield Column(title=_("Product"), width=2.8)
    if not study.coded:
        yield Column(title=_("Lot"), width=1.4)
    titles = (
        _("Ordered, 10⁶/kg"),
        _("Given, 10⁶/kg"),
        _("Given, 10⁶ cells"),
        _("Volume, mL"),
        _("Lasted, min"),
    )
    for title, decimals in zip(titles, _DECIMALS, strict=True):
        yield Column(title=title, width=1.2, decimals=decimals, right=True)


def _row(study: Study, one: _Given) -> tuple[Value, ...]:
    start = instant_of(one.record.value(START))
    on = None if start is None else start.astimezone().date()
    lot = () if study.coded else (str(one.values.get("lot") or ""),)
    numbers = (one.number(name) for name in _NUMBERS)
    return (
        one.subject.label,
        study.day(one.subject, on),
        _product(study, one),
        *lot,
        *numbers,
    )


def _product(study: Study, one: _Given) -> str:
    """What was given, of whose cells; what was typed is left out where the report is coded."""
    mine = (p for p in one.subject.allowed.of_form(_PRODUCT) if p.visit_id == one.record.visit_id)
    product = next(mine, None)
    form = None if product is None else catalog.find(product.form, product.version)
    if product is None or form is None:
        return ""
    source = product.value("source")
    of = "" if source is None else say(form.field("source"), source)
    name = "" if study.coded else str(product.value("product") or "")
    return ", ".join(filter(None, (name, of)))


def _foot(study: Study, found: list[_Given]) -> list[tuple[Value, ...]]:
    """Of each number: how many, mean and SD."""
    told = [
        summary(np.array([one.number(name) for one in found], dtype=float)) for name in _NUMBERS
    ]
    middle = ("", "") if study.coded else ("", "", "")
    return [
        (_("n"), *middle, *(str(0 if one is None else one.n) for one in told)),
        (_("Mean"), *middle, *(None if one is None else one.mean for one in told)),
        (_("SD"), *middle, *(None if one is None else one.sd for one in told)),
    ]
