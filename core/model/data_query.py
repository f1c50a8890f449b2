"""Questions on fields: asked by a person or a rule, answered, closed."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.model.ids import PatientId, QueryId, VisitId, new_id


class QueryState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryReply:
    """What was said to a question; one that ``asks`` opens it again, any other answers it."""

    query_id: QueryId
    number: int
    by: str
    at: datetime
    text: str
    asks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DataQuery:
    """A question on one field; ``step`` and ``field`` lead to it, ``label`` names it, ``rule`` asked it if no person did.

    A question about the patient and not about a visit has no ``visit_id``.
    """

    id: QueryId = field(default_factory=lambda: QueryId(new_id()))
    patient_id: PatientId
    visit_id: VisitId | None
    step: str
    field: str
    label: str
    rule: str = ""
    text: str
    opened_by: str
    opened_at: datetime
    closed_by: str | None = None
    closed_at: datetime | None = None
    replies: tuple[QueryReply, ...] = ()

    @property
    def state(self) -> QueryState:
        if self.closed_at is not None:
            return QueryState.CLOSED
        answered = self.replies and not self.replies[-1].asks
        return QueryState.ANSWERED if answered else QueryState.OPEN

    @property
    def closed(self) -> bool:
        return self.closed_at is not None
