"""How far and how fast, as known on the day of a visit: stages, deltaFS, slopes, the line of the capacity."""

from core.instruments import catalog as instruments
from core.instruments.definition import Instrument
from core.model.assessment import Assessment
from core.model.record import PatientRecord
from core.model.visit import Visit
from core.science.progression import NoSlope, Slope
from core.science.projection import Crossing
from core.views import course
from core.views.fact import Fact
from core.words import MISSING, _


def slope_text(result: Slope | NoSlope) -> str:
    """Points per month with its interval, its forms, their span and the last one's day; or why there is none."""
    if isinstance(result, NoSlope):
        return result.reason
    rate = course.rate_text(result.per_month, _("points/month"))
    return f"{rate} ({course.slope_interval_text(result)}; {course.basis_text(result)})"


def incomplete_text(instrument: Instrument, form: Assessment) -> str:
    """Why nothing can be said from a form that has no total; empty where it has one."""
    total = instrument.total
    if total is None or total.score(form.values) is not None:
        return ""
    text = _("{missing} (this form is incomplete: {n} of {all} answered)")
    n, every = total.answered(form.values), len(total.slots)
    return text.format(missing=MISSING, n=n, all=every)


def course_facts(record: PatientRecord, visit: Visit) -> tuple[Fact, ...]:
    """How far and how fast, as known on the day of the visit: stages, deltaFS, slopes, the NIV line."""
    facts = []
    form = record.assessment(visit.id, instruments.ALSFRS_R)
    answered = form is not None and bool(form.values)
    if form is not None and answered:
        found = course.stages(record, form)
        parts = [
            _("King's {stage}").format(stage=course.kings_text(found.kings)),
            _("MiToS {stage}").format(stage=course.mitos_text(found.mitos)),
        ]
        if found.ft9_shown:
            text = MISSING if found.ft9 is None else str(found.ft9)
            parts.append(_("FT9 {n} (rule unconfirmed)").format(n=text))
        known = found.kings.stage is not None or found.mitos.stage is not None
        text = f"{' · '.join(parts)} · {_(course.ESTIMATED)}"
        facts.append(Fact(_("Stages"), text, known=known, figure="kings"))
    if visit.clinical_stage is not None:
        facts.append(Fact(_("King's stage, clinical"), visit.clinical_stage.value, "note/stage"))
    if form is not None and answered:
        facts += _rates(record, form)
    if any(session.visit_id == visit.id and session.measured for session in record.spirometry):
        crossing = crossing_fact(record)
        facts += [] if crossing is None else [crossing]
    return tuple(facts)


def crossing_fact(record: PatientRecord) -> Fact | None:
    """When vital capacity falls to the NIV line, or why that cannot be said; None where it was never measured."""
    crossing = course.capacity_crossing(record)
    if crossing is None:
        return None
    percent = record.thresholds["a1_vc_percent"]
    title = _("{series} at {n:g} %, projected").format(
        series=crossing[0].removesuffix(" %"), n=percent
    )
    known = isinstance(crossing[1], Crossing)
    return Fact(title, course.crossing_text(crossing[1]), known=known, figure="crossing")


def _rates(record: PatientRecord, form: Assessment) -> list[Fact]:
    """deltaFS and slopes; of an incomplete form a dash, and never those of an older one."""
    title = _("deltaFS since onset")
    if why := incomplete_text(instruments.named(form.instrument, form.version), form):
        return [Fact(title, why, known=False, figure="delta-fs")]
    rate = course.delta_fs(record)
    facts = [] if rate is None else [Fact(title, course.delta_fs_text(rate), figure="delta-fs")]
    # The slope over all forms stands below the scores.
    facts += [
        Fact(_("Slope {window}").format(window=one.name), slope_text(one.result), figure="slope")
        for one in course.slopes(record)
        if one.window is not course.Window.ALL and isinstance(one.result, Slope)
    ]
    return facts
