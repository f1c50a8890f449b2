from contextlib import closing
from datetime import date

import pytest

from core.commands import demonstration

TODAY = date(2026, 11, 29)


@pytest.fixture(scope="package")
def demonstration_records(tmp_path_factory):
    """The records of all patients of the demonstration, as they are on 29 November 2026."""
    path = tmp_path_factory.mktemp("demo") / "demo.als"
    with closing(demonstration.create(path, TODAY)) as session:
        return [session.record(patient.id) for patient in session.patients.all()]
