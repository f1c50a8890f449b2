import csv
from dataclasses import replace

from core.exports import trail_csv
from core.model.trail import Act


def test_every_entry_is_a_row_in_words(session, patient):
    with session.write("measured, “again”"):
        session.patients.save(replace(patient, height_cm=171.5, note="two\nlines"))
    session.record_act(Act.PRINTED, patient_id=patient.id, details={"document": "visit summary"})
    entries = session.trail.entries()
    data = trail_csv.render(entries, session.trail.names(entries)).decode("utf-8-sig")
    rows = list(csv.DictReader(data.splitlines(keepends=True)))
    assert [row["entry"] for row in rows] == [str(one.sequence) for one in entries]
    printed, changed = rows[:2]
    assert printed["kind"] == "printed" and printed["after"] == "document: visit summary"
    assert (changed["patient"], changed["user"], changed["name"]) == ("7", "dr.demo", "Dr. Demo")
    assert changed["before"] == "height: 176 cm; note: –"
    assert changed["after"] == "height: 171.5 cm; note: two\nlines"
    assert changed["reason"] == "measured, “again”"
    assert [row["hash"] for row in rows] == [one.hash.hex() for one in entries]
