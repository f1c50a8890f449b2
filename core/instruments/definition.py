"""A questionnaire is data: items, their choices, and the sums made from them."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.words import Shown, translated


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer; between the ends of a numeric item it has no words of its own."""

    score: int
    text: str = ""


@translated
@dataclass(frozen=True, slots=True)
class Item:
    """One question. Items that share a ``slot`` are variants of it: exactly one of them is answered.

    ``requires`` names the milestone (gastrostomy) that a variant is meant for. A ``numeric`` item is
    answered with any whole number from one end to the other, and has words at its ends only.
    """

    id: str
    number: str
    title: str
    short: str
    choices: tuple[Choice, ...]
    slot: str = ""
    requires: str = ""
    when: str = ""
    help: Shown = ""
    numeric: bool = False

    @property
    def place(self) -> str:
        return self.slot or self.id

    @property
    def scores(self) -> frozenset[int]:
        return frozenset(choice.score for choice in self.choices)

    @property
    def ends(self) -> tuple[Choice, Choice]:
        """The choices of the lowest and of the highest score."""
        ordered = sorted(self.choices, key=lambda choice: choice.score)
        return ordered[0], ordered[-1]

    def words(self, score: int) -> str:
        """The words of an answer; a bare number is told with the words at both ends."""
        text = next(choice.text for choice in self.choices if choice.score == score)
        return text or " … ".join(f"{end.score} {end.text}" for end in self.ends)


@translated
@dataclass(frozen=True, slots=True)
class Scale:
    """A sum over slots: the questionnaire's ``total``, or one of its domains."""

    id: str
    title: Shown
    slots: tuple[str, ...]
    maximum: int
    total: bool = False

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


@translated
@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of a questionnaire; versions are whole numbers, and the highest is the newest.

    ``comparable_with`` names earlier versions that differ from this one in words only: their forms
    share a series with this one's, and those of any other version never do. An ``optional``
    questionnaire may be left out of a visit without a reason.
    """

    id: str
    version: str
    title: Shown
    citation: str
    higher_is_better: bool
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    rater_help: tuple[Shown, ...] = ()
    comparable_with: tuple[str, ...] = ()
    optional: bool = False

    @property
    def slots(self) -> tuple[str, ...]:
        """The questions in order; variants count once."""
        return tuple(dict.fromkeys(item.place for item in self.items))

    @property
    def total(self) -> Scale | None:
        """The sum of all of it; None where such a sum would mean nothing."""
        return next((scale for scale in self.scales if scale.total), None)

    @property
    def domains(self) -> tuple[Scale, ...]:
        return tuple(scale for scale in self.scales if not scale.total)

    def compares(self, version: str) -> bool:
        """Whether a form of that version stands in one series with the forms of this one."""
        return version == self.version or version in self.comparable_with

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
