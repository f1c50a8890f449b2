"""The only readers of the clock."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The clinic's calendar day (local time of this machine)."""
    return datetime.now().astimezone().date()
