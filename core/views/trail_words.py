"""An entry of the audit trail in words: what was done to what, and every field before and after."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core import labels
from core.findings import alerts
from core.instruments import catalog as instruments
from core.instruments.definition import Instrument
from core.model import measurement, thresholds
from core.model.adverse_event import Grade
from core.model.assessment import NotDone
from core.model.partial_date import PartialDate, partial_day
from core.model.trail import Act, Names, TrailEntry, VisitName
from core.protocols import catalog as protocols
from core.views import form_words
from core.words import MISSING, _, day, instant, number

_LONGEST = 60  # letters of a text that stands within a headline
_ACTS = frozenset(act.value for act in Act)
HIDDEN = _("clinical value")
_PRIVATE = _("only its author sees it")

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of a row before and after; a row that came has no before, one that went no after."""

    label: str
    before: str
    after: str
    changed: bool


def kind(entity: str) -> str:
    """What an entry is about, for the list and its filter."""
    if entity in _ACTS:
        return _ACT_WORDS[Act(entity)]
    known = _KINDS.get(entity)
    return entity if known is None else known.title


def kinds() -> dict[str, frozenset[str]]:
    """Everything that an entry can be about by its word, in order: for the filter."""
    found: dict[str, set[str]] = {}
    for entity in (*_KINDS, *(act.value for act in Act)):
        found.setdefault(kind(entity), set()).add(entity)
    return {title: frozenset(entities) for title, entities in found.items()}


def what(entry: TrailEntry, names: Names) -> str:
    """The whole entry in one line: ALSFRS-R answer “walking” of visit Month 2: 3 → 2."""
    if entry.entity in _ACTS:
        return _act(entry)
    subject = _subject(entry, names)
    if entry.before is None and entry.after is None:
        return _("{kind}: {hidden}").format(kind=kind(entry.entity), hidden=HIDDEN)
    changed = [one for one in changes(entry, names) if one.changed]
    if entry.before is None:
        told = ", ".join(_told(one, one.after) for one in changed if one.after != MISSING)
        return _("{subject} entered: {what}").format(subject=subject, what=told or MISSING)
    if entry.after is None:
        told = ", ".join(_told(one, one.before) for one in changed if one.before != MISSING)
        return _("{subject} removed: {what}").format(subject=subject, what=told or MISSING)
    told = ", ".join(
        _("{told} → {after}").format(told=_told(one, one.before), after=_short(one.after))
        for one in changed
    )
    return _("{subject}: {what}").format(subject=subject, what=told or MISSING)


def changes(entry: TrailEntry, names: Names) -> tuple[FieldChange, ...]:
    """Every field that a person knows by name, in the order of the form; ids are not among them."""
    if entry.entity in _ACTS:
        details = _fields(entry.after)
        return tuple(
            FieldChange(label=_detail(name), before="", after=_plain(value), changed=True)
            for name, value in details.items()
        )
    before, after = _fields(entry.before), _fields(entry.after)
    known = _KINDS.get(entry.entity)
    found = []
    for name in {**before, **after}:
        column = _column(known, name)
        if column is None:
            continue
        title, say = column
        then = say(before[name], before, names) if name in before else ""
        now = say(after[name], after, names) if name in after else ""
        # Why there is no score stands in the place of the score: the words can change alone.
        changed = before.get(name) != after.get(name) or then != now
        if {then, now} - {"", MISSING} or (before and after and changed):
            found.append(FieldChange(label=title, before=then, after=now, changed=changed))
    return tuple(found)


def local(entry: TrailEntry) -> str:
    """When it was by the clock on the wall there, with its offset: 3 Aug 2026 14:05:09 (+03:30)."""
    at = entry.local
    sign = "+" if entry.utc_offset_min >= 0 else "−"
    hours, minutes = divmod(abs(entry.utc_offset_min), 60)
    return f"{day(at.date())} {at:%H:%M:%S} ({sign}{hours:02}:{minutes:02})"


def _fields(text: str | None) -> dict[str, Any]:
    return {} if text is None else dict(json.loads(text))


def _told(one: FieldChange, value: str) -> str:
    """A field and its value; the one that the subject itself is the name of stands alone."""
    return f"{one.label} {_short(value)}" if one.label else _short(value)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _act(entry: TrailEntry) -> str:
    words = _ACT_WORDS[Act(entry.entity)]
    details = _fields(entry.after).items()
    told = ", ".join(f"{_detail(n)} {_plain(v)}" for n, v in details if v not in ("", None))
    row = entry.row if entry.entity in _ROW_IS_A_NAME else ""
    return ": ".join(part for part in (words, ", ".join(filter(None, (row, told)))) if part)


