"""What was checked, ordered and given on an infusion day, in words: beside the monitoring, and on the summary."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.forms import around, catalog, wording
from core.forms.definition import Form
from core.forms.reading import say
from core.labels import why_not
from core.model import event_details
from core.model.adverse_event import AdverseEvent
from core.model.form_record import FormRecord, Stored
from core.model.ids import VisitId
from core.model.record import PatientRecord
from core.views import monitoring
from core.views.fact import Fact
from core.views.monitoring import DISCHARGE, INFUSION, PRODUCT
from core.words import _, number, plural, signed

DONOR = "donor"
FORMS = (PRODUCT, DONOR, INFUSION, monitoring.FORM, DISCHARGE)
MILLION = 1_000_000
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_TESTS = ("hiv", "hbsag", "anti_hbc", "hcv", "htlv1", "htlv2", "syphilis", "cmv")


@dataclass(frozen=True, slots=True)
class Line:
    """One value of the day with its title; ``remark`` says how it stands to what is asked, ``good`` whether well.

    Two that are ``half`` have room beside one another.
    """

    title: str
    text: str
    remark: str = ""
    good: bool = True
    half: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    lines: tuple[Line, ...]


def cells(millions: float) -> str:
    """A count of cells, given in 10⁶, as it is written: 150 is 1.50 × 10⁸."""
    if millions <= 0:
        return number(millions, 0)
    whole, _e, power = f"{millions * MILLION:.2e}".partition("e")
    raised = str(int(power)).translate(_RAISED)
    return f"{whole} × 10{raised}"


def parts(record: PatientRecord, visit_id: VisitId) -> tuple[Part, ...]:
    """Product, donor and dose, as far as they are entered."""
    found = (
        Part(_("Product"), _product(record, visit_id)),
        Part(_donor_title(record, visit_id), _donor(record, visit_id)),
        Part(_("Dose"), _dose(record, visit_id)),
    )
    return tuple(one for one in found if one.lines)


def facts(record: PatientRecord, visit_id: VisitId) -> tuple[Fact, ...]:
    """The day in a few lines, for a summary: product, dose, times, the worst vital signs, discharge."""
    found = [
        Fact(_("Product"), _product_words(record, visit_id)),
        Fact(_("Given"), _given_words(record, visit_id)),
        Fact(_("Monitoring"), _monitored_words(record, visit_id)),
        Fact(
            _("Discharge"),
            ", ".join(_words(record, visit_id, DISCHARGE, ("at", "state", "complaints"))),
        ),
    ]
    for one in record.forms:
        if one.visit_id == visit_id and one.form in FORMS and one.not_done is not None:
            title = catalog.newest()[one.form].plural
            found = [fact for fact in found if fact.label != title]
            found.append(Fact(title, why_not(one.not_done)))
    notes = [
        f"{said.field.title}: {said.note}"
        for name in (PRODUCT, DONOR, INFUSION, DISCHARGE)
        if (form := _form(record, visit_id, name)) is not None
        for said in wording.said(form[0], form[1], around.of_visit(record, visit_id))
        if said.note
    ]
    found.append(Fact(_("Kept with a reason"), "; ".join(notes)))
    return tuple(fact for fact in found if fact.text)


def _words(
    record: PatientRecord, visit_id: VisitId, form: str, names: tuple[str, ...]
) -> list[str]:
    return [line.text for line in _lines(record, visit_id, form, names)]


def _product_words(record: PatientRecord, visit_id: VisitId) -> str:
    parts = [line.text for line in _product(record, visit_id) if line.title == _("Product")]
    lot = monitoring.value(record, visit_id, PRODUCT, "lot")
    if lot is not None:
        parts.append(_("lot {lot}").format(lot=lot))
    code = monitoring.value(record, visit_id, DONOR, "code")
    if code is not None:
        parts.append(_("donor {code}").format(code=code))
    parts += [
        _("viability {value}").format(value=value)
        for value in _words(record, visit_id, PRODUCT, ("viability",))
    ]
    return ", ".join(parts)


def _given_words(record: PatientRecord, visit_id: VisitId) -> str:
    known = _known(record, visit_id, INFUSION)
    given, per_kg = _as_number(known.get("given")), _as_number(known.get("given_per_kg"))
    parts = []
    if given is not None:
        parts.append(_("{cells} cells").format(cells=cells(given)))
    if per_kg is not None:
        off = _as_number(known.get("from_order"))
        of_order = "" if off is None else f", {_off(off, _('from the order'))}"
        text = _("{cells} per kg at {weight}{off}")
        weight = number(_as_number(known.get("weight")), 1, "kg")
        parts.append(text.format(cells=cells(per_kg), weight=weight, off=of_order))
    parts += _words(record, visit_id, INFUSION, ("volume",))
    start, end = monitoring.started(record, visit_id), monitoring.ended(record, visit_id)
    clocks = [f"{one.astimezone():%H:%M}" for one in (start, end) if one is not None]
    return ", ".join(filter(None, (*parts, "–".join(clocks))))


def _monitored_words(record: PatientRecord, visit_id: VisitId) -> str:
    every = monitoring.times(record, visit_id)
    read = sum(one.is_read for one in every)
    if not read:
        return ""
    form = catalog.newest()[monitoring.FORM]
    worst = [
        _("{sign} {value} at {time}").format(
            sign=form.field(one.field).title,
            value=say(form.field(one.field), one.value),
            time=one.time.title,
        )
        for one in monitoring.worst(record, visit_id)
    ]
    left = monitoring.missing(record, visit_id)
    parts = [plural(read, "read at 1 time", "read at {n} times")]
    if left:
        parts.append(_("not at {times}").format(times=", ".join(one.title for one in left)))
    usual = _("all in range")
    out = _("out of range, the furthest: {values}").format(values=", ".join(worst))
    return "; ".join((*parts, out if worst else usual))


def in_a_line(record: PatientRecord, visit_id: VisitId) -> str:
    """The day where there is no room: lot, cells, from when to when."""
    given = _known(record, visit_id, INFUSION)
    start, end = monitoring.started(record, visit_id), monitoring.ended(record, visit_id)
    times = [f"{one.astimezone():%H:%M}" for one in (start, end) if one is not None]
    count = _as_number(given.get("given"))
    texts = [
        str(given.get("lot") or ""),
        "" if count is None else _("{cells} cells").format(cells=cells(count)),
        "–".join(times),
    ]
    return " · ".join(text for text in texts if text)


def rate(record: PatientRecord, visit_id: VisitId) -> tuple[str, bool]:
    """What was given by weight, time and rate, and whether it is as in the protocol; empty while one is not known."""
    known = _known(record, visit_id, INFUSION)
    per_kg, minutes, given = (_as_number(known.get(n)) for n in ("given_per_kg", "minutes", "rate"))
    if per_kg is None or minutes is None or given is None:
        return "", True
    limits = record.thresholds
    least, most = limits["infusion_minutes_least"], limits["infusion_minutes_most"]
    off = (per_kg / limits["infusion_cells_per_kg"] - 1) * 100
    good = least <= minutes <= most and _within(record, off)
    text = _("{cells} per kg · {n} min · {rate}").format(
        cells=cells(per_kg), n=f"{minutes:.0f}", rate=number(given, 1, _("mL/min"))
    )
    words = _("{text}: as in the protocol") if good else _("{text}: not as in the protocol")
    return words.format(text=text), good


def events(record: PatientRecord, visit_id: VisitId) -> tuple[event_details.EventDetails, ...]:
    """The adverse events that began on the day of the infusion, or were reported at its visit."""
    on = record.visit(visit_id).date

    def belongs(one: AdverseEvent) -> bool:
        return one.onset.exact and one.onset.first == on

    return tuple(event_details.details(record, one) for one in record.events if belongs(one))


def _form(record: PatientRecord, visit_id: VisitId, form: str) -> tuple[Form, FormRecord] | None:
    one = next(iter(monitoring.of_visit(record, visit_id, form)), None)
    used = None if one is None else catalog.find(one.form, one.version)
    return None if one is None or used is None else (used, one)


def _known(record: PatientRecord, visit_id: VisitId, form: str) -> Mapping[str, Stored | None]:
    found = _form(record, visit_id, form)
    if found is None:
        return {}
    return wording.of_record(found[0], found[1], around.of_visit(record, visit_id))


def _lines(
    record: PatientRecord, visit_id: VisitId, form: str, names: tuple[str, ...]
) -> list[Line]:
    found = _form(record, visit_id, form)
    if found is None:
        return []
    used, known = found[0], _known(record, visit_id, form)
    lines = []
    for name in names:
        one = used.find(name)
        if one is not None and known.get(name) is not None:
            lines.append(Line(one.title, say(one, known[name])))
    return lines


def _product(record: PatientRecord, visit_id: VisitId) -> tuple[Line, ...]:
    known = _known(record, visit_id, PRODUCT)
    found = _form(record, visit_id, PRODUCT)
    if found is None:
        return ()
    form = found[0]

    def said(name: str) -> str:
        value = known.get(name)
        return "" if value is None else say(form.field(name), value)

    passage = said("passage") and _("passage {n}").format(n=said("passage"))
    what = ", ".join(filter(None, (said("product"), said("source"), passage)))
    lines = [Line(_("Product"), what), Line(_("Lot"), said("lot"))]
    left = _as_number(known.get("hours_left"))
    remark = "" if left is None else _left(left)
    lines.append(Line(_("Use by"), said("use_by"), remark, good=left is None or left >= 0))
    viability, least = _as_number(known.get("viability")), record.thresholds["infusion_viability"]
    if viability is not None:
        good = viability >= least
        sign = "≥" if good else "<"
        lines.append(Line(_("Viability"), said("viability"), f"{sign} {least:g} %", good=good))
    clean = all(known.get(name) in {None, "negative"} for name in ("sterility", "mycoplasma"))
    lines.append(Line(_("Sterility"), said("sterility"), good=clean))
    lines.append(Line(_("Mycoplasma"), said("mycoplasma"), good=clean))
    if said("endotoxin"):
        below = "< " if known.get("endotoxin_sign") == "below" else ""
        lines.append(Line(_("Endotoxin"), below + said("endotoxin")))
    return tuple(line for line in lines if line.text)


def _left(hours: float) -> str:
    if hours < 0:
        return _("passed before the start")
    minutes = round(hours * 60)
    return _("{h} h {m} left at start").format(h=minutes // 60, m=f"{minutes % 60:02}")


def _donor_title(record: PatientRecord, visit_id: VisitId) -> str:
    code = monitoring.value(record, visit_id, DONOR, "code")
    return _("Donor") if code is None else _("Donor {code}").format(code=code)


def _donor(record: PatientRecord, visit_id: VisitId) -> tuple[Line, ...]:
    known = _known(record, visit_id, DONOR)
    who = _lines(record, visit_id, DONOR, ("relation", "sex", "age", "born"))
    if not who:
        return ()
    tests = [
        Line(one.title.partition(" (")[0], one.text, good=known.get(name) == "negative", half=True)
        for name in _TESTS
        for one in _lines(record, visit_id, DONOR, (name,))
    ]
    text = ", ".join(one.text for one in who)
    return (Line(_("Who"), text), *tests, *_lines(record, visit_id, DONOR, ("consent_on",)))


def _dose(record: PatientRecord, visit_id: VisitId) -> tuple[Line, ...]:
    known = _known(record, visit_id, INFUSION)
    weight, per_kg, ordered, given = (
        _as_number(known.get(name)) for name in ("weight", "per_kg", "ordered", "given")
    )
    lines = []
    if weight is not None and per_kg is not None and ordered is not None:
        text = f"{number(weight, 1, 'kg')} × {cells(per_kg)} = {cells(ordered)}"
        off = _as_number(known.get("from_protocol"))
        remark = "" if off is None else _off(off, _("from the protocol"))
        lines.append(Line(_("Ordered"), text, remark, good=_within(record, off)))
    if given is not None:
        off = _as_number(known.get("from_order"))
        remark = "" if off is None else _off(off, _("from the order"))
        lines.append(Line(_("Given"), cells(given), remark, good=_within(record, off)))
    times = [
        f"{one.astimezone():%H:%M}"
        for one in (monitoring.started(record, visit_id), monitoring.ended(record, visit_id))
        if one is not None
    ]
    volume = _lines(record, visit_id, INFUSION, ("volume",))
    text = ", ".join(filter(None, ("–".join(times), *(one.text for one in volume))))
    lines.append(Line(_("Infusion"), text))
    line = ", ".join(one.text for one in _lines(record, visit_id, INFUSION, ("line", "site")))
    lines.append(Line(_("Line"), line))
    by = _lines(record, visit_id, INFUSION, ("given_by", "second_checker"))
    lines.append(Line(_("By"), ", ".join(one.text for one in by)))
    return tuple(one for one in lines if one.text)


def _off(percent: float, of: str) -> str:
    return f"{signed(percent, 1, '%')} {of}"


def _within(record: PatientRecord, percent: float | None) -> bool:
    low, high = (record.thresholds[f"infusion_dose_{one}"] for one in ("below", "above"))
    return percent is None or low <= percent <= high


def _as_number(value: Stored | None) -> float | None:
    return None if value is None or isinstance(value, str) else float(value)
