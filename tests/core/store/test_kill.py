import json
import random
import subprocess
import sys
from datetime import date

import pytest

from core.session import Session

# Enters answers one by one, and says so only when each is saved.
ENTER_ANSWERS = """
import itertools, sys
from pathlib import Path
from core.instruments import catalog
from core.model.assessment import Answer
from core.session import Session

path, visit = Path(sys.argv[1]), sys.argv[2]
session = Session(path, bytes(range(32)), "dr.demo")
slots = catalog.alsfrs_r().slots
for n in itertools.count():
    slot = slots[n % 12]
    answer = Answer(item=slot, value=n // 12 % 5, note=str(n))
    with session.write("typed"):
        session.assessments.save_answer(visit, "alsfrs-r", slot, answer)
    print(n, slot, answer.value, flush=True)
"""


@pytest.mark.parametrize("_", range(4))
def test_r01_killed_while_answers_are_entered(session, patient, visit_day, clinic_path, key, _):
    """R1: kill -9 at a random instant loses no answer that was acknowledged, and leaves no half one."""
    visit = visit_day(date(2026, 7, 21), "M2", scores=(None,) * 12, finished=False)
    session.close()
    clinic = subprocess.Popen(
        [sys.executable, "-c", ENTER_ANSWERS, str(clinic_path), visit.id],
        stdout=subprocess.PIPE,
        text=True,
    )
    wanted = random.randrange(1, 400)
    with clinic:
        acknowledged = [clinic.stdout.readline() for _ in range(wanted)]
        clinic.kill()
        acknowledged += clinic.stdout.readlines()
    if not acknowledged[-1].endswith("\n"):
        acknowledged.pop()
    assert len(acknowledged) >= wanted

    again = Session(clinic_path, key, "dr.demo")
    try:
        assert list(again._db.query("PRAGMA integrity_check")) == [{"integrity_check": "ok"}]
        assert list(again._db.query("PRAGMA foreign_key_check")) == []
        (form,) = again.record(patient.id).assessments
        typed = list(again._db.query("SELECT entity, after FROM audit WHERE reason = 'typed'"))
        assert {row["entity"] for row in typed} == {"answer"}
        saved = [json.loads(row["after"]) for row in typed]
        assert len(saved) - len(acknowledged) in (0, 1)  # saved, and killed before saying so
        for line, row in zip(acknowledged, saved, strict=False):
            assert line.split() == [row["note"], row["slot"], str(row["value"])]
        last = {row["slot"]: (row["value"], row["note"]) for row in saved}
        assert {slot: (a.value, a.note) for slot, a in form.answers.items()} == last
    finally:
        again.close()
