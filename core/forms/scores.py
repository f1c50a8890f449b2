"""What is counted within one record: systems of an examination, strength, scores; shown beside it, and never stored."""

from collections.abc import Callable, Iterable

from core.model.form_record import Stored

Read = Callable[[str], Stored | None]

SYSTEMS = (
    "general",
    "skin",
    "head_neck",
    "lymph",
    "lungs",
    "heart",
    "abdomen",
    "limbs",
    "legs",
    "spine",
    "puncture",
)


def abnormal_systems(read: Read) -> float | None:
    """How many systems of a physical examination are abnormal; None where none was looked at."""
    return float(_count(read, "abnormal")) if _examined(read) else None


def examined_systems(read: Read) -> float | None:
    """How many systems were looked at; None where it was said of none."""
    return float(_examined(read)) if any(read(one) is not None for one in SYSTEMS) else None


def _examined(read: Read) -> int:
    return _count(read, "normal") + _count(read, "abnormal")


def _count(read: Read, answer: str) -> int:
    return sum(read(one) == answer for one in SYSTEMS)


_BOTH_SIDES = (
    "shoulder_abduction",
    "elbow_flexion",
    "elbow_extension",
    "wrist_extension",
    "finger_extension",
    "first_interosseous",
    "thumb_abduction",
    "hip_flexion",
    "knee_flexion",
    "knee_extension",
    "ankle_dorsiflexion",
    "ankle_plantarflexion",
)
MUSCLES = (
    "neck_flexion",
    "neck_extension",
    *(f"{one}_{side}" for one in _BOTH_SIDES for side in ("left", "right")),
)


def mrc_mean(read: Read) -> float | None:
    """The mean MRC grade (0 to 5) of the muscles that were tested; one that was not tested is not 0."""
    grades = _numbers(read, MUSCLES)
    return sum(grades) / len(grades) if grades else None


def mrc_tested(read: Read) -> float | None:
    return float(len(_numbers(read, MUSCLES)))


def ecas_sum(read: Read) -> float | None:
    """ALS-specific (of 100) and non-specific (of 36) together, of 136; None unless both are known."""
    both = _numbers(read, ("specific", "nonspecific"))
    return sum(both) if len(both) == 2 else None


def _numbers(read: Read, names: Iterable[str]) -> list[float]:
    return [float(value) for one in names if isinstance(value := read(one), int | float)]
