"""The certificate of a restore drill, as its reader finds it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.model.backup import DrillResult, TableCompared
from core.model.nouns import NOUNS
from core.model.paper import PaperSize
from core.model.trail import TrailHead
from core.reports import certificate
from tests.core.reports.records import CLINIC, PRINTED_AT
from tests.core.reports.test_summary import pages

HEAD = TrailHead(sequence=1042, hash="0f" * 32)
LIVE_HEAD = TrailHead(sequence=1050, hash="e1" * 32)
TABLES = (
    TableCompared(name="audit", rows=1042, live_rows=1050, differing=8, unexplained=0),
    TableCompared(name="patient", rows=17, live_rows=18, differing=1, unexplained=0),
)
RESULT = DrillResult(
    backup="clinic-2026-11-22T101502Z.als",
    made_at=datetime(2026, 11, 22, 10, 15, 2, tzinfo=UTC),
    drilled_at=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
    size_bytes=5_123_456,
    sha256="0123456789abcdef" * 4,
    tables=TABLES,
    head=HEAD,
    live_head=LIVE_HEAD,
    seconds=75.25,
)


def printed(result, size=PaperSize.A4):
    made = pages(certificate.render(result, CLINIC, "Dr. Demo", PRINTED_AT, LIVE_HEAD, size=size))
    assert len(made) == 1
    return " ".join(made[0].split())


def test_a_passed_drill_says_what_was_restored_and_compared():
    text = printed(RESULT)
    assert "PASSED" in text and "FAILED" not in text
    for fact in (
        "clinic-2026-11-22T101502Z.als",
        "0123456789abcdef" * 4,
        "1 min 15.2 s",
        "5123 kB",
        f"1042 entries, head {HEAD.code}",
        f"1050 entries, head {LIVE_HEAD.code}",
        "patient 17 18 1 0 passed",
        "changed since, as the audit trail says",
    ):
        assert fact in text, fact


def test_a_drill_without_any_difference_says_so():
    same = (
        TableCompared(name="patient", rows=17, live_rows=17, differing=0, unexplained=0),
        TableCompared(name="visit", rows=40, live_rows=40, differing=0, unexplained=0),
    )
    text = printed(replace(RESULT, tables=same))
    assert "is the same as the clinic file in every row" in text
    assert "No table differs." in text
    assert "The same in every row, with how many there are: patient (17), visit (40)." in text


@pytest.mark.parametrize("size", PaperSize)
def test_it_is_one_page_with_its_signature_however_many_tables_there_are(size):
    """Every table of the file, and some that later versions may have; first few of them differ, then each."""
    named = [*NOUNS, "audit", "audit_head", "typed_text", *(f"later_table_{n}" for n in range(4))]
    each = tuple(replace(TABLES[0], name=name) for name in named)
    for changed in (3, len(named)):
        rest = tuple(replace(one, live_rows=one.rows, differing=0) for one in each[changed:])
        text = printed(replace(RESULT, tables=(*each[:changed], *rest)), size)
        assert "Signature" in text
        assert all(name in text for name in named)


def test_a_failed_drill_says_why_and_where():
    wrong = replace(TABLES[1], unexplained=1)
    text = printed(replace(RESULT, tables=(TABLES[0], wrong), problem="One row is wrong."))
    assert "FAILED One row is wrong." in text
    assert "patient 17 18 1 1 FAILED" in text and "audit 1042 1050 8 0 passed" in text
    assert "PASSED" not in text


def test_a_drill_that_ended_early_claims_no_comparison():
    text = printed(replace(RESULT, tables=(), head=None, problem="The backup is damaged."))
    assert "FAILED The backup is damaged." in text
    assert "Nothing: the drill ended before." in text
    assert "was held against" not in text
