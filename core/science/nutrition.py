"""Body mass index, and the weight lost since it was first recorded, and since it was highest."""

from datetime import date

from core.model.record import PatientRecord


def bmi(weight_kg: float | None, height_cm: float | None) -> float | None:
    """Body mass index in kg/m²: weight over height squared, for adults; None where either is missing.

    WHO 2000, Obesity: preventing and managing the global epidemic, Technical Report Series 894.
    """
    if weight_kg is None or height_cm is None or weight_kg <= 0 or height_cm <= 0:
        return None
    return weight_kg / (height_cm / 100) ** 2


def weight_loss_percent(baseline_kg: float | None, now_kg: float | None) -> float | None:
    """What was lost since the baseline, in per cent of it: positive is a loss, negative a gain.

    None where either weight is missing. The term Weight loss of CTCAE v5.0 (NCI 2017) is graded by it.
    """
    if baseline_kg is None or now_kg is None or baseline_kg <= 0 or now_kg <= 0:
        return None
    return 100 * (baseline_kg - now_kg) / baseline_kg


def first_weight(record: PatientRecord, before: date) -> tuple[date, float] | None:
    """The first weight on record (kg) and its day, if it is earlier than ``before``; None if there is none.

    DESIGN: our choice of a baseline, from no paper: CTCAE leaves it to the study.
    """
    weights = ((v.date, v.weight_kg) for v in record.visits if v.weight_kg is not None)
    first = next(weights, None)
    return first if first is not None and first[0] < before else None


def highest_weight(record: PatientRecord, before: date) -> tuple[date, float] | None:
    """The highest weight (kg) of the visits before a day, and the day on which it was first reached; None without any.

    DESIGN: a weight that rose first would hide what was lost since; from no paper.
    """
    weights = [
        (v.date, v.weight_kg) for v in record.visits if v.weight_kg is not None and v.date < before
    ]
    return max(weights, key=lambda one: one[1], default=None)
