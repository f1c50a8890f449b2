"""A questionnaire is data: items, their choices, and the sums made from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Choice:
    score: int
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question. Items that share a ``slot`` are variants of it: exactly one of them is answered.

    ``requires`` names the milestone (gastrostomy) that a variant is meant for.
    """

    id: str
    number: str
    title: str
    short: str
    choices: tuple[Choice, ...]
    slot: str = ""
    requires: str = ""
    when: str = ""
    help: str = ""

    @property
    def place(self) -> str:
        return self.slot or self.id

    @property
    def scores(self) -> frozenset[int]:
        return frozenset(choice.score for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Scale:
    """A sum over slots."""

    id: str
    title: str
    slots: tuple[str, ...]
    maximum: int

    def score(self, values: Mapping[str, int]) -> int | None:
        """The sum of the slots (points), or None while any of them has no value: missing is not zero."""
        if any(slot not in values for slot in self.slots):
            return None
        return sum(values[slot] for slot in self.slots)

    def answered(self, values: Mapping[str, int]) -> int:
        """How many of the slots have a value."""
        return sum(slot in values for slot in self.slots)

    def partial(self, values: Mapping[str, int]) -> int:
        """The sum of what was answered so far; only ever shown beside how many were."""
        return sum(values[slot] for slot in self.slots if slot in values)


@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of a questionnaire. ``scales[0]`` is the total, the others are its domains."""

    id: str
    version: str
    title: str
    citation: str
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    rater_help: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        ids = [item.id for item in self.items]
        if repeated := sorted({one for one in ids if ids.count(one) > 1}):
            raise ValueError(f"items {repeated} stand twice")
        known = set(self.slots)
        for scale in self.scales:
            if unknown := sorted(set(scale.slots) - known):
                raise ValueError(f"scale {scale.id} names unknown items {unknown}")
            highest = sum(max(self.variants(slot)[0].scores) for slot in scale.slots)
            if highest != scale.maximum:
                raise ValueError(
                    f"scale {scale.id} says maximum {scale.maximum}, its items add to {highest}"
                )
        for item in self.items:
            if len(item.scores) != len(item.choices):
                raise ValueError(f"item {item.id} gives one score to two choices")
            if item.scores != self.variants(item.place)[0].scores:
                raise ValueError(f"the variants of {item.place} do not share their scores")
        if not self.scales:
            raise ValueError("a questionnaire needs a total: [[scales]] is missing")

    @property
    def slots(self) -> tuple[str, ...]:
        """The questions in order; variants count once."""
        return tuple(dict.fromkeys(item.place for item in self.items))

    @property
    def total(self) -> Scale:
        return self.scales[0]

    @property
    def domains(self) -> tuple[Scale, ...]:
        return self.scales[1:]

    def variants(self, slot: str) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.place == slot)

    def item(self, id: str) -> Item:
        return next(item for item in self.items if item.id == id)

    def domain_of(self, slot: str) -> Scale | None:
        return next((scale for scale in self.domains if slot in scale.slots), None)

    def range_of(self, scale: Scale, values: Mapping[str, int]) -> tuple[int, int]:
        """The lowest and the highest sum that the unanswered slots still allow (points)."""
        low = high = 0
        for slot in scale.slots:
            scores = self.variants(slot)[0].scores
            low += values.get(slot, min(scores))
            high += values.get(slot, max(scores))
        return low, high
