"""A questionnaire as answered at one visit."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.model.ids import VisitId
from core.model.visit import Mode, Respondent


class NotDone(StrEnum):
    """Why a question, a form or a measurement has no value. Not zero, and not unknown by accident."""

    REFUSED = "refused"
    TOO_UNWELL = "too_unwell"
    NOT_APPLICABLE = "not_applicable"
    NO_TIME = "no_time"
    NO_EQUIPMENT = "no_equipment"
    NOT_ASKED = "not_asked"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one item: a score, or the reason why there is none; never both, never neither.

    ``corrected`` is the reason of a change made after the rater had seen the previous form; empty for
    an answer that was given blind.
    """

    item: str
    value: int | None = None
    not_done: NotDone | None = None
    note: str = ""
    corrected: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) == (self.not_done is None):
            raise ValueError("an answer is either a value or a reason")

    @property
    def given(self) -> tuple[str, int | None, NotDone | None]:
        """What was answered, without what was noted beside it."""
        return self.item, self.value, self.not_done


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One questionnaire at one visit; totals are computed, never stored.

    ``answers`` is keyed by slot: the question asked, whichever of its variants (5a, 5b) was used.
    ``rater`` is who entered the first answer. ``mode`` and ``respondent`` are the visit's, unless this
    form was answered in another way. ``compared_at`` is when the previous form was first shown beside it.
    """

    visit_id: VisitId
    date: datetime.date
    instrument: str
    version: str
    rater: str = ""
    mode: Mode | None = None
    respondent: Respondent | None = None
    interpreter: bool | None = None
    compared_at: datetime.datetime | None = None
    not_done: NotDone | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, int]:
        """The scores given, by slot. A slot without a score is absent, never 0; so are all of a form not done."""
        if self.not_done is not None:
            return {}
        return {slot: a.value for slot, a in self.answers.items() if a.value is not None}

    def with_answer(self, slot: str, answer: Answer | None) -> "Assessment":
        rest = {key: value for key, value in self.answers.items() if key != slot}
        return replace(self, answers=rest if answer is None else {**rest, slot: answer})
