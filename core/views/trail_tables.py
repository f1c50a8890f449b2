"""Every table of the trail: what its rows are called, how one of them is named, and how its columns are said.

What follows from a column's name and type is not here: `patient.height_cm` is "height" in cm because it is a
number whose name ends so. ``titles`` are the columns that are called otherwise, ``says`` those that are said
otherwise, ``silent`` those that the subject says already or that mean nothing to anybody; so are the key, and
what says whose the row is. A column that nobody named is shown by its name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, get_type_hints

from core import labels
from core.findings import alerts, consent
from core.findings.registers import topic_title
from core.forms import catalog as forms
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument
from core.model import thresholds
from core.model.adverse_event import AdverseEvent, Milestone
from core.model.appointment import Appointment
from core.model.assessment import Answer, Assessment
from core.model.attachment import Attachment
from core.model.data_query import DataQuery, QueryReply
from core.model.decision import Decision, DecisionKind
from core.model.dictionary import Dictionary, Synonym
from core.model.form_record import FormRecord, RecordCheck
from core.model.form_record import Item as FormItem
from core.model.judgement import CriterionResult, Reconciliation
from core.model.laboratory import Laboratory, LabResult, ReferenceRange
from core.model.measurement import Measurement
from core.model.patient import ExternalResult, Patient, ScheduleMove
from core.model.registers import CalibrationCheck, RaterTraining
from core.model.sheet_text import SheetText
from core.model.signature import Lock, Signature
from core.model.spirometry import Blow, Spirometry
from core.model.trail import Names
from core.model.user import Clinic, User
from core.model.visit import TaskResult, TypedText, Visit, VisitMark
from core.protocols import catalog as protocols
from core.views import attachment_words, form_words, typed_words
from core.views import trail_values as values
from core.views.sheet import definition as sheet
from core.views.trail_values import UNITS, Row, Say
from core.words import MISSING, N_, _, day, within

# Never said: whose a row is stands before it, and what identifies it means nothing to anybody.
SILENT = frozenset(
    {"id", "patient_id", "visit_id", "spirometry_id", "query_id", "subject", "place", "author"}
)
# What a column is called in every table that has it, where that is not its name.
TITLES: Mapping[str, str] = {
    "protocol": N_("schedule"),
    "mode": N_("way"),
    "respondent": N_("answered by"),
    "sha256": N_("hash of the file"),
    "met": N_("fulfilled"),
    "by": N_("who"),
}


@dataclass(frozen=True, kw_only=True)
class Table:
    """``of`` is the class of its rows, where there is one; the module says what the rest is."""

    title: str
    subject: Callable[[Row, Names], str]
    of: type[Any] | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    says: Mapping[str, Say] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()

    @cached_property
    def columns(self) -> Mapping[str, tuple[str, Say]]:
        """The title of every column that is said, to be translated, and how it is said."""
        types = {} if self.of is None else get_type_hints(self.of)
        known = dict.fromkeys([*types, *self.titles, *self.says])
        named = self.titles.keys() | self.says.keys()
        return {
            column: (
                self.name(column),
                self.says.get(column) or values.of_type(column, types.get(column)),
            )
            for column in known
            if column in named or column not in self.silent | SILENT
        }

    def name(self, column: str) -> str:
        return self.titles.get(column, TITLES.get(column, called(column)))

    def column(self, name: str) -> tuple[str, Say] | None:
        """A column's title and how it is said; None for what nobody wants to read."""
        if name in self.columns:
            return self.columns[name]
        return None if name in self.silent | SILENT else (name.replace("_", " "), values.text)


def called(column: str) -> str:
    """A column by its own name, without the unit: height_cm is "height", locked_at "locked"."""
    stem, _underscore, last = column.rpartition("_")
    return (stem if stem and (last in UNITS or last == "at") else column).replace("_", " ")


def _at_visit(row: Row, names: Names, thing: str) -> str:
    found = names.visits.get(row.get("visit_id") or "")
    if row.get("visit_id") is None:
        return thing
    if found is None:
        return _("{thing} of a visit that was removed").format(thing=thing)
    return _("{thing} of {visit}").format(thing=thing, visit=values.visit_words(found))


