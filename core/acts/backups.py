"""When a backup is made, which ones are kept, where a second copy lies, and whether they can be restored."""

from collections.abc import Collection, Hashable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

from core.errors import FileMissing, StorageError
from core.model.backup import Backup, DrillResult
from core.store import backup, drill
from core.store.backup import Begun
from core.words import _, instant

EVERY = timedelta(minutes=30)
ALL_KEPT_FOR = timedelta(days=2)
DAYS, WEEKS, MONTHS = 14, 8, 24
SECOND_PLACE_WITHIN = timedelta(hours=24)
_CLOCK_SLACK = timedelta(minutes=5)  # two backups of one second are named a second apart


def default_folder(clinic_path: Path) -> Path:
    return clinic_path.with_name(f"{clinic_path.stem} backups")


def is_kept(path: Path) -> bool:
    """Whether this is a backup where the program keeps it: signed in to there, it would be one no more."""
    folder = path.parent
    stem = folder.name.removesuffix(" backups")
    return folder == default_folder(folder.with_name(f"{stem}.als")) and any(
        one.path == path for one in backup.named_backups(stem, folder)
    )


def is_behind(
    last_backup_at: datetime | None, last_change_at: datetime | None, now: datetime
) -> bool:
    """Whether the file holds what no backup holds.

    A backup from the future, by a clock that has since been set back, does not put off the next.
    """
    if last_backup_at is None or last_backup_at > now:
        return True
    return last_change_at is not None and last_change_at > last_backup_at


def due(last_backup_at: datetime | None, last_change_at: datetime | None, now: datetime) -> bool:
    """Whether it is time for one: half an hour after the last, if anything changed since; at once if none."""
    if last_backup_at is None or last_backup_at > now:
        return True
    return is_behind(last_backup_at, last_change_at, now) and now - last_backup_at >= EVERY


def to_remove(instants: Collection[datetime], now: datetime) -> set[datetime]:
    """Which backups to thin out, by when they were made.

    Kept are all of the last two days, the newest of each of the last 14 days, 8 weeks and 24 months
    that have any (days are those of the instants' own time zone), and what a wrong clock dated into
    the future.
    """
    past = sorted((at for at in instants if at <= now), reverse=True)
    kept = {at for at in past if now - at <= ALL_KEPT_FOR}
    kept |= _newest_of_each([(at.date(), at) for at in past], DAYS)
    kept |= _newest_of_each([(at.isocalendar()[:2], at) for at in past], WEEKS)
    kept |= _newest_of_each([((at.year, at.month), at) for at in past], MONTHS)
    return set(past) - kept


def finish(begun: Begun, clinic_path: Path, key: bytes, now: datetime) -> Backup:
    """Verify a backup that a session began, then thin out the older ones. Needs values only, no session."""
    try:
        return backup.finish(begun, key)
    finally:
        thin(clinic_path, begun.backup.path.parent, now)


def thin(clinic_path: Path, folder: Path, now: datetime) -> None:
    """Remove from the folder what need not be kept of this clinic file's backups, and leftovers."""
    by_instant = {one.made_at.astimezone(): one for one in backup.backups(clinic_path, folder)}
    try:
        for at in to_remove(by_instant, now):
            backup.remove(by_instant[at])
        backup.remove_leftovers(clinic_path.stem, folder, now)
    except OSError:
        return  # one too many is no loss: the next backup tries again


def newest(clinic_path: Path, folder: Path, now: datetime) -> Backup | None:
    """The newest that counts; one from the future, by a wrong clock, is not taken for it."""
    found = backup.backups(clinic_path, folder)
    past = [one for one in found if one.made_at <= now + _CLOCK_SLACK]
    return past[-1] if past else None


def copy_to(clinic_path: Path, folder: Path, second: Path, now: datetime) -> Backup:
    """Copy the newest backup to the second place, and thin out what is there.

    Raises FileMissing where there is no backup, StorageError where the second place takes no copy.
    """
    made = _newest_or_refuse(clinic_path, folder, now)
    if second.resolve() == folder.resolve():
        raise StorageError(
            _(
                "The second place for backups is the folder of the first ones."
                " Choose another drive, or a network folder."
            )
        )
    there = newest(clinic_path, second, now)
    if there is None or there.made_at < made.made_at:
        there = backup.copy(made, second)
        thin(clinic_path, second, now)
    return there


def second_place_problem(clinic_path: Path, second: Path | None, now: datetime) -> str | None:
    """What to remind of: no second place, one that cannot be reached, or none of its copies of the last day.

    A drive that is slow to answer keeps it waiting: not for the UI thread.
    """
    if second is None:
        return _(
            "Backups are on this computer only. Choose a USB drive or a network folder as the second place."
        )
    if not _reached(second):
        return _(
            "The second place for backups, {folder}, cannot be reached."
            " Plug in its drive, or choose another folder."
        ).format(folder=second)
    last = newest(clinic_path, second, now)
    if last is None:
        return _(
            "The second place, {folder}, has no backup of this file yet. Copy the newest one there."
        ).format(folder=second)
    if now - last.made_at > SECOND_PLACE_WITHIN:
        return _(
            "The newest backup in the second place, {folder}, is of {instant}. Copy the newest one there."
        ).format(folder=second, instant=instant(last.made_at))
    return None


def run_drill(
    live: Begun, clinic_path: Path, folder: Path, key: bytes, now: datetime
) -> DrillResult:
    """Restore the newest backup aside and hold it against ``live``, a copy that a session began for this.

    Needs values only, no session; ``live`` is removed. Raises FileMissing where there is no backup, and
    StorageError where it was made by an earlier version.
    """
    try:
        made = _newest_or_refuse(clinic_path, folder, now)
        return drill.run(made, live, key, now)
    finally:
        backup.remove_all(live.written)


def _reached(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:
        return False


def _newest_or_refuse(clinic_path: Path, folder: Path, now: datetime) -> Backup:
    made = newest(clinic_path, folder, now)
    if made is None:
        raise FileMissing(
            _("There is no backup of this file in {folder} yet. Make one first.").format(
                folder=folder
            )
        )
    return made


def _newest_of_each(newest_first: Iterable[tuple[Hashable, datetime]], count: int) -> set[datetime]:
    """The first instant of each period, of so many periods."""
    found: dict[Hashable, datetime] = {}
    for period, at in newest_first:
        found.setdefault(period, at)
    return set(list(found.values())[:count])
