"""Which patients of the file are looked at: what can be chosen, how many each choice has, and the choice in words."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from core.cohort.frames import Cohort
from core.cohort.rows import STAGES, SUPPORT, Routine
from core.findings.participation import STATE
from core.labels import MILESTONES, ONSET, SEX
from core.model.adverse_event import MilestoneKind
from core.model.patient import OnsetRegion, Sex
from core.model.vital_status import State
from core.protocols import catalog as protocols
from core.views.glance import SUPPORT as IN_USE
from core.words import N_, Words, _

if TYPE_CHECKING:
    import pandas as pd

ROUTINE = Words({Routine.FOLLOWED: N_("in follow-up"), Routine.ENDED: N_("ended")})
NONE = "-"  # of a choice: the patients of whom it is not known, or who have none


class By(StrEnum):
    """By what patients are chosen; the names of columns of the patients' frame."""

    SCHEDULE = "schedule"
    STATE = "state"
    ONSET = "onset_region"
    SEX = "sex"
    STAGE = "stage"
    MEDICINE = "medicines"
    SUPPORT = "support"


TITLES = Words(
    {
        By.SCHEDULE: N_("Schedule"),
        By.STATE: N_("State"),
        By.ONSET: N_("Onset"),
        By.SEX: N_("Sex"),
        By.STAGE: N_("King's stage"),
        By.MEDICINE: N_("Medicine"),
        By.SUPPORT: N_("Support"),
    }
)
_MANY = frozenset({By.MEDICINE, By.SUPPORT})  # columns of tuples: any of them counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value that a filter can have: ``id`` as it is stored, its words, and how many patients have it."""

    id: str
    words: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """``chosen`` are the ids of each kind, all of them where a kind is missing. Ages are in years, both ends in."""

    chosen: Mapping[By, frozenset[str]]
    youngest: int | None = None
    oldest: int | None = None

    @property
    def is_everybody(self) -> bool:
        return not any(self.chosen.values()) and self.youngest is None and self.oldest is None

    def apply(self, cohort: Cohort) -> Cohort:
        """The patients that pass every kind. Of whom the age is not known, none passes a limit of age."""
        if self.is_everybody:
            return cohort
        import pandas as pd

        patients = cohort.patients
        kept = pd.Series(data=True, index=patients.index, dtype=bool)
        for by, ids in self.chosen.items():
            if ids:
                kept &= pd.Series([bool(mine & ids) for mine in _ids(patients, by)], kept.index)
        if self.youngest is not None:
            kept &= (patients["age"] >= self.youngest).fillna(value=False).astype(bool)
        if self.oldest is not None:
            kept &= (patients["age"] <= self.oldest).fillna(value=False).astype(bool)
        return cohort.only(kept)

    def said(self) -> str:
        """“schedule Ad-MSC trial (Nabavi 2021); onset bulbar; age 18 to 65”; empty for everybody."""
        parts = [
            _("{what} {which}").format(
                what=TITLES[by], which=" / ".join(sorted(words(by, one) for one in ids))
            )
            for by, ids in self.chosen.items()
            if ids
        ]
        parts += list(self._ages())
        return "; ".join(parts)

    def _ages(self) -> Iterator[str]:
        match (self.youngest, self.oldest):
            case (int() as low, int() as high):
                yield _("age {low} to {high}").format(low=low, high=high)
            case (int() as low, None):
                yield _("age {low} and over").format(low=low)
            case (None, int() as high):
                yield _("age up to {high}").format(high=high)


EVERYBODY = Filter(chosen={})


def choices(cohort: Cohort, by: By) -> Sequence[Choice]:
    """What the patients of a cohort have of one kind, in the order of the definitions, with counts."""
    counted = Counter[str]()
    for one, n in Counter(_stored(cohort.patients, by)).items():
        for own in _own_ids(by, one):
            counted[own] += n
    order = {one: at for at, one in enumerate(_ORDER.get(by, ()))}
    ids = sorted(counted, key=lambda one: (one == NONE, order.get(one, len(order)), one))
    return tuple(Choice(id=one, words=words(by, one), count=counted[one]) for one in ids)


def words(by: By, id: str) -> str:
    """One choice in words."""
    if id == NONE:
        return _("none") if by in _MANY else _("not known")
    match by:
        case By.SCHEDULE:
            found = protocols.newest().get(id)
            return id if found is None else found.title
        case By.STATE:
            return state_words(id)
        case By.ONSET:
            return ONSET[OnsetRegion(id)]
        case By.SEX:
            return SEX[Sex(id)]
        case By.STAGE:
            return STAGES[int(id)].value
        case By.SUPPORT:
            kind = MilestoneKind(id)
            return IN_USE[kind] if kind in IN_USE else MILESTONES[kind]
    return id


def state_words(state: str) -> str:
    """Where a patient stands, in a study or in routine care."""
    return ROUTINE[Routine(state)] if state in set(Routine) else STATE[State(state)]


_ORDER: Mapping[By, Sequence[str]] = {
    By.STATE: [*State, *Routine],
    By.ONSET: list(OnsetRegion),
    By.SEX: list(Sex),
    By.STAGE: [str(at) for at in range(len(STAGES))],
    By.SUPPORT: [kind.value for kind in SUPPORT],
}


def _ids(patients: "pd.DataFrame", by: By) -> list[frozenset[str]]:
    """The ids that each patient has of one kind, in the order of the rows; never none of them: then `NONE`."""
    stored = _stored(patients, by)
    ids = {one: _own_ids(by, one) for one in set(stored)}  # far fewer than there are patients
    return [ids[one] for one in stored]


def _stored(patients: "pd.DataFrame", by: By) -> list[object]:
    """The column of one kind; None where nothing is known."""
    column = patients[by.value]
    found: list[object] = column.astype(object).where(column.notna(), None).tolist()
    return found


def _own_ids(by: By, stored: object) -> frozenset[str]:
    """Of a patient of whom this is stored."""
    if by in _MANY:
        return frozenset(cast("tuple[str, ...]", stored)) or frozenset({NONE})
    return frozenset({NONE if stored in (None, "") else str(stored)})
