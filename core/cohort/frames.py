"""The rows of all patients as pandas frames, which are filtered together."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from core.cohort.rows import EventRow, PatientRow, Rows, ValueRow, VisitRow

if TYPE_CHECKING:
    import pandas as pd

_WHOLE = frozenset({"age", "stage", "left_out"})
PATIENT = "patient"  # the column of the other frames that is the index of `patients`


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A group of patients. ``patients`` has a row a patient (index: its place among all patients of the file).

    ``visits``, ``values`` and ``events`` have a column `PATIENT` with that place, and the columns of `VisitRow`,
    `ValueRow` and `EventRow`. Whole numbers that may be missing are Int64, the rest as pandas reads it; `medicines`
    and `support` are tuples.
    """

    patients: "pd.DataFrame"
    visits: "pd.DataFrame"
    values: "pd.DataFrame"
    events: "pd.DataFrame"

    @property
    def n(self) -> int:
        return len(self.patients)

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
        )


def cohort(found: Iterable[Rows]) -> Cohort:
    """The frames of all rows, in the order of the patients."""
    import pandas as pd

    every = list(found)
    patients = pd.DataFrame([asdict(one.patient) for one in every], columns=_names(PatientRow))
    whole = [name for name in _names(PatientRow) if name.endswith("_day") or name in _WHOLE]
    numbers = ["months_of_disease", "delta_fs", "stated_total", "stated_capacity"]
    patients = patients.astype(
        {**dict.fromkeys(whole, "Int64"), **dict.fromkeys(numbers, "float64"), "enrolled": "bool"}
    )
    visits = _frame(VisitRow, [(at, one) for at, rows in enumerate(every) for one in rows.visits])
    values = _frame(ValueRow, [(at, one) for at, rows in enumerate(every) for one in rows.values])
    events = _frame(EventRow, [(at, one) for at, rows in enumerate(every) for one in rows.events])
    return Cohort(
        patients=patients,
        visits=visits.astype({"month": "float64", "target_day": "Int64", "day": "Int64"}),
        values=values.astype(
            {"field": "category", "code": "category", "value": "float64", "stated": "bool"}
        ),
        events=events.astype(
            {
                **dict.fromkeys(("since_first", "since_last", "minutes"), "Int64"),
                **dict.fromkeys(("emergent", "serious", "related", "judged"), "boolean"),
            }
        ),
    )


def _frame(kind: type, rows: Sequence[tuple[int, object]]) -> "pd.DataFrame":
    import pandas as pd

    names = _names(kind)
    table = [(at, *(getattr(one, name) for name in names)) for at, one in rows]
    made = pd.DataFrame(table, columns=[PATIENT, *names])
    return made.astype({PATIENT: "int64"})


def _names(kind: type) -> list[str]:
    return [one.name for one in fields(kind)]