def _named(title: str) -> Callable[[Row, Names], str]:
    return lambda row, names: _at_visit(row, names, _(title))


def _answer(row: Row, names: Names) -> str:
    shipped: Instrument | None = instruments.shipped().get(row["instrument"])
    title = row["instrument"] if shipped is None else shipped.title
    asked = row["slot"]
    if shipped is not None and (variants := shipped.variants(asked)):
        given = next((item for item in variants if item.id == row["item"]), variants[0])
        asked = within(given.title)
    thing = _("{questionnaire} answer “{question}”").format(questionnaire=title, question=asked)
    return _at_visit(row, names, thing)


def _form(row: Row, names: Names) -> str:
    return _at_visit(row, names, values.instrument(row["instrument"], row, names))


def _visit(row: Row, _names: Names) -> str:
    on = date.fromisoformat(row["date"])
    if row["code"] is None:
        return _("Unscheduled visit of {day}").format(day=day(on))
    return _("Visit {code} of {day}").format(code=row["code"], day=day(on))


def _blow(row: Row, names: Names) -> str:
    visit = names.spirometry.get(row["spirometry_id"])
    return _at_visit({"visit_id": visit or ""}, names, _("Blow {n}").format(n=row["number"]))


def _measurement(row: Row, names: Names) -> str:
    return _at_visit(row, names, values.measurement_kind(row["kind"], row, names))


def _lab_result(row: Row, names: Names) -> str:
    test = values.lab_test(row["test"], row, names)
    if row.get("visit_id") is not None:
        return _at_visit(row, names, _("Laboratory, {test}").format(test=test))
    on = day(date.fromisoformat(row["taken_on"]))
    return _("Laboratory, {test} of {day}").format(test=test, day=on)


def _range(row: Row, names: Names) -> str:
    test = values.lab_test(row["test"], row, names)
    return _("Reference range of {test}").format(test=test)


def _task(row: Row, names: Names) -> str:
    known = (one.task(row["task"]) for one in protocols.newest().values())
    title = next((task.title for task in known if task is not None), row["task"])
    return _at_visit(row, names, _("Assessment “{task}”").format(task=title))


def _threshold(row: Row, _names: Names) -> str:
    found = thresholds.shipped().get(row["id"])
    return _("Threshold “{title}”").format(title=row["id"] if found is None else found.title)


def _decided(row: Row, names: Names) -> str:
    """What a decision is about: the action, by its title, or the consent for the results of a visit or of samples."""
    if row["kind"] == DecisionKind.CONSENT and (on := consent.day_of_samples(row["subject"])):
        return _("Outside the consent: laboratory of {day}").format(day=day(on))
    if row["kind"] == DecisionKind.CONSENT and consent.is_of_stated(row["subject"]):
        return _("Outside the consent: a result that others stated")
    if row["kind"] == DecisionKind.CONSENT:
        return _at_visit({**row, "visit_id": row["subject"]}, names, _("Outside the consent"))
    found = alerts.shipped().actions.get(row["subject"]) if row["kind"] == "action" else None
    title = row["subject"] if found is None else found.title
    return _("Decision on “{title}”").format(title=title)


def _unsaved(row: Row, _names: Names) -> str:
    place, name = row.get("place") or typed_words.VISIT, row["field"]
    tables = typed_words.TABLES_OF.get(place, ())
    columns = {c: _(title) for one in tables for c, (title, _say) in TABLES[one].columns.items()}
    page = typed_words.place_title(place, name)
    field = typed_words.field_title(place, name, columns)
    where = _("{page}, {field}").format(page=page, field=field) if field else page
    return _("Text not yet a value in “{field}”").format(field=where)


def _definition(row: Row, names: Names) -> str:
    """A form or a schedule by its title, where this program holds it; else by the id that the clinic gave it."""
    kind, name, version = row["kind"], row["id"], row["version"]
    found = forms.find(name, version) if kind == "form" else protocols.named(name, version)
    return _("{kind} “{id}” of the clinic, version {version}").format(
        kind=values.one_of(labels.DEFINITION)(kind, row, names),
        id=name if found is None else found.title,
        version=version,
    )


