"""Vital capacity as measured at one visit, blow by blow. Volumes are whole millilitres."""

import datetime
from dataclasses import dataclass, field
from enum import StrEnum

from core.model.assessment import NotDone
from core.model.ids import SpirometryId, VisitId, new_id
from core.model.patient import Sex

MAX_BLOWS = 8


class TestType(StrEnum):
    __test__ = False  # pytest: not a test class

    FVC = "fvc"
    SVC = "svc"


class Position(StrEnum):
    SITTING = "sitting"
    SUPINE = "supine"


class Interface(StrEnum):
    MOUTHPIECE = "mouthpiece"
    FACE_MASK = "face_mask"


class BlowQuality(StrEnum):
    """ATS/ERS 2019: acceptable, not acceptable but usable, or neither."""

    ACCEPTABLE = "acceptable"
    USABLE = "usable"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """One manoeuvre; ``fev1_ml`` is the volume of its first second, where the spirometer gave it."""

    number: int
    volume_ml: int
    fev1_ml: int | None = None
    quality: BlowQuality = BlowQuality.ACCEPTABLE
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spirometry:
    """One session of blows, with its reference equation and every input it was given.

    ``equation_version``, ``sex``, ``age_years`` (decimal), ``height_cm`` and ``reference_group`` are what
    % predicted was computed from; they change only with a logged act. ``device_percent`` is what the
    device printed by an equation of its own: kept beside ours, never mixed with it.
    """

    id: SpirometryId = field(default_factory=lambda: SpirometryId(new_id()))
    visit_id: VisitId
    date: datetime.date
    test_type: TestType = TestType.FVC
    position: Position = Position.SITTING
    device: str = ""
    height_cm: float | None = None
    equation: str
    equation_version: str = ""
    sex: Sex = Sex.UNKNOWN
    age_years: float | None = None
    reference_group: int | None = None
    interface: Interface | None = None
    device_percent: float | None = None
    not_done: NotDone | None = None
    blows: tuple[Blow, ...] = ()

    @property
    def measured(self) -> bool:
        """Whether it has blows that count: a session not done has none, whatever was typed before."""
        return self.not_done is None and bool(self.blows)

    def volumes_ml(self, quality: BlowQuality) -> list[int]:
        return [blow.volume_ml for blow in self.blows if blow.quality is quality]

    def fev1_ml(self, quality: BlowQuality) -> list[int]:
        blows = (blow for blow in self.blows if blow.quality is quality)
        return [blow.fev1_ml for blow in blows if blow.fev1_ml is not None]
