"""Vital status and steps of participation as the program computes with them: typed views of the records of two forms."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.model.form_record import FormRecord
from core.model.partial_date import PartialDate

VITAL_STATUS, PARTICIPATION = "vital_status", "participation"


class State(StrEnum):
    """Where a patient stands in a study; the form calls them so. Those of `OVER` end the visits."""

    SCREENED = "screened"
    REFUSED = "refused"
    SCREEN_FAILURE = "screen_failure"
    ENROLLED = "enrolled"
    TREATED = "treated"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    LOST = "lost"
    DIED = "died"


OVER = frozenset({State.REFUSED, State.SCREEN_FAILURE, State.WITHDRAWN, State.DIED})
_STATES = frozenset(State)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One record of the form `participation`."""

    record: FormRecord
    state: State
    on: PartialDate


def steps(forms: Iterable[FormRecord]) -> tuple[Step, ...]:
    """The steps among the records, in the order of their days; one that nobody can read is left out."""
    found = []
    for one in forms:
        state, on = one.value("state"), one.day("day")
        if one.form == PARTICIPATION and state in _STATES and on is not None:
            found.append(Step(record=one, state=State(str(state)), on=on))
    return tuple(sorted(found, key=lambda step: (step.on.first, step.record.entered_at)))


def ended(forms: Iterable[FormRecord]) -> PartialDate | None:
    """The day of the first step that ends the visits, and after which no other step takes it back."""
    found = steps(forms)
    going_on = [at for at, step in enumerate(found) if step.state not in OVER]
    last = going_on[-1] if going_on else -1
    over = [step.on for step in found[last + 1 :] if step.state in OVER]
    return over[0] if over else None


def death(forms: Iterable[FormRecord]) -> tuple[PartialDate, FormRecord] | None:
    """The first day of death that a vital status or a step of participation tells of, and which record does."""
    found = []
    for one in forms:
        is_status = one.form == VITAL_STATUS and one.value("status") == "dead"
        is_step = one.form == PARTICIPATION and one.value("state") == State.DIED
        on = one.day("died_on" if is_status else "day") if is_status or is_step else None
        if on is not None:
            found.append((on, one))
    return min(found, key=lambda pair: pair[0].first, default=None)
