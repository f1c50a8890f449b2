"""Identities, made at birth and never reused."""

from typing import NewType
from uuid import uuid4

PatientId = NewType("PatientId", str)
VisitId = NewType("VisitId", str)
SpirometryId = NewType("SpirometryId", str)
RecordId = NewType("RecordId", str)
EventId = NewType("EventId", str)
MilestoneId = NewType("MilestoneId", str)
ExternalResultId = NewType("ExternalResultId", str)
DecisionId = NewType("DecisionId", str)
SignatureId = NewType("SignatureId", str)
LockId = NewType("LockId", str)
QueryId = NewType("QueryId", str)
LabResultId = NewType("LabResultId", str)
LaboratoryId = NewType("LaboratoryId", str)
RangeId = NewType("RangeId", str)
AttachmentId = NewType("AttachmentId", str)
TrainingId = NewType("TrainingId", str)
CheckId = NewType("CheckId", str)
MoveId = NewType("MoveId", str)
AppointmentId = NewType("AppointmentId", str)


def new_id() -> str:
    return uuid4().hex
