"""The care quality list of a group: every patient once in every line, on paper and as a table."""

import csv
import io
from contextlib import closing
from datetime import date

import pytest

from core import clock, exports, reports
from core.acts import documents
from core.cohort import frames, rows
from core.cohort.quality import quality_list
from core.commands import demonstration
from core.errors import NotAllowed
from core.findings.quality import Care, shipped
from core.model.document import About
from core.model.trail import Act
from core.model.user import Role
from core.session import Session
from tests.pdf import text_of

TODAY = date(2026, 11, 29)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demonstration's file and its key."""
    path = tmp_path_factory.mktemp("demo") / "demo.als"
    with closing(demonstration.create(path, clock.today())) as session:
        return path, session.data_key


@pytest.fixture
def as_role(demo):
    opened = []

    def open_it(role):
        opened.append(Session(*demo, demonstration.LOGINS[role]))
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()


def test_every_patient_is_in_every_line_once_and_the_denominator_is_said(demonstration_records):
    group = frames.cohort(rows.of(record, TODAY) for record in demonstration_records)
    lines = quality_list(group)
    assert [line.measure.id for line in lines] == list(shipped())
    for line in lines:
        behind = [number for numbers in line.patients.values() for number in numbers]
        assert sorted(behind) == sorted(group.patients["number"])
        assert line.of + sum(line.not_counted.values()) == group.n
    capacity = lines[0]
    assert (capacity.of, capacity.n(Care.IN_TIME), capacity.n(Care.LATE)) == (15, 12, 3)
    assert capacity.patients[Care.DIED] == ("A-009", "A-011", "A-015")
    men = group.only(group.patients["sex"] == "male")
    assert quality_list(men)[0].of < capacity.of


def test_the_neurologist_takes_it_along_on_paper_and_as_a_table(as_role):
    session = as_role(Role.NEUROLOGIST)
    words = " ".join(
        text_of(documents.export(session, reports.named("care-quality"), About())).split()
    )
    assert "Care quality list" in words
    assert "Counted are patients in follow-up who need it" in words
    assert "Miller 2013, Neurology 81:2136" in words
    entry = session.trail.entries(limit=1)[0]
    assert (entry.entity, '"patients": 21' in entry.after) == (Act.EXPORTED, True)
    table = documents.export(session, exports.named("care-quality-csv"), About())
    read = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert len(read) == 21 * len(shipped())
    counted = {one["Record number"] for one in read if one["Counted"] == "yes"}
    assert "A-009" not in counted, "who died"
    stands = {one["How it stands"] for one in read if one["What"] == "Advance care"}
    assert {"not recorded", "died"} <= stands


def test_only_the_patients_that_are_shown_are_in_it(as_role):
    session = as_role(Role.NEUROLOGIST)
    shown = tuple(one.id for one in session.patients.all()[:2])
    table = documents.export(session, exports.named("care-quality-csv"), About(patients=shown))
    read = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert {one["Record number"] for one in read} == {"A-001", "A-002"}
    nobody = documents.export(session, exports.named("care-quality-csv"), About(patients=()))
    assert len(list(csv.reader(io.StringIO(nobody.decode("utf-8-sig"))))) == 1


@pytest.mark.parametrize("role", [Role.NURSE, Role.MONITOR, Role.ADMINISTRATOR])
def test_r16_nobody_else_takes_it_along(as_role, role):
    session = as_role(role)
    for one in (reports.named("care-quality"), exports.named("care-quality-csv")):
        assert one not in documents.offered(session, one.of)
        with pytest.raises(NotAllowed):
            documents.export(session, one, About())
