"""Alerts: what a visit newly shows that asks for a thought, by the rules of resources/alerts.toml.

An alert says "consider", never more. It stays open until a person has acknowledged it with a reason,
and speaks again at another visit that meets its rule, or when its value is worse than the one that
was acknowledged. A rule is met by the values last known on the day of a visit, and fires there only
where the visit itself brought one of them: a value that is missing never fires.
"""

from core.alerts.acknowledging import (
    Seen,
    acknowledge,
    acknowledged,
    open_alerts,
    seen,
    seen_text,
)
from core.alerts.definition import read, shipped
from core.alerts.found import Alert, evaluate

__all__ = [
    "Alert",
    "Seen",
    "acknowledge",
    "acknowledged",
    "evaluate",
    "open_alerts",
    "read",
    "seen",
    "seen_text",
    "shipped",
]