def _sheet_text(row: Row, names: Names) -> str:
    field = sheet.field_title(row["field"])
    return _at_visit(row, names, _("Patient sheet, “{field}”").format(field=field))


TABLES: Mapping[str, Table] = {
    "clinic": Table(
        title=N_("clinic's settings"),
        subject=lambda _row, _names: _("Clinic's settings"),
        of=Clinic,
        titles={
            "idle_lock_min": N_("locks after"),
            "telling_file_names": N_("names of saved files tell record number and day"),
            "call_us": N_("when a patient calls at once"),
            "day_style": N_("days are written as"),
            "gas_unit": N_("pressures of gases are shown in"),
        },
        says={"protocol": values.schedule, "equation": values.equation},
    ),
    "threshold": Table(
        title=N_("threshold"),
        subject=_threshold,
        titles={"value": ""},
        says={"value": values.set_to},
    ),
    "user": Table(
        title=N_("user"),
        subject=lambda row, _names: _("User {login}").format(login=row["login"]),
        of=User,
        titles={
            "full_name": N_("name"),
            "must_change": N_("must change the password"),
            "password_at": N_("password of"),
        },
        silent=frozenset({"login"}),
    ),
    "rater_training": Table(
        title=N_("training of a rater"),
        subject=lambda row, names: _("Training of {person}").format(
            person=names.person(row["person"])
        ),
        of=RaterTraining,
        says={"person": values.person, "topic": lambda value, _row, _names: topic_title(value)},
    ),
    "calibration_check": Table(
        title=N_("check of a spirometer"),
        subject=lambda row, _names: _("Check of {device}").format(device=row["device"]),
        of=CalibrationCheck,
    ),
    "patient": Table(
        title=N_("patient"),
        subject=lambda row, _names: _("Patient {number}").format(number=row["record_number"]),
        of=Patient,
        titles={
            "protocol_version": N_("version of the schedule"),
            "reference_on": N_("reference day"),
            "registered_on": N_("registered"),
        },
        says={"protocol": values.schedule},
    ),
    "external_result": Table(
        title=N_("stated result"),
        subject=lambda row, names: values.one_of(labels.EXTERNAL)(row["kind"], row, names),
        of=ExternalResult,
        silent=frozenset({"kind"}),
    ),
    "visit": Table(
        title=N_("visit"),
        subject=_visit,
        of=Visit,
        titles={
            "code": N_("planned visit"),
            "paper_on": N_("paper form of"),
            "paper_by": N_("paper form filled in by"),
        },
        says={"paper_by": values.text},
    ),
    "visit_mark": Table(
        title=N_("mark on a planned visit"),
        subject=lambda row, _names: _("Planned visit {code}").format(code=row["code"]),
        of=VisitMark,
        titles={"mark": N_("marked")},
        silent=frozenset({"code"}),
    ),
    "appointment": Table(
        title=N_("appointment"),
        subject=lambda row, _names: _("Appointment for planned visit {code}").format(
            code=row["code"]
        ),
        of=Appointment,
        silent=frozenset({"code"}),
    ),
    "form": Table(
        title=N_("questionnaire"),
        subject=_form,
        of=Assessment,
        titles={"compared_at": N_("previous form shown")},
        silent=frozenset({"instrument", "date", "answers"}),
    ),
    "answer": Table(
        title=N_("answer"),
        subject=_answer,
        of=Answer,
        titles={"value": "", "item": N_("question"), "corrected": N_("corrected because")},
        says={"value": values.score, "item": values.variant},
        silent=frozenset({"instrument", "slot", "not_done"}),
    ),
    "spirometry": Table(
        title=N_("spirometry"),
        subject=_named(N_("Spirometry")),
        of=Spirometry,
        titles={
            "test_type": N_("test"),
            "equation_version": N_("version of the equation"),
            "device_percent": N_("device's % predicted"),
        },
        says={
            "age_years": values.computed(N_("years"), 3),  # a day is 0.003 years
            "equation": values.equation,
        },
        silent=frozenset({"date", "blows"}),
    ),
    "blow": Table(
        title=N_("blow"),
        subject=_blow,
        of=Blow,
        titles={"fev1_ml": N_("FEV1")},
        silent=frozenset({"number"}),
    ),
    "measurement": Table(
        title=N_("measurement"),
        subject=_measurement,
        of=Measurement,
        titles={"value": ""},
        says={"value": values.measured},
        silent=frozenset({"kind", "not_done"}),
    ),
    "reconciliation": Table(
        title=N_("plausibility question"),
        subject=_named(N_("Plausibility question")),
        of=Reconciliation,
        titles={"decision": N_("decided")},
        silent=frozenset({"instrument"}),
    ),
    "acknowledgement": Table(
        title=N_("alert acknowledged"),
        subject=lambda row, names: _("Alert “{title}”").format(
            title=values.alert(row["alert"], row, names)
        ),
        says={
            "visit_id": values.of_visit,
            "value": values.in_unit(""),
            "reason": values.text,
            "by": values.person,
            "at": values.instant_of,
        },
        silent=frozenset({"alert"}),
    ),
    "record": Table(
        title=N_("record of a form"),
        subject=lambda row, names: _at_visit(row, names, form_words.record_title(row, names)),
        of=FormRecord,
        silent=frozenset({"within", "form", "items", "course"}),
    ),
    "item": Table(
        title=N_("value of a form"),
        subject=form_words.item_title,
        of=FormItem,
        titles={"value": "", "kept": N_("kept because")},
        says={"value": form_words.item_value},
        silent=frozenset({"record_id", "field", "not_done"}),
    ),
    "attachment": Table(
        title=N_("attached file"),
        subject=lambda row, _names: _("Attached file “{name}”").format(
            name=values.short(row["name"])
        ),
        of=Attachment,
        says={
            "size": lambda value, _row, _names: attachment_words.size(value),
            "taken_out": lambda value, _row, _names: attachment_words.parts(value) or MISSING,
        },
    ),
    "record_check": Table(
        title=N_("asked at a visit"),
        subject=lambda row, names: _at_visit(row, names, form_words.check_title(row, names)),
        of=RecordCheck,
        titles={"answer": ""},
        says={"answer": form_words.check_answer},
        silent=frozenset({"form", "record_id"}),
    ),
    "definition": Table(
        title=N_("form or schedule of the clinic"),
        subject=_definition,
        says={"added_by": values.person, "added_at": values.instant_of},
        silent=frozenset({"kind", "version", "text"}),
    ),
    "decision": Table(
        title=N_("decision"),
        subject=_decided,
        of=Decision,
        titles={"visit_id": N_("at"), "choice": N_("decided"), "review_on": N_("asked again on")},
        says={"facts": values.facts},
        silent=frozenset({"kind", "subject"}),
    ),
    "schedule_move": Table(
        title=N_("move to another version of the schedule"),
        subject=lambda row, _names: _(
            "Move from version {before} to {after} of the schedule"
        ).format(before=row["from_version"], after=row["to_version"]),
        of=ScheduleMove,
        says={"moved_by": values.person, "moved_at": values.instant_of},
        silent=frozenset({"from_version", "to_version"}),
    ),
    "sheet_text": Table(
        title=N_("words on a patient's sheet"),
        subject=_sheet_text,
        of=SheetText,
        titles={"text": ""},
        silent=frozenset({"field", "instead_of", "edited_by", "edited_at"}),
    ),
    "criterion_result": Table(
        title=N_("eligibility criterion"),
        subject=lambda row, names: _("Criterion “{title}”").format(
            title=values.criterion(row["criterion"], row, names)
        ),
        of=CriterionResult,
        titles={
            "waiver": N_("deviation because"),
            "waived_by": N_("deviation by"),
            "waived_at": N_("deviation at"),
            "proposed": N_("deviation is only proposed"),
        },
        says={"proposed": values.yes_or_nothing},
        silent=frozenset({"protocol", "version", "criterion"}),
    ),
    "adverse_event": Table(
        title=N_("adverse event"),
        subject=lambda row, _names: _("Adverse event “{term}”").format(
            term=values.short(row["term"])
        ),
        of=AdverseEvent,
        titles={"visit_id": N_("reported at"), "onset": N_("began")},
    ),
    "milestone": Table(
        title=N_("milestone"),
        subject=lambda row, names: values.one_of(labels.MILESTONES)(row["kind"], row, names),
        of=Milestone,
        titles={"happened_on": N_("when")},
        silent=frozenset({"kind"}),
    ),
    "laboratory": Table(
        title=N_("laboratory"),
        subject=lambda row, _names: _("Laboratory “{name}”").format(name=row["name"]),
        of=Laboratory,
        silent=frozenset({"name"}),
    ),
    "reference_range": Table(
        title=N_("reference range of a laboratory"),
        subject=_range,
        of=ReferenceRange,
        silent=frozenset({"test", "laboratory_id"}),
    ),
    "lab_result": Table(
        title=N_("laboratory result"),
        subject=_lab_result,
        of=LabResult,
        titles={
            "value": "",
            "taken_on": N_("sample of"),
            "taken_at": N_("sample at"),
            "low": N_("reference from"),
            "high": N_("reference to"),
            "age_years": N_("age"),
        },
        says={
            "value": values.lab_value,
            "low": values.lab_limit,
            "high": values.lab_limit,
            "age_years": values.computed(N_("years"), 3),
        },
        silent=frozenset(
            {"test", "comparator", "unit", "choice", "typed", "typed_unit", "not_done"}
        ),
    ),
    "synonym": Table(
        title=N_("synonym of a term"),
        subject=lambda row, _names: _("Synonym “{text}”").format(text=values.short(row["text"])),
        of=Synonym,
        says={"added_by": values.person, "added_at": values.instant_of},
        silent=frozenset({"text"}),
    ),
    "dictionary": Table(
        title=N_("imported dictionary"),
        subject=lambda row, _names: _("Dictionary {kind} {version}").format(
            kind=row["kind"], version=values.short(row["version"])
        ),
        of=Dictionary,
        says={"added_by": values.person, "added_at": values.instant_of},
        silent=frozenset({"kind", "version"}),
    ),
    "task_result": Table(
        title=N_("assessment done elsewhere"),
        subject=_task,
        of=TaskResult,
        silent=frozenset({"task"}),
    ),
    "typed_text": Table(
        title=N_("text not yet a value"),
        subject=_unsaved,
        of=TypedText,
        says={"text": values.private},
        silent=frozenset({"field"}),
    ),
    "raw_text": Table(
        title=N_("text not yet a value"),
        subject=_unsaved,
        says={"text": values.private},
        silent=frozenset({"field"}),
    ),
    "signature": Table(
        title=N_("signature"),
        subject=_named(N_("Signature")),
        of=Signature,
        titles={"printed_name": N_("name"), "data_hash": N_("hash of the data")},
        silent=frozenset({"signed_by", "shown", "shown_hash", "trail_sequence"}),
    ),
    "lock": Table(
        title=N_("lock"),
        subject=lambda row, names: _("Lock on the {level}").format(
            level=values.one_of(labels.LOCK_LEVEL)(row["level"], row, names)
        ),
        of=Lock,
        titles={"unlock_reason": N_("unlocked because")},
        says={"reason": values.own_words},
        silent=frozenset({"level"}),
    ),
    "data_query": Table(
        title=N_("query"),
        subject=lambda row, names: _at_visit(
            row, names, _("Query on “{label}”").format(label=row["label"])
        ),
        of=DataQuery,
        titles={
            "text": N_("question"),
            "opened_by": N_("asked by"),
            "opened_at": N_("asked"),
        },
        silent=frozenset({"label", "step", "field", "replies"}),
    ),
    "query_reply": Table(
        title=N_("answer to a query"),
        subject=lambda _row, _names: _("Answer to a query"),
        of=QueryReply,
        titles={"text": "", "asks": N_("asks again")},
        silent=frozenset({"number"}),
    ),
}
