"""Until when what was computed of a record on a day holds.

Few of a patient's rows change from one day to the next: a visit becomes due, a planned stop arrives. Instead of
guessing which, the day itself notes with which days it is compared. Whatever else is asked of it (its year, how many
days ago it was) makes the result hold on that day alone.
"""

from datetime import date, timedelta
from typing import Any

_DAY = timedelta(days=1)
_OWN = frozenset({"holds_until", "_met", "_asked", "_plain", "__class__"})


class Watched(date):
    """A day that notes until when everything that it was asked has the same answer."""

    holds_until: date

    @classmethod
    def of(cls, day: date) -> "Watched":
        made = cls(day.year, day.month, day.day)
        made.holds_until = date.max
        return made

    def __getattribute__(self, name: str) -> Any:
        if name not in _OWN:
            object.__getattribute__(self, "_asked")()
        return object.__getattribute__(self, name)

    def _asked(self) -> None:
        """Something that is another tomorrow."""
        self.holds_until = date.fromordinal(date.toordinal(self))

    def _plain(self) -> date:
        self._asked()
        return self.holds_until

    def _met(self, other: object) -> None:
        """Compared with a day to come, the answer may be another on that day; with this day, on the next."""
        if not isinstance(other, date):
            return
        if date.__eq__(self, other):
            self._asked()
        elif date.__lt__(self, other):
            self.holds_until = min(self.holds_until, other - _DAY)

    def __lt__(self, other: date) -> bool:
        self._met(other)
        return date.__lt__(self, other)

    def __le__(self, other: date) -> bool:
        self._met(other)
        return date.__le__(self, other)

    def __gt__(self, other: date) -> bool:
        self._met(other)
        return date.__gt__(self, other)

    def __ge__(self, other: date) -> bool:
        self._met(other)
        return date.__ge__(self, other)

    def __eq__(self, other: object) -> bool:
        self._met(other)
        return date.__eq__(self, other)

    def __hash__(self) -> int:
        self._asked()
        return date.__hash__(self)

    def __add__(self, other: Any) -> Any:
        return self._plain() + other

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self._plain() - other

    def __rsub__(self, other: Any) -> Any:
        return other - self._plain()

    def __str__(self) -> str:
        self._asked()
        return date.__str__(self)

    def __repr__(self) -> str:
        self._asked()
        return date.__repr__(self)

    def __format__(self, spec: str) -> str:
        self._asked()
        return date.__format__(self, spec)
