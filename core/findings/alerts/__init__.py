"""Alerts: what a visit newly shows that asks for a decision, by the rules of resources/alerts.toml.

Everything that asks for the same is one action: one line with all its facts, one decision. An action says
"consider", never more. It stays open until a person has decided (done, planned, declined, not now), and
opens again when a fact is worse than it was then, when a new class is reached, or when the day of review
has come; never because another visit took place. A rule is met by the values last known on the day of a
visit: a value that is missing never meets one.
"""

from core.findings.alerts.actions import (
    Action,
    Detail,
    evaluate,
    open_actions,
    open_and_decided,
)
from core.findings.alerts.deciding import OFFERED, Given, decide, proposed_review
from core.findings.alerts.definition import shipped
from core.findings.alerts.found import Fact, Finding
from core.findings.alerts.words import decision_text, past

__all__ = [
    "OFFERED",
    "Action",
    "Detail",
    "Fact",
    "Finding",
    "Given",
    "decide",
    "decision_text",
    "evaluate",
    "open_actions",
    "open_and_decided",
    "past",
    "proposed_review",
    "shipped",
]
