"""A spirometry session in words: the best value, what it means, how good it is."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from core.findings import registers
from core.labels import INTERFACE, POSITION, SEX, TEST_TYPE, why_not_alone
from core.model.nouns import SPIROMETRY
from core.model.record import PatientRecord
from core.model.spirometry import BlowQuality, Spirometry, TestType
from core.science import lung_function
from core.science.spirometry import (
    Result,
    evaluate,
    evaluate_fev1,
    evaluate_ratio,
    vital_capacities,
)
from core.views.fact import Fact
from core.words import MISSING, _, day, number, signed


@dataclass(frozen=True, slots=True)
class SpirometrySummary:
    """``headline`` is the best value; ``facts`` say what it means; ``why_not`` why it has no % predicted.

    ``brief`` are the facts in few lines, below ``headline`` and ``percent`` (which says what it is of; empty where
    there is none). ``equation_id`` names the equation.
    """

    title: str
    headline: str
    facts: tuple[Fact, ...]
    equation: str
    why_not: str
    field: str = dataclasses.field(default="", compare=False)
    percent: str = ""
    brief: tuple[Fact, ...] = ()
    equation_id: str = ""


def spirometry_title(session: Spirometry) -> str:
    return f"{TEST_TYPE[session.test_type]}, {POSITION[session.position]}"


def spirometry_summary(record: PatientRecord, session: Spirometry) -> SpirometrySummary:
    title, field = spirometry_title(session), f"{SPIROMETRY}/{SPIROMETRY}.{session.id}"
    if session.not_done is not None:
        reason = why_not_alone(session.not_done)
        return SpirometrySummary(title, reason, (), "", "", field)
    if not session.blows:
        return SpirometrySummary(title, _("No blow entered"), (), "", "", field)
    result = evaluate(session)
    earlier = percent_before(record, session)
    previous = f"{number(earlier[1], 1, '%')}, {day(earlier[0])}" if earlier else MISSING
    more = (*_more_facts(session), *_checked(record, session))
    facts = (
        Fact(
            percent_title(session.test_type),
            number(result.percent, 1, "%"),
            figure="vital-capacity",
        ),
        Fact(_("z-score"), number(result.z, 2), figure="z"),
        Fact(
            _("Predicted"),
            number(result.prediction.predicted if result.prediction else None, 2, "L"),
            figure="limits",
        ),
        Fact(
            _("LLN"),
            number(result.prediction.lln if result.prediction else None, 2, "L"),
            figure="limits",
        ),
        Fact(
            _("ULN"),
            number(result.prediction.uln if result.prediction else None, 2, "L"),
            figure="limits",
        ),
        Fact(
            _("Repeatability"),
            number(result.repeatability_ml, 0, _("mL")),
            figure="repeatability",
        ),
        Fact(_("Grade"), quality_text(session, result), figure="grade"),
        Fact(_("Previous"), previous),
        *more,
    )
    return SpirometrySummary(
        title=title,
        headline=number(result.best_l, 2, "L"),
        facts=facts,
        equation=equation_text(session),
        why_not=result.why_not,
        field=field,
        percent=_percent_text(session, result),
        brief=(*_brief(session, result, earlier), *more),
        equation_id=session.equation,
    )


def _more_facts(session: Spirometry) -> tuple[Fact, ...]:
    """What not every session has: FEV1 with its ratio, the interface, the percentage of the device."""
    facts = []
    if fev1 := fev1_text(session):
        facts += [
            Fact(_("FEV1"), fev1, figure="fev1"),
            Fact(_("FEV1/FVC"), ratio_text(session), figure="fev1"),
        ]
    if session.interface is not None:
        facts.append(Fact(_("Interface"), INTERFACE[session.interface]))
    if session.device_percent is not None:
        facts.append(Fact(_("Device prints"), device_percent_text(session.device_percent)))
    return tuple(facts)


def _checked(record: PatientRecord, session: Spirometry) -> tuple[Fact, ...]:
    """What the register says of the spirometer's check that day, where the clinic keeps one."""
    words = registers.checked_words(record, record.visit(session.visit_id), session.device)
    return (Fact(_("Device check"), words),) if words else ()


