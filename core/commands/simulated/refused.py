"""Those who were screened for the trial and refused: counted, and never treated.

The paper only says that there were three of them. Who they were, when and why is simulated, and their note says so.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from core.commands.simulated.clinical import Clinical
from core.commands.simulated.course import RATER
from core.model.partial_date import PartialDate
from core.model.patient import OnsetRegion, Patient, Sex
from core.protocols.definition import Protocol
from core.session import Session

_NOTE = "Simulated: the paper tells only that 3 of the 20 who were screened refused."


def save(session: Session, protocol: Protocol, row: Mapping[str, str], today: date) -> None:
    """A line of ``refused.csv``: the patient without a visit, screened and refused; no visit is due."""
    screened, refused = (
        today - timedelta(days=int(row[name])) for name in ("screened_days_ago", "refused_days_ago")
    )
    onset = screened - timedelta(days=30 * int(row["months_since_onset"]))
    patient = Patient(
        record_number=f"A-{int(row['patient']):03}",
        sex=Sex.MALE if row["sex"] == "M" else Sex.FEMALE,
        born=screened - timedelta(days=round((int(row["age"]) + 0.4) * 365.25)),
        onset_region=OnsetRegion(row["onset"].lower()),
        onset=PartialDate(onset.year, onset.month),
        protocol=protocol.id,
        protocol_version=protocol.version,
        registered_on=screened,
        note=_NOTE,
    )
    session.patients.save(patient)
    clinical = Clinical(session, patient, int(row["patient"]), RATER)
    clinical.became("screened", screened)
    clinical.became("refused", refused, by=row["by"], reason=row["reason"])
