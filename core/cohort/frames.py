"""The rows of all patients as pandas frames, which are filtered together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from core.cohort.rows import EventRow, PatientRow, Rows, ValueRow, VisitRow

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

PATIENT = "patient"  # the column of the other frames that is the index of `patients`
# The dtypes of the columns, by the types of the rows' fields.
_DTYPES: Mapping[Any, str] = {
    str: "str",
    bool: "bool",
    bool | None: "boolean",
    int: "int64",
    int | None: "Int64",
    float: "float64",
    float | None: "float64",
    tuple[str, ...]: "object",
}
# Few texts, a million times.
_CODED: Mapping[type, frozenset[str]] = {
    VisitRow: frozenset({"code", "status", "mode"}),
    ValueRow: frozenset({"field", "code"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A group of patients. ``patients`` has a row a patient (index: its place among all patients of the file).

    ``visits``, ``values`` and ``events`` have a column `PATIENT` with that place, and the columns of `VisitRow`,
    `ValueRow` and `EventRow`. Whole numbers that may be missing are Int64, what may be neither yes nor no is boolean;
    `code`, `status` and `mode` of visits, `field` and `code` of values are categories, `medicines` and `support` tuples. ``no_schedule`` counts the patients of
    the file who are not among them, since this installation lacks their schedule. ``today`` is the day of which this is known.
    """

    patients: "pd.DataFrame"
    visits: "pd.DataFrame"
    values: "pd.DataFrame"
    events: "pd.DataFrame"
    no_schedule: int = 0
    today: date | None = None

    @property
    def n(self) -> int:
        return len(self.patients)

    def place(self, patients: "pd.Series[int]") -> "NDArray[np.int64]":
        """The rows of `patients` in which these patients (a column `PATIENT`) are."""
        import numpy as np
        import pandas as pd

        return np.asarray(self.patients.index.get_indexer(pd.Index(patients)), dtype=np.int64)

    def only(self, mask: "pd.Series[bool]") -> "Cohort":
        """The patients for whom ``mask`` (with the index of `patients`) is true, with all that is theirs."""
        kept = self.patients[mask]

        def theirs(frame: "pd.DataFrame") -> "pd.DataFrame":
            return frame[frame[PATIENT].isin(kept.index)]

        return Cohort(
            patients=kept,
            visits=theirs(self.visits),
            values=theirs(self.values),
            events=theirs(self.events),
            no_schedule=self.no_schedule,
            today=self.today,
        )


def cohort(found: Iterable[Rows | None], today: date | None = None) -> Cohort:
    """The frames of all rows, in the order of the patients; None is a patient who has none."""
    whole = list(found)
    every = [one for one in whole if one is not None]
    return Cohort(
        patients=frame(PatientRow, _columns(PatientRow, [one.patient for one in every])),
        visits=_of_many(VisitRow, [one.visits for one in every]),
        values=_of_many(ValueRow, [one.values for one in every]),
        events=_of_many(EventRow, [one.events for one in every]),
        no_schedule=len(whole) - len(every),
        today=today,
    )


def is_coded(kind: type, name: str) -> bool:
    """Whether a column is one of categories."""
    return name in _CODED.get(kind, ())


def frame(kind: type, columns: Mapping[str, Any], patient: Any = None) -> "pd.DataFrame":
    """A frame of columns that are named as the fields of ``kind``; ``patient`` is the column `PATIENT`, where it has one."""
    import pandas as pd

    made = {} if patient is None else {PATIENT: pd.Series(patient, dtype="int64")}
    for one in fields(kind):
        column = columns[one.name]
        if isinstance(column, pd.Categorical):
            made[one.name] = pd.Series(column)
            continue
        made[one.name] = pd.Series(column, dtype=_DTYPES[one.type])
        if is_coded(kind, one.name):
            made[one.name] = made[one.name].astype("category")
    return pd.DataFrame(made)


def _of_many(kind: type, rows: Sequence[Sequence[object]]) -> "pd.DataFrame":
    places = [at for at, theirs in enumerate(rows) for _one in theirs]
    return frame(kind, _columns(kind, [one for theirs in rows for one in theirs]), places)


def _columns(kind: type, rows: Sequence[object]) -> Mapping[str, Any]:
    return {one.name: [getattr(row, one.name) for row in rows] for one in fields(kind)}
