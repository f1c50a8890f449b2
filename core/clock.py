"""The only readers of the clock; and the zone of an instant that came without one."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The clinic's calendar day (local time of this machine)."""
    return datetime.now().astimezone().date()


def aware(instant: datetime) -> datetime:
    """The instant with a zone; without one it is of a file changed from outside, and taken as UTC."""
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
