"""The certificate of a restore drill, as its reader finds it."""

from dataclasses import replace
from datetime import UTC, datetime

from core.model.backup import DrillResult, TableCompared
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


def printed(result):
    made = pages(certificate.render(result, CLINIC, "Dr. Demo", PRINTED_AT, LIVE_HEAD))
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
    same = tuple(replace(table, differing=0) for table in TABLES)
    assert "is the same as the clinic file in every row" in printed(replace(RESULT, tables=same))


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
