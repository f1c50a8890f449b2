"""The statistics of a simulated trial of 10,000 patients and 12 visits against bare pandas and numpy, and reading it."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from core import clock
from core.acts import cohort
from core.cohort import means, missing, packed, slots, survival
from core.cohort.fields import TOTAL, field_of, number_fields
from core.cohort.frames import PATIENT, Cohort
from core.commands import demonstration
from core.model.ids import PatientId
from core.model.patient import Patient
from core.protocols import catalog as protocols
from core.science.statistics.slopes import patient_slopes
from core.store import derived
from core.store.derived import Kept
from tests.benchmarks.simulated_trial import schedule, trial
from tests.benchmarks.window import a_window

PATIENTS, TURNS, WARM, PAGES = 10_000, 25, 3, 5
LME4_S = 0.18, 0.30  # one call of lme4 1.1 with 1,000 patients of 12 visits, measured once in R 4.3
QUARTERS = (0.25, 0.5, 0.75)
Times = list[tuple[float, float]]  # of each turn, by the wall and by the processor, in s


def lines(folder: Path) -> Iterator[str]:
    protocols.use_own([schedule()])
    blobs = trial(PATIENTS)
    group = packed.unpack(blobs)
    field = field_of(TOTAL, number_fields())
    yield in_turn(
        "mean, SE, quartiles of all visits",
        lambda: means.described(group, field),
        lambda: bare_means(group),
        "≤ 2x bare pandas on the same frame",
    )
    yield in_turn(
        "the same, who is missing, sentences",
        lambda: means.means(group, field),
        lambda: bare_means(group),
        "(nothing bare does it)",
    )
    ends = survival.followed(group, survival.Endpoint.OVERALL, survival.Zero.TREATMENT)
    yield in_turn(
        "Kaplan-Meier, from the cohort",
        lambda: survival.survival(group),
        lambda: bare_survival(ends.months, ends.events),
        "≤ 3x bare numpy",
    )
    _slots, values = slots.placed(group, TOTAL)
    own = median_ms(lambda: patient_slopes(values[PATIENT], values["month"], values["value"]))
    low, high = (1000 * one for one in LME4_S)
    yield alone(
        "slopes of 10,000 patients", own, f"< {low:.0f} to {high:.0f} ms, one lme4 call of 1,000"
    )
    yield alone("matrix of missing data", median_ms(lambda: missing.matrix(group)), "")
    yield from reading(folder, blobs)


def bare_means(group: Cohort) -> pd.DataFrame:
    chosen = group.values[group.values["field"] == TOTAL]
    by_visit = chosen.groupby("code", observed=True)["value"]
    told = by_visit.agg(["count", "mean", "std", "sem", "min", "max"])
    return told.join(by_visit.quantile(QUARTERS).unstack())


def bare_survival(months: np.ndarray, events: np.ndarray) -> tuple[np.ndarray, ...]:
    """The product-limit estimate and Greenwood's standard error, as one writes them down."""
    times, inverse = np.unique(months, return_inverse=True)
    died = np.bincount(inverse, events, len(times))
    left = np.bincount(inverse, minlength=len(times))
    at_risk = len(months) - np.concatenate([[0], np.cumsum(left)[:-1]])
    curve = np.cumprod(1 - died / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = curve * np.sqrt(np.cumsum(died / (at_risk * (at_risk - died))))
        reach = 1.96 * error / (curve * np.abs(np.log(curve)))
        low, high = (curve ** np.exp(sign * reach) for sign in (1, -1))
    return times, curve, error, low, high


def reading(folder: Path, blobs: list[packed.Packed]) -> Iterator[str]:
    """A clinic file of 10,000 patients of whom everything is known: loaded, and after one of them was changed."""
    clinic, user = demonstration.CLINIC, demonstration.new_user("c", "C")
    with closing(
        demonstration.Session.create(folder / "cohort.als", clinic, user, "a password")
    ) as session:
        people = [
            Patient(
                record_number=f"{n:05}", protocol="royan-2021", protocol_version="1",
                registered_on=clock.today(),
            )
            for n in range(PATIENTS)
        ]  # fmt: skip
        with session.write("a large trial"):
            for one in people:
                session.patients.save(one)
        session.derived.keep(list(known(session, [one.id for one in people], blobs)))
        session.derived.write()
        today = clock.today()
        yield alone(
            "cohort of 10,000 from the file",
            median_ms(lambda: cohort.load(session, today)),
            "≤ 1 s",
        )

        def changed() -> None:
            with session.write("corrected"):
                session.patients.save(replace(people[0], note=str(time.perf_counter())))
            cohort.load(session, today)

        yield alone("the same after one was changed", median_ms(changed), "")
        yield from painting(session)


def painting(session: demonstration.Session) -> Iterator[str]:
    """From the key that opens the page until all its figures and sentences are on the screen."""
    app, shell = a_window(session)
    page = shell.page("cohort")
    times = []
    for _turn in range(WARM + PAGES):
        shell.show_page("today")
        page.mark_stale()
        app.processEvents()
        wall, processor = time.perf_counter(), time.process_time()
        shell.show_page("cohort")
        while page.busy:
            app.processEvents()
            time.sleep(0.001)  # or it takes the processor from the worker that it waits for
        shell.repaint()
        times.append((time.perf_counter() - wall, time.process_time() - processor))
    shell.hide()
    yield alone("cohort page of 10,000, painted", middle(times), "≤ 1 s")


def known(
    session: demonstration.Session, ids: list[PatientId], blobs: list[packed.Packed]
) -> Iterator[Kept]:
    rules = cohort._rules(session._db)
    at = derived.positions(session._db)
    for one, blob in zip(ids, blobs, strict=True):
        yield Kept(
            patient_id=one, position=at[one], rules=rules, since=clock.today(),
            until=clock.today().replace(year=9999), packed=blob,
        )  # fmt: skip


def once(act: Callable[[], object]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - wall, time.process_time() - processor


def median_ms(act: Callable[[], object]) -> tuple[float, float]:
    return middle([once(act) for _turn in range(WARM + TURNS)])


def middle(times: Times) -> tuple[float, float]:
    wall, processor = (median(side[WARM:]) * 1000 for side in zip(*times, strict=True))
    return wall, processor


def in_turn(what: str, ours: Callable[[], object], bare: Callable[[], object], goal: str) -> str:
    """Both sides in turn; the ratio is that of the processor."""
    pairs = [(once(ours), once(bare)) for _turn in range(WARM + TURNS)]
    (wall, ms), (bare_wall, bare_ms) = (middle(list(side)) for side in zip(*pairs, strict=True))
    ratios = f"{ms / bare_ms:>6.2f}x  (wall {wall / bare_wall:.2f}x)"
    return f"{what:34} {ms:>7.1f} ms {bare_ms:>7.1f} ms {ratios}  {goal}"


def alone(what: str, times: tuple[float, float], goal: str) -> str:
    wall, processor = times
    return f"{what:34} {wall:>7.1f} ms {processor:>7.1f} ms processor  {goal}"


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        for one in lines(Path(name)):
            print(one)
