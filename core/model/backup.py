"""Copies of the clinic file, and what a restore drill found in the newest one."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.model.trail import TrailHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy of the clinic file that was opened and verified, with its key file beside it."""

    path: Path
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCompared:
    """One table of a restored backup beside the same table of the live file.

    ``differing`` rows are in one of them only, or not the same in both; ``unexplained`` are those of
    them that the entries of the live trail since the backup do not account for.
    """

    name: str
    rows: int
    live_rows: int
    differing: int
    unexplained: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillResult:
    """What was restored, what it was compared with and how long it took.

    ``problem`` is the first thing that was wrong, as a sentence; None where the drill was passed.
    ``head`` and ``live_head`` are where the trail of the backup and that of the live file end.
    """

    backup: str  # the file's name
    made_at: datetime
    drilled_at: datetime
    size_bytes: int
    sha256: str
    tables: tuple[TableCompared, ...] = ()
    head: TrailHead | None = None
    live_head: TrailHead | None = None
    seconds: float
    problem: str | None = None

    @property
    def passed(self) -> bool:
        return self.problem is None

    @property
    def differing(self) -> int:
        return sum(table.differing for table in self.tables)

    @property
    def unexplained(self) -> int:
        return sum(table.unexplained for table in self.tables)
