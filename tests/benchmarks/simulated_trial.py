"""A trial that nobody ran: patients of twelve planned visits, as the bytes that the derived cache holds of them."""

import json
from dataclasses import astuple, replace

import numpy as np

from core.cohort.fields import FVC, TOTAL
from core.cohort.packed import VALUE, VISIT, Packed
from core.model.vital_status import State
from core.protocols import catalog as protocols
from core.protocols.definition import Offset, Protocol, Unit
from core.protocols.schedule import Status
from core.science.progression import MONTH_DAYS
from tests.core.cohort.made_up import DAY_0, PATIENT

DOMAINS = ("bulbar", "fine_motor", "gross_motor", "respiratory")
FIELDS = (TOTAL, *(f"alsfrs-r.{one}" for one in DOMAINS), FVC, "weight")
STATUSES = (Status.DONE, Status.MISSED, Status.NOT_APPLICABLE)


VISITS = 12


def schedule() -> Protocol:
    """Twelve visits, one every three months; it counts once `protocols.use_own` has it."""
    shipped = protocols.shipped()["royan-2021"]
    kind = shipped.visits[-1]
    visits = tuple(
        replace(
            kind, code=f"V{n}", title=f"Month {3 * n}", offset=Offset(value=3 * n, unit=Unit.MONTHS)
        )
        for n in range(VISITS)
    )
    return replace(shipped, id="simulated", version="1", visits=visits)


def trial(patients: int, seed: int = 14) -> list[Packed]:
    """Scores fall by about a point a month, one visit in twelve is missed, a third of the patients die."""
    chance = np.random.default_rng(seed)
    visits = schedule().visits
    months = 3.0 * np.arange(VISITS)
    texts = sorted({"", "in_person", *(one.code for one in visits), *FIELDS, *STATUSES})
    place = {text: at for at, text in enumerate(texts)}
    return [
        _patient(n, months, [place[one.code] for one in visits], place, json.dumps(texts), chance)
        for n in range(patients)
    ]


def _patient(
    number: int,
    months: np.ndarray,
    codes: list[int],
    place: dict[str, int],
    texts: str,
    chance: np.random.Generator,
) -> Packed:
    died = chance.exponential(80)
    alive = months < died
    seen = alive & (chance.random(len(months)) > 1 / 12)
    days = np.round(DAY_0 + months * MONTH_DAYS + chance.integers(-5, 6, len(months))).astype(int)
    visits = np.zeros(len(months), VISIT)
    visits["code"], visits["month"], visits["target_day"] = codes, months, days
    status = np.where(seen, place["done"], place["missed"])
    visits["status"] = np.where(alive, status, place["not_applicable"])
    visits["day"] = np.where(seen, days, np.iinfo("<i4").min)
    visits["mode"], visits["reason"] = place["in_person"], place[""]
    values = np.zeros((int(seen.sum()), len(FIELDS)), VALUE)
    values["code"], values["day"] = visits["code"][seen, None], days[seen, None]
    values["field"] = [place[one] for one in FIELDS]
    start, rate = chance.normal(40, 4), chance.gamma(2, 0.4)
    values["value"] = np.clip(
        np.round(start - rate * months[seen, None] + chance.normal(0, 2, values.shape)), 0, 48
    )
    row = replace(
        PATIENT,
        id=f"{number:032x}",
        number=f"{number:05}",
        schedule="simulated",
        version="1",
        sex="female" if chance.random() < 0.4 else "male",
        onset_region="bulbar" if chance.random() < 0.3 else "limb",
        age=int(chance.normal(58, 11)),
        state=State.DIED if died < 60 else State.TREATED,
        died_day=int(DAY_0 + died * MONTH_DAYS) if died < 60 else None,
        last_alive_day=int(days[seen].max(initial=DAY_0)),
        niv_day=int(DAY_0 + died * 20) if chance.random() < 0.5 else None,
        stage=int(chance.integers(0, 5)),
    )  # fmt: skip
    told = json.dumps([astuple(row), []])
    return Packed(texts, told, visits.tobytes(), values.tobytes())