def _percent_text(session: Spirometry, result: Result) -> str:
    if result.percent is None:
        return ""
    text = number(result.percent, 1, "%")
    if session.test_type is TestType.FVC:
        return _("{n} predicted").format(n=text)
    return _("{n} of predicted FVC").format(n=text)


def _brief(
    session: Spirometry, result: Result, earlier: tuple[date, float] | None
) -> Iterator[Fact]:
    """What is known of a session in few lines: what is not known has none."""
    if earlier is not None:
        text = f"{number(earlier[1], 1, '%')}, {day(earlier[0])}"
        if result.percent is not None:
            text += f" ({signed(result.percent - earlier[1], 1, _('points'))})"
        yield Fact(_("Previous"), text)
    expected = result.prediction
    if expected is not None:
        text = (
            f"{number(result.z, 2)}, {number(expected.lln, 2, 'L')}, {number(expected.uln, 2, 'L')}"
        )
        yield Fact(_("z, LLN, ULN"), text)
        text = number(expected.predicted, 2, "L")
        if result.repeatability_ml is not None:
            text = _("{litres}, repeatability {ml}").format(
                litres=text, ml=number(result.repeatability_ml, 0, _("mL"))
            )
        yield Fact(_("Predicted"), text)
    elif result.repeatability_ml is not None:
        yield Fact(_("Repeatability"), number(result.repeatability_ml, 0, _("mL")))
    yield Fact(_("Grade"), quality_text(session, result))


def fev1_text(session: Spirometry) -> str:
    """The FEV1 with what it means; empty where no blow has one."""
    result = evaluate_fev1(session)
    if result is None:
        return ""
    parts = [number(result.best_l, 2, "L")]
    if result.percent is not None:
        parts.append(_("{n} predicted").format(n=number(result.percent, 1, "%")))
        parts.append(_("z {n}").format(n=number(result.z, 2)))
    return " · ".join([*parts, result.grade_text])


def ratio_text(session: Spirometry) -> str:
    """FEV1/FVC as a fraction, with its lower limit or why it has none; a dash where it cannot be formed."""
    ratio = evaluate_ratio(session)
    if ratio is None:
        return MISSING
    parts = [number(ratio.value, 2)]
    if ratio.prediction is not None:
        parts.append(_("z {n}").format(n=number(ratio.z, 2)))
        parts.append(_("LLN {n}").format(n=number(ratio.prediction.lln, 2)))
    elif evaluate(session).prediction is not None:  # what is missing for both is said once
        parts.append(ratio.why_not)
    return " · ".join(parts)


def device_percent_text(percent: float) -> str:
    """A percentage that the device computed by an equation of its own."""
    return _("{n:g} % predicted, its own equation").format(n=percent)


def percent_before(record: PatientRecord, session: Spirometry) -> tuple[date, float] | None:
    """The last % predicted of the same test type and position before this session."""
    earlier = [
        (other.date, result.percent)
        for other, result in vital_capacities(record)
        if (other.test_type, other.position) == (session.test_type, session.position)
        and other.date < session.date
        and result.percent is not None
    ]
    return earlier[-1] if earlier else None


def percent_title(test_type: TestType) -> str:
    """What the percentage is of: GLI has no SVC equation."""
    return _("% predicted") if test_type is TestType.FVC else _("% of predicted FVC")


def quality_text(session: Spirometry, result: Result) -> str:
    acceptable = len(session.volumes_ml(BlowQuality.ACCEPTABLE))
    blows = _("{n} of {all} blows acceptable").format(n=acceptable, all=len(session.blows))
    return f"{result.grade.value} ({blows})"


def equation_text(session: Spirometry) -> str:
    """The equation with the inputs it was given."""
    equation = lung_function.find(session.equation)
    inputs = [SEX[session.sex]]
    if session.age_years is not None:
        inputs.append(number(session.age_years, 1, _("y")))
    if session.height_cm is not None:
        inputs.append(number(session.height_cm, 0, "cm"))
    if equation is not None and session.reference_group is not None:
        inputs.append(_(equation.groups[session.reference_group]))
    title = session.equation if equation is None else equation.title
    return f"{title} · {', '.join(inputs)}"
