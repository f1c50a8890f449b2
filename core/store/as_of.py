"""A patient's record, or the clinic's settings, as the file stood at an entry of its trail: made again from the trail alone."""

import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import fields
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database

from core.convert import converter
from core.model.ids import PatientId
from core.model.nouns import NOUNS
from core.model.record import PatientRecord
from core.model.user import Clinic
from core.store import audit, records
from core.store.migrations import decision_of

_OF_NOBODY = (
    "threshold",
    "lock",
    "rater_training",
    "calibration_check",
)  # what every record has of rows that belong to no patient


def record_as_of(db: Database, patient_id: PatientId, sequence: int) -> PatientRecord | None:
    """The record when that entry had just been written; None before the patient was registered.

    A column that came later has its default. Nothing is written to any disk.
    """
    rows = _rows(db, patient_id, sequence)
    if patient_id not in rows.get("patient", {}):
        return None
    with closing(sqlcipher.connect(":memory:")) as connection:
        connection.execute("PRAGMA temp_store = MEMORY")
        past = Database(connection)
        for kind in ("table", "index"):
            made = db.execute(
                "SELECT tbl_name, sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL", [kind]
            )
            for table, sql in made.fetchall():
                if table not in audit.NOT_AUDITED:
                    past.execute(sql)
        _decide(rows)
        for table in past.table_names():
            columns = {column.name for column in past.table(table).columns}
            if table in NOUNS and NOUNS[table].content:
                continue  # bytes are not in the trail, and a record does not hold them
            for row in rows.get(table, {}).values():
                _insert(past, table, {name: row[name] for name in row if name in columns})
        return records.load(past, patient_id)


def clinic_as_of(db: Database, sequence: int) -> Clinic | None:
    """What the file said of itself when that entry had just been written; None before it said anything."""
    found = db.execute(
        "SELECT after FROM audit WHERE entity = 'clinic' AND after IS NOT NULL AND id <= ? ORDER BY id DESC LIMIT 1",
        [sequence],
    ).fetchone()
    if found is None:
        return None
    known = {one.name for one in fields(Clinic)}
    told = {name: value for name, value in json.loads(found[0]).items() if name in known}
    return converter.structure(told, Clinic)


def _rows(
    db: Database, patient_id: PatientId, sequence: int
) -> dict[str, dict[str, dict[str, Any]]]:
    """The rows of each table as they stood, by their keys, in the order in which they came."""
    kinds = ", ".join(f"'{kind}'" for kind in _OF_NOBODY)
    found: Iterable[tuple[str, str, str | None, str | None]] = db.execute(
        f"""
        SELECT entity, row, before, after FROM audit
         WHERE id IN (SELECT id FROM audit WHERE patient_id = :patient_id AND id <= :sequence
                      UNION ALL
                      SELECT id FROM audit
                       WHERE patient_id IS NULL AND entity IN ({kinds}) AND id <= :sequence)
         ORDER BY id
        """,  # noqa: S608  our own
        {"patient_id": patient_id, "sequence": sequence},
    )
    tables: dict[str, dict[str, dict[str, Any]]] = {}
    for entity, row, before, after in found:
        stood = tables.setdefault(entity, {})
        if before is None or after is None:
            stood.pop(row, None)
        if after is not None and (fields := json.loads(after)) is not None:
            stood[row] = fields
    return tables


def _decide(rows: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Acknowledgements of before there were decisions are shown as the decisions they became."""
    stood = rows.setdefault("decision", {})
    for key, row in rows.pop("acknowledgement", {}).items():
        stood.setdefault(key, decision_of(row))


def _insert(past: Database, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(f":{name}" for name in row)
    past.execute(f'INSERT INTO "{table}" ({names}) VALUES ({values})', row)  # noqa: S608  our own