def _detail(name: str) -> str:
    return _DETAILS.get(name, name.replace("_", " "))


def _plain(value: Any) -> str:
    match value:
        case None | "":
            return MISSING
        case bool():
            return _yes_no(value, {}, Names())
        case str():
            return _instant_or_text(value)
        case _:
            return str(value)


def _instant_or_text(value: str) -> str:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return instant(at) if at.tzinfo is not None else day(at.date())


# How a value is said: from the value, the row that it stands in, and the names of what it refers to.
_Say = Callable[[Any, Fields, Names], str]


def _text(value: Any, _row: Fields, _names: Names) -> str:
    return MISSING if value in (None, "") else str(value)


def _private(_value: Any, _row: Fields, _names: Names) -> str:
    return _PRIVATE


def _yes_no(value: Any, _row: Fields, _names: Names) -> str:
    return MISSING if value is None else _("yes") if value else _("no")


def _yes_or_nothing(value: Any, _row: Fields, _names: Names) -> str:
    return _("yes") if value else MISSING


def _day(value: Any, _row: Fields, _names: Names) -> str:
    return day(None if value is None else date.fromisoformat(value))


def _partial(value: Any, _row: Fields, _names: Names) -> str:
    return partial_day(None if value is None else PartialDate.parse(value))


def _instant(value: Any, _row: Fields, _names: Names) -> str:
    return MISSING if value is None else instant(datetime.fromisoformat(value))


def _person(value: Any, _row: Fields, names: Names) -> str:
    return MISSING if value is None else names.person(value)


def _of_visit(value: Any, _row: Fields, names: Names) -> str:
    known = names.visits.get(value) if value else None
    return (
        MISSING
        if not value
        else _("a visit that was removed")
        if known is None
        else visit_words(known)
    )


def _in(unit: str) -> _Say:
    return lambda value, _row, _names: MISSING if value is None else f"{value:.10g} {unit}".strip()


def _computed(unit: str, decimals: int) -> _Say:
    """A number that the program computed: no digits beyond what they can mean."""
    return lambda value, _row, _names: number(value, decimals, unit)


def _one_of(words: Mapping[Any, str]) -> _Say:
    """The word for one of a closed set; one that this program does not know stands as it is."""
    spelt = {getattr(one, "value", one): text for one, text in words.items()}
    return lambda value, _row, _names: MISSING if value is None else spelt.get(value, str(value))


def visit_words(visit: VisitName) -> str:
    if visit.code is None:
        return _("unscheduled visit of {day}").format(day=day(visit.on))
    schedule = protocols.shipped().get(visit.protocol)
    title = (
        visit.code
        if schedule is None
        else schedule.visit_title(visit.code, is_first=visit.is_first)
    )
    return _("visit {title}").format(title=title)


def _measured(value: Any, row: Fields, _names: Names) -> str:
    found = measurement.kinds().get(row.get("kind", ""))
    if value is None:
        return _why_not(row)
    return f"{value:.10g}" if found is None else number(value, found.decimals, found.unit)


def _measurement_kind(value: Any, _row: Fields, _names: Names) -> str:
    found = measurement.kinds().get(value)
    return str(value) if found is None else found.title


def _set_to(value: Any, row: Fields, _names: Names) -> str:
    found = thresholds.shipped().get(row.get("id", ""))
    if found is None or value is None:
        return MISSING if value is None else f"{value:g}"
    if found.is_switch:
        return _("on") if value == thresholds.ON else _("off")
    return f"{value:g} {found.unit}"


def _score(value: Any, row: Fields, _names: Names) -> str:
    return _why_not(row) if value is None else str(value)


def _why_not(row: Fields) -> str:
    """No value is not nothing: the reason stands in its place."""
    why = row.get("not_done")
    return MISSING if why is None else labels.why_not(NotDone(why))


def _variant(value: Any, row: Fields, _names: Names) -> str:
    """5a or 5b, where a question is asked in two ways."""
    asked = instruments.shipped().get(row["instrument"])
    variants = () if asked is None else asked.variants(row["slot"])
    return next((i.number for i in variants if i.id == value and len(variants) > 1), MISSING)


