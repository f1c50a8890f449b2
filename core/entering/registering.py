"""Writing into the clinic's logs of rater training and of spirometer checks, and taking out what was a mistake."""

from core.model.registers import CalibrationCheck, RaterTraining
from core.session import Session


def add_training(session: Session, training: RaterTraining) -> None:
    """Raises NotAllowed, Locked, StorageError."""
    with session.write():
        session.trainings.save(training)


def add_check(session: Session, check: CalibrationCheck) -> None:
    """Raises NotAllowed, Locked, StorageError."""
    with session.write():
        session.calibrations.save(check)


def remove(session: Session, one: RaterTraining | CalibrationCheck, reason: str) -> None:
    """Take it out of its log; the trail keeps it, with the reason."""
    with session.write(reason):
        if isinstance(one, RaterTraining):
            session.trainings.remove(one.id)
        else:
            session.calibrations.remove(one.id)
