"""The demonstration trial five years after its last infusion: made once a process (some 3 s), and copied."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from core.cohort import frames, rows
from core.commands import demonstration
from core.session import Session

TODAY = date(2026, 11, 29)


@pytest.fixture(scope="session")
def finished_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The closed file. Nobody writes to it: who opens it opens a copy."""
    session = demonstration.finished(tmp_path_factory.mktemp("finished"), TODAY)
    session.close()
    return session.path


@pytest.fixture(scope="session")
def finished_read(
    finished_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Session]:
    """A copy signed in as its neurologist, shared by tests that only read."""
    session = _opened(finished_file, tmp_path_factory.mktemp("read"))
    yield session
    session.close()


@pytest.fixture
def finished_trial(finished_file: Path, tmp_path: Path) -> Iterator[Session]:
    """A copy of one's own, signed in as its neurologist."""
    session = _opened(finished_file, tmp_path)
    yield session
    session.close()


@pytest.fixture(scope="session")
def finished_cohort(finished_read: Session) -> frames.Cohort:
    """The frames of all 20 patients."""
    records = [finished_read.record(patient.id) for patient in finished_read.patients.all()]
    return frames.cohort([found for one in records if (found := rows.of(one, TODAY)) is not None])


def _opened(made: Path, folder: Path) -> Session:
    copied = shutil.copytree(made.parent, folder / "copied")
    return Session.open(copied / made.name, demonstration.NEUROLOGIST, demonstration.PASSWORD)