def _instrument(value: Any, _row: Fields, _names: Names) -> str:
    found = instruments.shipped().get(value)
    return str(value) if found is None else found.title


def _schedule(value: Any, _row: Fields, _names: Names) -> str:
    found = protocols.shipped().get(value)
    return _text(value, _row, _names) if found is None else found.title


def _alert(value: Any, _row: Fields, _names: Names) -> str:
    found = alerts.shipped().alerts.get(str(value).partition(".")[0])
    return str(value) if found is None else found.title


def _decided(row: Fields, _names: Names) -> str:
    """What a decision is about: the action, by its title."""
    found = alerts.shipped().actions.get(row["subject"]) if row["kind"] == "action" else None
    title = row["subject"] if found is None else found.title
    return _("Decision on “{title}”").format(title=title)


def _facts(value: Any, _row: Fields, names: Names) -> str:
    """The facts that were known, each by the alert it met and its value."""
    facts = json.loads(value) if isinstance(value, str) else value
    return ", ".join(
        f"{_alert(key, {}, names)} {MISSING if fact is None else f'{round(fact, 2):g}'}"
        for key, fact in facts.items()
        if "/" not in key
    )


def _criterion(value: Any, row: Fields, _names: Names) -> str:
    schedule = protocols.shipped().get(row.get("protocol", ""))
    found = schedule and next((c for c in schedule.criteria if c.id == value), None)
    return str(value) if not found else found.title


