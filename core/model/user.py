"""The people who sign in, and the clinic they work for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    login: str
    full_name: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """What the file says of itself: whose it is, and the settings every workstation shares."""

    name: str
    letterhead: str = ""
    protocol: str = "routine"
    equation: str = "gli-global-2022"
    demonstration: bool = False
