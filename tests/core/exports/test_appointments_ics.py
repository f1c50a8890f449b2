"""The .ics file: valid by RFC 5545, the same days when it is read back, and nothing of whose they are."""

import re
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core import exports
from core.acts import documents
from core.entering import appointing
from core.entering.appointing import Wanted
from core.exports import appointments_ics as ics
from core.model.appointment import Appointment
from core.model.document import About
from tests.core import strategies

MADE = datetime(2026, 7, 1, 8, 15, 30, tzinfo=UTC)
CALENDAR = ["BEGIN", "VERSION", "PRODID", "CALSCALE", "METHOD"]
EVENT = {"BEGIN", "UID", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "SUMMARY", "CLASS", "END"}
names = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs"]), min_size=4, max_size=80)
appointments = st.builds(
    Appointment,
    patient_id=names,
    code=names,
    day=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    time=st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    note=names,
    entered_by=names,
    entered_at=strategies.instants,
)


def lines_of(data):
    """The lines of a file, unfolded as RFC 5545, 3.1 says."""
    assert data.endswith(b"\r\n")
    raw = data.split(b"\r\n")[:-1]
    assert all(0 < len(line) <= 75 for line in raw)
    assert b"\n" not in b"".join(raw) and b"\r" not in b"".join(raw)
    for line in raw:
        line.decode()  # no character is cut in two
    return data.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def events_of(data):
    """Each event as its properties by name, and the parameters of DTSTART."""
    lines = lines_of(data)
    assert [line.split(":")[0] for line in lines[:5]] == CALENDAR
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-1] == "END:VCALENDAR"
    found = []
    for line in lines[5:-1]:
        name, _colon, value = line.partition(":")
        name, _semicolon, parameters = name.partition(";")
        assert name in EVENT
        if (name, value) == ("BEGIN", "VEVENT"):
            found.append({})
        found[-1][name] = (parameters, value)
    return found


def began(event):
    """The day, and the instant where there is one."""
    parameters, value = event["DTSTART"]
    if parameters == "VALUE=DATE":
        return datetime.strptime(value, "%Y%m%d").date(), None
    at = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return at.astimezone().date(), at


@given(st.lists(appointments, max_size=6))
def test_the_file_says_the_same_days_and_times_when_it_is_read(some):
    found = events_of(ics.render(some, MADE))
    assert len(found) == len(some)
    for one, event in zip(some, found, strict=True):
        day, at = began(event)
        assert event["UID"] == ("", f"{one.id}@als-follow-up")
        assert event["DTSTAMP"] == ("", "20260701T081530Z")
        assert event["SUMMARY"] == ("", "ALS clinic appointment")
        if one.time is None:
            assert (day, at) == (one.day, None)
            end = (one.day + timedelta(days=1)).isoformat().replace("-", "")
            assert event["DTEND"] == ("VALUE=DATE", end) and "DURATION" not in event
        else:
            assert at == datetime.combine(one.day, one.time).astimezone()
            assert event["DURATION"] == ("", "PT1H") and "DTEND" not in event


@given(appointments)
def test_nothing_of_whose_it_is_gets_into_the_file(one):
    """Of an appointment only the day, the time and its id change the file."""
    bare = Appointment(
        id=one.id,
        patient_id="",
        code="",
        day=one.day,
        time=one.time,
        entered_by="",
        entered_at=MADE,
    )
    assert ics.render([one], MADE) == ics.render([bare], MADE)


def test_ids_are_made_by_chance_and_no_two_are_the_same():
    some = [
        Appointment(patient_id="p", code="M2", day=MADE.date(), entered_by="x", entered_at=MADE)
        for _ in range(20)
    ]
    uids = {event["UID"] for event in events_of(ics.render(some, MADE))}
    assert len(uids) == 20
    assert all(re.fullmatch(r"[0-9a-f]{32}@als-follow-up", uid) for _, uid in uids)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=400))
def test_long_lines_are_folded_and_come_back_whole(text):
    pieces = list(ics.fold(text))
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == text
    assert all(piece.startswith(" ") for piece in pieces[1:])


def test_what_has_a_meaning_in_a_value_is_escaped():
    assert ics.escaped("a,b;c\\d\ne") == "a\\,b\\;c\\\\d\\ne"


def test_the_export_holds_those_to_come_and_the_trail_says_how_many(session, patient):
    today = datetime.now().astimezone().date()
    patient_today = patient.id
    days = {"M2": today + timedelta(days=3), "M4": today - timedelta(days=1)}
    for code, day in days.items():
        wanted = Wanted(day=day, time=time(10, 30), note="comes with Mina", reason="")
        appointing.save(session, patient_today, code, wanted)
    data = documents.export(session, exports.named("appointments-ics"), About())
    (event,) = events_of(data)
    assert began(event)[0] == days["M2"]
    text = data.decode()
    for secret in ("Mina", "Rahimi", "Dara", "M2", patient.id, patient.record_number + " "):
        assert secret not in text
    *_, last = session.trail.entries(entity="exported")
    assert '"appointments": 1' in last.after and "another calendar" in last.after
