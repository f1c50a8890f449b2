"""Vital capacity as measured at one visit, blow by blow. Volumes are whole millilitres."""

import datetime
from dataclasses import dataclass, field
from enum import StrEnum

from core.model.assessment import NotDone
from core.model.ids import SpirometryId, VisitId, new_id

MAX_BLOWS = 8


class TestType(StrEnum):
    __test__ = False  # pytest: not a test class

    FVC = "fvc"
    SVC = "svc"


class Position(StrEnum):
    SITTING = "sitting"
    SUPINE = "supine"


class BlowQuality(StrEnum):
    """ATS/ERS 2019: acceptable, not acceptable but usable, or neither."""

    ACCEPTABLE = "acceptable"
    USABLE = "usable"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    number: int
    volume_ml: int
    quality: BlowQuality = BlowQuality.ACCEPTABLE
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spirometry:
    """One session of blows with the inputs of its reference equation as they were on that day."""

    id: SpirometryId = field(default_factory=lambda: SpirometryId(new_id()))
    visit_id: VisitId
    date: datetime.date
    test_type: TestType = TestType.FVC
    position: Position = Position.SITTING
    device: str = ""
    height_cm: float | None = None
    equation: str
    not_done: NotDone | None = None
    blows: tuple[Blow, ...] = ()

    @property
    def measured(self) -> bool:
        """Whether it has blows that count: a session not done has none, whatever was typed before."""
        return self.not_done is None and bool(self.blows)

    def volumes_ml(self, quality: BlowQuality) -> list[int]:
        return [blow.volume_ml for blow in self.blows if blow.quality is quality]
