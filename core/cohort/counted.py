"""Who is counted, in words: every number with what it is of."""

from datetime import date

from core.cohort import missing
from core.cohort.filters import Filter
from core.cohort.frames import Cohort
from core.cohort.slots import planned
from core.protocols import catalog as protocols
from core.words import _, day, n_patients, plural


def title(cohort: Cohort) -> str:
    """What the group is called: its one schedule, else all of the clinic."""
    ids = set(cohort.patients["schedule"])
    found = protocols.newest().get(next(iter(ids))) if len(ids) == 1 else None
    return _("All patients") if found is None else found.title


def headline(group: Cohort, wanted: Filter, of: int, today: date) -> str:
    """“20 of 21 patients (sex female) · 16 infused of 17 enrolled · 3 deaths among 20 patients · data to 29 Nov 2026”.

    ``of`` are all patients of the file, ``wanted`` is what chose these.
    """
    flow, said = missing.flow(group), wanted.said()
    everybody = plural(of, "The 1 patient of the file", "All {n} patients of the file")
    chosen = _("{n} of {of} ({filter})").format(n=group.n, of=n_patients(of), filter=said)
    parts = [chosen if said else everybody]
    if flow.enrolled != group.n:
        parts.append(_("{n} enrolled of {of}").format(n=flow.enrolled, of=group.n))
    if flow.treated:
        parts.append(_("{n} infused of {of} enrolled").format(n=flow.treated, of=flow.enrolled))
    parts += [_deaths(group), _("data to {day}").format(day=day(today))]
    return " · ".join(parts)


def left_out(group: Cohort) -> str:
    """That results are not counted because their patients did not agree to that; empty where there are none."""
    count = int(group.patients["left_out"].sum()) if group.n else 0
    text = plural(
        count,
        "1 visit, or result of no visit, is not counted: the consent does not cover it.",
        "{n} visits, or results of no visit, are not counted: the consent does not cover them.",
    )
    return text if count else ""


def study(cohort: Cohort) -> str:
    """The schedule of planned visits that most patients are on; empty where nobody is on one."""
    by_patients = map(str, cohort.patients["schedule"].value_counts().index)
    return next((one for one in by_patients if planned(one) is not None), "")


def _deaths(group: Cohort) -> str:
    deaths = int(group.patients["died_day"].notna().sum())
    text = plural(deaths, "1 death among {of}", "{n} deaths among {of}")
    return text.format(of=n_patients(group.n))
