"""Appointments as an iCalendar file (RFC 5545): days and times, and nothing of whose they are.

It goes into calendars that other people and other programs read. So it holds no name, no record number, no visit
and no note: every event has the same words.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from core import VERSION
from core.model.appointment import Appointment
from core.model.document import OfAppointments

SUMMARY = "ALS clinic appointment"
LENGTH = "PT1H"  # of an appointment with a time; how long one takes is not known
MOST_OCTETS = 75  # of a line, without its end


def document(source: OfAppointments) -> bytes:
    return render(source.appointments, source.printed_at)


def render(appointments: Sequence[Appointment], made: datetime) -> bytes:
    """The file, made at an aware instant; times are those of this computer's clock, written in UTC."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//ALS Follow-up//{escaped(VERSION)}//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    for one in appointments:
        lines += _event(one, made)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in fold(line)).encode()


def escaped(text: str) -> str:
    """A text as a value: backslash, semicolon, comma and line ends are escaped."""
    for char in ("\\", ";", ","):
        text = text.replace(char, f"\\{char}")
    return "\\n".join(text.splitlines())


def fold(line: str) -> Iterator[str]:
    """A line in pieces of 75 octets at most, the later ones begun with a space; no character is cut."""
    piece, used = "", 0
    for char in line:
        octets = len(char.encode())
        if used + octets > MOST_OCTETS:
            yield piece
            piece, used = " ", 1
        piece += char
        used += octets
    yield piece


def _event(one: Appointment, made: datetime) -> list[str]:
    """The id is that of the appointment, made by chance: one that is moved takes the place of the one before."""
    return [
        "BEGIN:VEVENT",
        f"UID:{escaped(one.id)}@als-follow-up",
        f"DTSTAMP:{_instant(made)}",
        *_when(one),
        f"SUMMARY:{escaped(SUMMARY)}",
        "CLASS:PRIVATE",
        "END:VEVENT",
    ]


def _when(one: Appointment) -> list[str]:
    if one.time is None:
        after = one.day + timedelta(days=1)
        return [f"DTSTART;VALUE=DATE:{_day(one.day)}", f"DTEND;VALUE=DATE:{_day(after)}"]
    local = datetime.combine(one.day, one.time).astimezone()
    return [f"DTSTART:{_instant(local)}", f"DURATION:{LENGTH}"]


def _day(on: date) -> str:
    return on.isoformat().replace("-", "")


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
