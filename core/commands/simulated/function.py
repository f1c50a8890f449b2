"""The simulated ALSFRS-R items of one patient as they fall over time."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.instruments.definition import Instrument

SWALLOWING, WALKING, STAIRS = "swallowing", "walking", "stairs"
DYSPNEA, ORTHOPNEA, RESPIRATORY_INSUFFICIENCY = "dyspnea", "orthopnea", "respiratory_insufficiency"
_ALL_NIGHT, _DAY_AND_NIGHT = 8, 16  # hours of NIV a day from which they are called that


@dataclass(slots=True)
class Function:
    """Item scores by slot. ``weights`` says which fall first.

    Nothing falls so that the plausibility rules would ask why: a finished visit has no open question.
    """

    instrument: Instrument
    chance: random.Random
    weights: Mapping[str, float]
    values: dict[str, int] = field(default_factory=dict)

    def breathe(self, percent: float, niv_hours: float | None) -> None:
        """What the breathing items can be at this FVC (% predicted): at most one point less than before.

        ``niv_hours`` is how long NIV is used a day, None where it is not used.
        """
        dyspnea = sum(percent >= limit for limit in (30, 45, 60, 75))
        wanted = {
            DYSPNEA: dyspnea,
            ORTHOPNEA: dyspnea + 1,
            RESPIRATORY_INSUFFICIENCY: _score_of_niv(niv_hours),
        }
        for slot, value in wanted.items():
            if self.values[slot] > value:
                self.values[slot] -= 1

    def fall_to(self, total: int, *, tube: bool, by_at_most: int = 4) -> None:
        """Take single points from items, the affected region first, until the total is reached.

        ``tube`` says whether a feeding tube is there: without one nobody swallows less than 2.
        """
        before = dict(self.values)
        while sum(self.values.values()) > total:
            falling = [
                slot
                for slot in self.weights
                if before[slot] - self.values[slot] < by_at_most and self._may_fall(slot, tube)
            ]
            if not falling:
                return
            share = [self.weights[slot] * self.values[slot] for slot in falling]
            (slot,) = self.chance.choices(falling, share)
            self.values[slot] -= 1

    def _may_fall(self, slot: str, tube: bool) -> bool:
        if slot == SWALLOWING and not tube:
            return self.values[slot] > 2
        if slot == WALKING:  # nobody climbs stairs better than they walk
            return self.values[slot] > self.values[STAIRS]
        return self.values[slot] > 0


def _score_of_niv(hours: float | None) -> int:
    """Question 12 of the ALSFRS-R: none, now and then, all night, day and night."""
    if hours is None:
        return 4
    return 3 if hours < _ALL_NIGHT else 2 if hours < _DAY_AND_NIGHT else 1
