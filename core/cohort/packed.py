"""A patient's rows as few bytes, and frames straight from the bytes of all patients.

Visits and values are columns of numbers whose texts are places in a list of texts; what is known of the patient and the
events is JSON. So ten thousand patients of twelve visits are read by joining bytes, not by making two million rows.
`unpack` gives what `frames.cohort` gives of the same rows.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.cohort import frames
from core.cohort.frames import Cohort
from core.cohort.rows import EventRow, PatientRow, Rows, ValueRow, VisitRow

if TYPE_CHECKING:
    import pandas as pd

_TEXT, _DAY, _NUMBER = "<u2", "<i4", "<f8"
_TUPLE = tuple[str, ...]
_NO_DAY = np.iinfo(_DAY).min
VISIT = np.dtype(
    [
        ("code", _TEXT),
        ("month", _NUMBER),
        ("target_day", _DAY),
        ("status", _TEXT),
        ("day", _DAY),
        ("mode", _TEXT),
        ("reason", _TEXT),
    ]
)
VALUE = np.dtype(
    [("field", _TEXT), ("code", _TEXT), ("day", _DAY), ("value", _NUMBER), ("stated", "?")]
)


class Packed(NamedTuple):
    """``texts`` and ``told`` are JSON, ``visits`` and ``values`` arrays of `VISIT` and `VALUE` as bytes.

    ``told`` is null of a patient who has no rows, as of one whose schedule this installation lacks.
    """

    texts: str
    told: str
    visits: bytes
    values: bytes


NO_ROWS = Packed("[]", "null", b"", b"")


def pack(rows: Rows | None) -> Packed:
    if rows is None:
        return NO_ROWS
    visits = [astuple(one) for one in rows.visits]
    values = [astuple(one) for one in rows.values]
    texts = sorted({one for row in (*visits, *values) for one in row if isinstance(one, str)})
    place = {text: at for at, text in enumerate(texts)}
    return Packed(
        texts=json.dumps(texts),
        told=json.dumps([astuple(rows.patient), [astuple(one) for one in rows.events]]),
        visits=_packed(VISIT, visits, place).tobytes(),
        values=_packed(VALUE, values, place).tobytes(),
    )


def _packed(kind: np.dtype[Any], rows: Sequence[tuple[Any, ...]], place: dict[str, int]) -> Any:
    def number(one: Any) -> Any:
        if isinstance(one, str):
            return place[one]
        return _NO_DAY if one is None else one

    return np.array([tuple(map(number, row)) for row in rows], dtype=kind)


def unpack(every: Iterable[Packed]) -> Cohort:
    """The frames of all patients who have rows, in their order."""
    whole = list(every)
    found = [one for one in whole if one.told != NO_ROWS.told]
    told = json.loads(f"[{','.join(one.told for one in found)}]")
    coded = _Coded.of(found)
    events = [(at, event) for at, (_who, theirs) in enumerate(told) for event in theirs]
    return Cohort(
        patients=frames.frame(PatientRow, _by_name(PatientRow, [who for who, _events in told])),
        visits=coded.frame(VisitRow, VISIT, [one.visits for one in found]),
        values=coded.frame(ValueRow, VALUE, [one.values for one in found]),
        events=frames.frame(
            EventRow,
            _by_name(EventRow, [event for _at, event in events]),
            [at for at, _event in events],
        ),
        no_schedule=len(whole) - len(found),
    )


def _by_name(kind: type, rows: Sequence[Sequence[Any]]) -> Mapping[str, Any]:
    """Columns of rows as JSON has them; it knows no tuples."""
    defined = fields(kind)
    columns = zip(*rows, strict=True) if rows else [()] * len(defined)
    return {
        one.name: list(map(tuple, column)) if one.type == _TUPLE else column
        for one, column in zip(defined, columns, strict=True)
    }


@dataclass(frozen=True, slots=True)
class _Coded:
    """The texts of all patients once, and of each patient the places of their own texts among them."""

    texts: NDArray[np.object_]
    places: NDArray[np.int64]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, found: Sequence[Packed]) -> "_Coded":
        place: dict[str, int] = {}
        known: dict[str, NDArray[np.int64]] = {}  # most patients have the same texts
        theirs = []
        for one in found:
            if one.texts not in known:
                texts = json.loads(one.texts)
                known[one.texts] = np.array([place.setdefault(t, len(place)) for t in texts], int)
            theirs.append(known[one.texts])
        lengths = [len(one) for one in theirs]
        return cls(
            texts=np.array([*place], dtype=object),
            places=np.concatenate(theirs) if theirs else np.array([], dtype=np.int64),
            starts=np.cumsum([0, *lengths])[:-1],
        )

    def frame(self, kind: type, packed: np.dtype[Any], blobs: Sequence[bytes]) -> "pd.DataFrame":
        rows = np.frombuffer(b"".join(blobs), dtype=packed)
        patient = np.repeat(np.arange(len(blobs)), [len(one) // packed.itemsize for one in blobs])
        starts = self.starts[patient]
        columns = {
            name: self._column(rows[name], starts, coded=frames.is_coded(kind, name))
            for name in packed.names or ()
        }
        return frames.frame(kind, columns, patient)

    def _column(self, column: NDArray[Any], starts: NDArray[np.int64], *, coded: bool) -> Any:
        import pandas as pd

        if column.dtype == np.dtype(_TEXT):
            places = self.places[starts + column]
            return self._categories(places) if coded else self.texts[places]
        if column.dtype == np.dtype(_DAY):
            return pd.arrays.IntegerArray(column.astype(np.int64), column == _NO_DAY)
        return column

    def _categories(self, places: NDArray[np.int64]) -> "pd.Categorical":
        import pandas as pd

        used = sorted(np.unique(places), key=lambda at: str(self.texts[at]))
        codes = np.empty(len(self.texts), dtype=np.int64)
        codes[used] = np.arange(len(used))
        categories = pd.Index(self.texts[used], dtype="str")
        return pd.Categorical.from_codes(codes[places], categories=categories)