def _reference_group(value: Any, _row: Fields, _names: Names) -> str:
    return MISSING if value in (None, "") else str(value)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the rows of one table are called, how one of them is named, and its columns in words."""

    title: str
    subject: Callable[[Fields, Names], str]
    columns: Mapping[str, tuple[str, _Say]]


_NOT_DONE = (_("not done"), _one_of(labels.NOT_DONE))
_NOTE = (_("note"), _text)
_BY = (_("by"), _person)
_AT = (_("at"), _instant)
_REASON = (_("reason"), _text)
_MODE = (_("way"), _one_of(labels.MODE))
_RESPONDENT = (_("answered by"), _one_of(labels.RESPONDENT))
_VISIT = (_("at"), _of_visit)
# Never said: whose a row is stands before it, and what identifies it means nothing to anybody.
_SILENT = {
    "id",
    "patient_id",
    "visit_id",
    "spirometry_id",
    "query_id",
    "subject",
    "place",
    "author",
}


def _at_visit(row: Fields, names: Names, thing: str) -> str:
    found = names.visits.get(row.get("visit_id") or "")
    if row.get("visit_id") is None:
        return thing
    if found is None:
        return _("{thing} of a visit that was removed").format(thing=thing)
    return _("{thing} of {visit}").format(thing=thing, visit=visit_words(found))


def _named(title: str) -> Callable[[Fields, Names], str]:
    return lambda row, names: _at_visit(row, names, title)


def _answer(row: Fields, names: Names) -> str:
    shipped: Instrument | None = instruments.shipped().get(row["instrument"])
    title = row["instrument"] if shipped is None else shipped.title
    asked = row["slot"]
    if shipped is not None and (variants := shipped.variants(asked)):
        given = next((item for item in variants if item.id == row["item"]), variants[0])
        asked = given.title.lower()
    thing = _("{questionnaire} answer “{question}”").format(questionnaire=title, question=asked)
    return _at_visit(row, names, thing)


def _form(row: Fields, names: Names) -> str:
    return _at_visit(row, names, _instrument(row["instrument"], row, names))


def _visit(row: Fields, _names: Names) -> str:
    on = date.fromisoformat(row["date"])
    if row["code"] is None:
        return _("Unscheduled visit of {day}").format(day=day(on))
    return _("Visit {code} of {day}").format(code=row["code"], day=day(on))


def _blow(row: Fields, names: Names) -> str:
    visit = names.spirometry.get(row["spirometry_id"])
    return _at_visit({"visit_id": visit or ""}, names, _("Blow {n}").format(n=row["number"]))


def _measurement(row: Fields, names: Names) -> str:
    return _at_visit(row, names, _measurement_kind(row["kind"], row, names))


def _task(row: Fields, names: Names) -> str:
    return _at_visit(row, names, _("Assessment “{task}”").format(task=row["task"]))


def _threshold(row: Fields, _names: Names) -> str:
    found = thresholds.shipped().get(row["id"])
    return _("Threshold “{title}”").format(title=row["id"] if found is None else found.title)


_KINDS: Mapping[str, _Kind] = {
    "clinic": _Kind(
        _("clinic's settings"),
        lambda _row, _names: _("Clinic's settings"),
        {
            "name": (_("name"), _text),
            "letterhead": (_("letterhead"), _text),
            "protocol": (_("schedule"), _schedule),
            "equation": (_("equation"), _text),
            "demonstration": (_("demonstration"), _yes_no),
            "idle_lock_min": (_("locks after"), _in("min")),
            "telling_file_names": (_("names of saved files tell record number and day"), _yes_no),
        },
    ),
    "threshold": _Kind(_("threshold"), _threshold, {"value": ("", _set_to)}),
    "user": _Kind(
        _("user"),
        lambda row, _names: _("User {login}").format(login=row["login"]),
        {
            "full_name": (_("name"), _text),
            "role": (_("role"), _one_of(labels.ROLE)),
            "created_at": (_("created"), _instant),
            "disabled_at": (_("disabled"), _instant),
            "must_change": (_("must change the password"), _yes_no),
            "password_at": (_("password of"), _instant),
        },
    ),
    "patient": _Kind(
        _("patient"),
        lambda row, _names: _("Patient {number}").format(number=row["record_number"]),
        {
            "record_number": (_("record number"), _text),
            "family_name": (_("family name"), _text),
            "given_name": (_("given name"), _text),
            "sex": (_("sex"), _one_of(labels.SEX)),
            "born": (_("born"), _day),
            "stated_age_years": (_("stated age"), _in(_("years"))),
            "stated_duration_months": (_("stated duration"), _in(_("months"))),
            "stated_on": (_("stated on"), _day),
            "onset_region": (_("onset region"), _one_of(labels.ONSET)),
            "onset": (_("onset"), _partial),
            "diagnosis": (_("diagnosis"), _partial),
            "height_cm": (_("height"), _in("cm")),
            "reference_group": (_("reference group"), _text),
            "protocol": (_("schedule"), _schedule),
            "protocol_version": (_("version of the schedule"), _text),
            "reference_on": (_("reference day"), _day),
            "registered_on": (_("registered"), _day),
            "note": _NOTE,
        },
    ),
    "external_result": _Kind(
        _("stated result"),
        lambda row, names: _one_of(labels.EXTERNAL)(row["kind"], row, names),
        {
            "value": (_("value"), _in("")),
            "measured_on": (_("measured on"), _day),
            "source": (_("source"), _text),
        },
    ),
    "visit": _Kind(
        _("visit"),
        _visit,
        {
            "kind": (
                _("kind"),
                _one_of({"scheduled": _("planned"), "unscheduled": _("unscheduled")}),
            ),
            "code": (_("planned visit"), _text),
            "date": (_("date"), _day),
            "state": (_("state"), _one_of({"draft": _("draft"), "finished": _("finished")})),
            "rater": (_("rater"), _person),
            "mode": _MODE,
            "respondent": _RESPONDENT,
            "weight_kg": (_("weight"), _in("kg")),
            "new_events": (_("new events"), _yes_no),
            "clinical_stage": (_("clinical stage"), _text),
            "note": _NOTE,
            "paper_on": (_("paper form of"), _day),
            "paper_by": (_("paper form filled in by"), _text),
            "started_at": (_("started"), _instant),
            "finished_at": (_("finished"), _instant),
        },
    ),
    "visit_mark": _Kind(
        _("mark on a planned visit"),
        lambda row, _names: _("Planned visit {code}").format(code=row["code"]),
        {"mark": (_("marked"), _one_of(labels.MARK)), "reason": _REASON},
    ),
    "form": _Kind(
        _("questionnaire"),
        _form,
        {
            "version": (_("version"), _text),
            "not_done": _NOT_DONE,
            "rater": (_("rater"), _person),
            "mode": _MODE,
            "respondent": _RESPONDENT,
            "interpreter": (_("interpreter"), _yes_no),
            "compared_at": (_("previous form shown"), _instant),
        },
    ),
    "answer": _Kind(
        _("answer"),
        _answer,
        {
            "value": ("", _score),
            "item": (_("question"), _variant),
            "note": _NOTE,
            "corrected": (_("corrected because"), _text),
        },
    ),
    "spirometry": _Kind(
        _("spirometry"),
        _named(_("Spirometry")),
        {
            "test_type": (_("test"), _one_of(labels.TEST_TYPE)),
            "position": (_("position"), _one_of(labels.POSITION)),
            "device": (_("device"), _text),
            "height_cm": (_("height"), _in("cm")),
            "equation": (_("equation"), _text),
            "equation_version": (_("version of the equation"), _text),
            "sex": (_("sex"), _one_of(labels.SEX)),
            "age_years": (_("age"), _computed(_("years"), 3)),  # a day is 0.003 years
            "reference_group": (_("reference group"), _reference_group),
            "interface": (_("interface"), _one_of(labels.INTERFACE)),
            "device_percent": (_("device's % predicted"), _in("%")),
            "not_done": _NOT_DONE,
        },
    ),
    "blow": _Kind(
        _("blow"),
        _blow,
        {
            "volume_ml": (_("volume"), _in("mL")),
            "fev1_ml": (_("FEV1"), _in("mL")),
            "quality": (_("quality"), _one_of(labels.BLOW_QUALITY)),
            "remark": (_("remark"), _text),
        },
    ),
    "measurement": _Kind(
        _("measurement"),
        _measurement,
        {"value": ("", _measured), "note": _NOTE},
    ),
    "reconciliation": _Kind(
        _("plausibility question"),
        _named(_("Plausibility question")),
        {
            "rule": (_("rule"), _text),
            "found": (_("found"), _text),
            "decision": (
                _("decided"),
                _one_of({"kept": _("kept"), "corrected": _("corrected")}),
            ),
            "reason": _REASON,
            "by": _BY,
            "at": _AT,
        },
    ),
    "acknowledgement": _Kind(
        _("alert acknowledged"),
        lambda row, names: _("Alert “{title}”").format(title=_alert(row["alert"], row, names)),
        {
            "visit_id": _VISIT,
            "value": (_("value"), _in("")),
            "reason": _REASON,
            "by": _BY,
            "at": _AT,
        },
    ),
    "record": _Kind(
        _("record of a form"),
        lambda row, names: _at_visit(row, names, form_words.record_title(row, names)),
        {
            "not_done": _NOT_DONE,
            "version": (_("version"), _text),
            "entered_by": (_("entered by"), _person),
            "entered_at": (_("entered"), _instant),
        },
    ),
    "item": _Kind(
        _("value of a form"),
        form_words.item_title,
        {
            "value": ("", form_words.item_value),
            "note": _NOTE,
            "kept": (_("kept because"), _text),
        },
    ),
    "record_check": _Kind(
        _("asked at a visit"),
        lambda row, names: _at_visit(row, names, form_words.check_title(row, names)),
        {"answer": ("", form_words.check_answer)},
    ),
    "definition": _Kind(
        _("form or schedule of the clinic"),
        lambda row, _names: _("{kind} “{id}” of the clinic, version {version}").format(
            kind=_one_of(labels.DEFINITION)(row["kind"], row, _names),
            id=row["id"],
            version=row["version"],
        ),
        {"added_by": (_("added by"), _person), "added_at": (_("added"), _instant)},
    ),
    "decision": _Kind(
        _("decision"),
        _decided,
        {
            "choice": (_("decided"), _one_of(labels.CHOICE)),
            "reason": _REASON,
            "review_on": (_("asked again on"), _day),
            "facts": (_("facts"), _facts),
            "visit_id": _VISIT,
            "by": _BY,
            "at": _AT,
        },
    ),
    "criterion_result": _Kind(
        _("eligibility criterion"),
        lambda row, names: _("Criterion “{title}”").format(
            title=_criterion(row["criterion"], row, names)
        ),
        {
            "met": (_("met"), _yes_no),
            "note": _NOTE,
            "waiver": (_("deviation because"), _text),
            "waived_by": (_("deviation by"), _person),
            "waived_at": (_("deviation at"), _instant),
            "proposed": (_("deviation is only proposed"), _yes_or_nothing),
        },
    ),
    "adverse_event": _Kind(
        _("adverse event"),
        lambda row, _names: _("Adverse event “{term}”").format(term=_short(row["term"])),
        {
            "term": (_("term"), _text),
            "coded_term": (_("coded term"), _text),
            "visit_id": (_("reported at"), _of_visit),
            "onset": (_("began"), _partial),
            "ended": (_("ended"), _partial),
            "grade": (_("grade"), _one_of({int(one): labels.GRADE[one] for one in Grade})),
            "serious": (_("serious"), _yes_no),
            "outcome": (_("outcome"), _one_of(labels.OUTCOME)),
            "note": _NOTE,
        },
    ),
    "milestone": _Kind(
        _("milestone"),
        lambda row, names: _one_of(labels.MILESTONES)(row["kind"], row, names),
        {"happened_on": (_("when"), _partial), "note": _NOTE},
    ),
    "task_result": _Kind(
        _("assessment done elsewhere"), _task, {"done": (_("done"), _yes_no), "note": _NOTE}
    ),
    "typed_text": _Kind(
        _("text not yet a value"),
        lambda row, _names: _("Text not yet a value in “{field}”").format(field=row["field"]),
        {"text": (_("text"), _private), "at": _AT},
    ),
    "raw_text": _Kind(
        _("text not yet a value"),
        lambda row, _names: _("Text not yet a value in “{field}”").format(field=row["field"]),
        {"text": (_("text"), _private)},
    ),
    "signature": _Kind(
        _("signature"),
        _named(_("Signature")),
        {
            "printed_name": (_("name"), _text),
            "role": (_("role"), _one_of(labels.ROLE)),
            "meaning": (_("meaning"), _one_of(labels.MEANING)),
            "signed_at": (_("signed"), _instant),
            "data_hash": (_("hash of the data"), _text),
        },
    ),
    "lock": _Kind(
        _("lock"),
        lambda row, names: _("Lock on the {level}").format(
            level=_one_of(labels.LOCK_LEVEL)(row["level"], row, names)
        ),
        {
            "locked_by": (_("locked by"), _person),
            "locked_at": (_("locked"), _instant),
            "reason": _REASON,
            "unlocked_by": (_("unlocked by"), _person),
            "unlocked_at": (_("unlocked"), _instant),
            "unlock_reason": (_("unlocked because"), _text),
        },
    ),
    "data_query": _Kind(
        _("query"),
        lambda row, names: _at_visit(
            row, names, _("Query on “{label}”").format(label=row["label"])
        ),
        {
            "text": (_("question"), _text),
            "rule": (_("rule"), _text),
            "opened_by": (_("asked by"), _person),
            "opened_at": (_("asked"), _instant),
            "closed_by": (_("closed by"), _person),
            "closed_at": (_("closed"), _instant),
        },
    ),
    "query_reply": _Kind(
        _("answer to a query"),
        lambda _row, _names: _("Answer to a query"),
        {"text": ("", _text), "by": _BY, "at": _AT, "asks": (_("asks again"), _yes_no)},
    ),
}
_ACT_WORDS: Mapping[Act, str] = {
    Act.SIGNED_IN: _("signed in"),
    Act.SIGN_IN_FAILED: _("sign-in failed"),
    Act.SIGNED_OUT: _("signed out"),
    Act.LOCKED: _("screen locked"),
    Act.RECOVERY_USED: _("recovery code used"),
    Act.RECOVERY_MADE: _("recovery code made"),
    Act.PASSWORD_SET: _("password set"),
    Act.VIEWED: _("chart viewed"),
    Act.PRINTED: _("printed"),
    Act.EXPORTED: _("exported"),
    Act.BACKED_UP: _("backed up"),
    Act.RESTORED: _("restored from a backup"),
    Act.DRILLED: _("restore drill"),
    Act.VERIFIED: _("trail verified"),
    Act.CLOCK_SET_BACK: _("clock behind the entry before"),
}
_ROW_IS_A_NAME = {Act.RECOVERY_USED.value, Act.PASSWORD_SET.value}
_DETAILS: Mapping[str, str] = {
    "role": _("role"),
    "login": _("user"),
    "at": _("at"),
    "last": _("last entry of"),
    "document": _("document"),
    "entries": _("entries"),
    "rows": _("rows"),
    "problem": _("problem"),
    "backup": _("backup"),
    "verdict": _("verdict"),
    "as_of": _("as it stood at"),
}


def _subject(entry: TrailEntry, names: Names) -> str:
    known = _KINDS.get(entry.entity)
    row = _fields(entry.after) or _fields(entry.before)
    return entry.entity if known is None or not row else known.subject(row, names)


def _column(known: _Kind | None, name: str) -> tuple[str, _Say] | None:
    """A column's title and how it is said; None for what nobody wants to read."""
    if known is not None and name in known.columns:
        return known.columns[name]
    return None if known is not None or name in _SILENT else (name, _text)
