"""docs/clinical.md says what the code does: its tables and its examples are made again here."""

import csv
import math
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from core import entry, resources
from core.cohort import in_words, means
from core.cohort.fields import FVC, number_fields
from core.cohort.quality import often
from core.cohort.survival import survival
from core.commands import scoring
from core.entering import patient_entry
from core.entering.visit_entry import check_visit_date
from core.entry import Problem
from core.findings import alerts, eligibility, plausibility, quality
from core.findings.alerts.measures import measures
from core.findings.eligibility import Fulfilment
from core.imports import patients_csv
from core.instruments import catalog as instruments
from core.laboratory.grading import proposals
from core.model import measurement, terms, thresholds
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.patient import Sex
from core.model.spirometry import MAX_BLOWS
from core.protocols import catalog as protocols
from core.protocols.definition import Offset, Unit
from core.protocols.schedule import LAST_VISIT_GRACE_DAYS, Status, shift, windows
from core.rule import LIMIT
from core.science import lung_function
from core.science.lung_function import Parameter, percent_predicted, predict, z_score
from core.science.nutrition import bmi, weight_loss_percent
from core.science.progression import (
    delta_fs,
    last_months,
    months_between,
    ols_slope,
    pace,
)
from core.science.projection import FARTHEST_YEARS, crosses, project
from core.science.spirometry_quality import (
    MAXIMUM_DIFFERENCE_AB_ML,
    MAXIMUM_DIFFERENCE_C_ML,
    MAXIMUM_DIFFERENCE_D_ML,
    grade,
)
from core.science.staging import kings, mitos
from core.science.statistics.distributions import t_quantile
from core.science.statistics.summary import summary
from core.views import course, so_far
from core.views.patient_words import age
from core.views.progression import slope_text
from core.views.questionnaire import scale_row
from core.views.worklist import AHEAD
from core.words import day, number
from tests.core.cohort import made_up
from tests.core.examples import a_form, a_patient, a_record, a_visit, summing_to
from tests.core.laboratory.made_up import a_result

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "clinical.md").read_text("utf-8")
LINES = TEXT.splitlines()
WORDS = " ".join(TEXT.split())
EXAMPLE = "> Example: "
ALSFRS_R = instruments.alsfrs_r()
TRIAL = protocols.shipped()["royan-2021"]
STATUS = {"": "", "DESIGN": "our proposal", "UNCONFIRMED": "unconfirmed"}
PEOPLE = (
    (Sex.MALE, 49.12, 175, 3.00),
    (Sex.FEMALE, 50, 160, 1.80),
    (Sex.MALE, 67, 170, 1.75),
    (Sex.MALE, 30, 172, 2.40),
)
CHOICES = (
    ("gli-global-2022", None),
    ("gli-2012", 1),
    ("gli-2012", 5),
    ("nhanes-iii", 1),
    ("ecsc-1993", None),
)
LIMITS = thresholds.defaults()
POINTS = LIMITS["alsfrs_r_scatter"]
# A slope that was computed apart; the forms of test_progression and test_projection
FORMS = [
    (date(2014, 3, 10), 37.0),
    (date(2014, 5, 12), 35.0),
    (date(2014, 7, 9), 34.0),
    (date(2014, 9, 8), 31.0),
    (date(2015, 3, 11), 26.0),
]
BREATHS = [
    (date(2014, 3, 10), 78.0),
    (date(2014, 5, 12), 74.1),
    (date(2014, 7, 9), 69.0),
    (date(2014, 9, 8), 66.2),
    (date(2014, 12, 10), 60.1),
    (date(2015, 3, 11), 55.2),
]
# Twelve scores (None: not answered), whether question 5 was 5b, whether a gastrostomy is recorded
STAGED = (
    ((3, 4, 3, 2, 2, 2, 3, 2, 1, 3, 4, 4), False, False),
    ((4, 4, 4, 4, 4, 4, 4, 4, 3, 4, 4, 4), False, False),
    ((1, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4), False, False),
    ((4, 4, 4, 4, 4, 4, 4, 4, 4, 1, 4, 4), False, False),
    ((3, 3, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4), False, True),
    ((1, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1), True, True),
    ((3, None, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4), False, False),
    ((3, 4, 4, 3, 4, 4, 4, 3, 4, 4, 4, None), False, False),
)


# Examples: each returns the sentence that stands in the document


def months():
    first, later = date(2014, 3, 10), date(2014, 5, 12)
    days, found = (later - first).days, number(months_between(first, later), 2)
    return f"from {day(first)} to {day(later)} are {days} days; {days} / 30.4375 = {found} months."


def ages():
    born, on = date(1965, 1, 29), date(2014, 3, 10)
    years = number(lung_function.age_in_years(born, on), 2)
    printed = age(a_patient(born=born), on)
    return (
        f"born {day(born)}, seen {day(on)}: {(on - born).days} days / 365.25 = {years} years for"
        f" % predicted; printed “{printed}”."
    )


def partial_dates():
    september, year = PartialDate(2012, 9).assumed, PartialDate(2012).assumed
    return f"2012-09 counts as {day(september)}, 2012 as {day(year)}."


def scores():
    found = _values(STAGED[0][0])
    parts = [f"{s.title.lower()} {s.score(found)}/{s.maximum}" for s in ALSFRS_R.domains]
    total = ALSFRS_R.total
    answers = " ".join(map(str, found.values()))
    return f"{answers}: {', '.join(parts)}, total {total.score(found)}/{total.maximum}."


def incomplete():
    found = _values(STAGED[0][0])
    del found["respiratory_insufficiency"]
    low, high = ALSFRS_R.range_of(ALSFRS_R.total, found)
    said = scale_row(ALSFRS_R, ALSFRS_R.total, found, None).score
    return f"the same form without question 12 says “{said}”; its bar reaches from {low} to {high}."


def so_far_of_five():
    scores = (4, 3, 3, 1, 2)
    visit = a_visit(a_patient(), date(2014, 3, 10), finished=False)
    form = a_form(visit, (*scores, *[None] * 7))
    ends = so_far.reach(ALSFRS_R, ALSFRS_R.total, form.values)
    fine = so_far.reach(ALSFRS_R, ALSFRS_R.domains[1], form.values)
    lines = so_far.said_so_far(a_record(a_patient(), visit), ALSFRS_R, form)[:2]
    parts = [
        f"{so_far.sum_text(ends)} so far, {so_far.total_text(ends)}",
        f"fine motor {so_far.scale_text(fine)}",
        *(f"{one.about} {one.text}" for one in lines),
    ]
    return f"{' '.join(map(str, scores))}, the other seven open: {'; '.join(parts)}."


def plausible():
    before, now, days = 37, 30, 60
    found = _findings(summing_to(now), summing_to(before), days=days)
    (p5,) = [one for one in found if one.rule == "P5"]
    months = number(days / 30.4375, 2)
    return (
        f"{p5.message} P5 asks: {before - now} is more than 5, and {days} days are {months} months."
    )


def rate():
    onset, seen, total = date(2012, 9, 15), date(2014, 3, 10), 37
    since = months_between(onset, seen)
    found = delta_fs(total, since)
    return (
        f"onset {day(onset)}, {total} points on {day(seen)}, {(seen - onset).days} days later:"
        f" (48 − {total}) / {number(since, 2)} = {number(found, 2)} points/month,"
        f" {_pace(found)}."
    )


def rates_of_the_trial():
    found = {row["patient"]: _stated_rate(row) for row in _table_1()}
    groups = Counter(map(_pace, found.values()))
    counts = ", ".join(f"{groups[name]} {name}" for name in ("slow", "intermediate", "fast"))
    return (
        f"the 17 patients of Nabavi 2021, Table 1, by stated total and duration: {counts};"
        f" patient 1 (37 points, 17 months) has {number(found['1'], 2)}, patient 15 (39 points,"
        f" 4 months) {number(found['15'], 2)}."
    )


def slope():
    totals = ", ".join(f"{total:g} on {day(on)}" for on, total in FORMS)
    found = ols_slope(FORMS, least_scatter=POINTS)
    least = found.reach / POINTS
    return (
        f"{totals}: {slope_text(found)}. Round the line they scatter by {number(found.residual_sd, 2)}"
        f" points; t for 3 degrees of freedom is {number(t_quantile(0.95, 3), 2)} and k {number(least, 2)},"
        f" so h is the larger of {number(t_quantile(0.95, 3) * found.residual_sd, 2)} and"
        f" {number(least * POINTS, 2)} points."
    )


def recent_slope():
    left = last_months(FORMS)
    first, latest = FORMS[0][0], left[-1][0]
    return (
        f"of those five forms the first and the last are {(latest - first).days} days apart, more than"
        f" 365.25; so the last 12 months hold {len(left)} forms:"
        f" {slope_text(ols_slope(left, least_scatter=POINTS))}."
    )


def projection():
    sixth = (date(2015, 6, 10), 24.0)
    found = project([*FORMS, sixth], floor=0, ceiling=48, least_scatter=POINTS)
    last = found.points[-1]
    return (
        f"those five forms and {sixth[1]:g} on {day(sixth[0])}, carried forward to {day(last.day)}:"
        f" {number(last.value, 1)} points, interval {number(last.low, 1)} to {number(last.high, 1)}."
    )


def crossing():
    percents = ", ".join(f"{value:g} % on {day(on)}" for on, value in BREATHS)
    percent = LIMITS["volume_scatter"] / 10 / 3.77
    found = ols_slope(BREATHS, least_scatter=percent)
    line = f"{number(found.intercept, 2)} % on the first day and {number(found.per_month, 3)} % a month"
    months = (50 - found.intercept) / found.per_month
    return (
        f"FVC {percents}: the line has {line}, so it is at 50 % after {number(months, 2)} months:"
        f" “{course.crossing_text(crosses(BREATHS, 50, least_scatter=percent))}”; with 3.77 L"
        f" predicted, 150 mL are {number(percent, 1, '%')}."
    )


def millilitres():
    binary = 3.20 - 3.05
    return (
        f"3200 − 3050 = {3200 - 3050} mL, grade {grade([3200, 3050, 3010], [])} with three blows;"
        f" in litres a computer finds {binary!r}, which is more than 0.15."
    )


def grades():
    sessions = (
        ((3200, 3120, 3100), ()),
        ((3200, 3120), ()),
        ((3200, 3020, 3010), ()),
        ((3200, 2970), ()),
        ((3200, 2800), ()),
        ((3200,), ()),
        ((), (2900,)),
        ((), ()),
    )
    found = ", ".join(
        f"{_blows(good) or ('none but one usable' if usable else 'none')} {grade(good, usable)}"
        for good, usable in sessions
    )
    return f"acceptable blows in litres and the grade: {found}."


def gli():
    sex, years, height, measured = PEOPLE[0]
    c = lung_function.coefficients("gli-global-2022", Parameter.FVC, sex)
    p = predict("gli-global-2022", Parameter.FVC, sex=sex, age_years=years, height_cm=height)
    spline = math.log(p.m) - (c.a0 + c.a1 * math.log(height) + c.a2 * math.log(years))
    table = lung_function.splines("gli-global-2022", Parameter.FVC, sex)
    low, high = (number(table.m[table.ages.index(at)], 6) for at in (49.0, 49.25))
    return (
        f"a man of {years} years and {height} cm by GLI Global 2022:"
        f" ln M = {number(c.a0, 6)} + {c.a1} × ln {height} + {c.a2} × ln {years}"
        f" + {number(spline, 6)} = {number(math.log(p.m), 5)}, M = {number(p.m, 3)} L (the spline lies"
        f" between {low} at 49.00 and {high} at 49.25 years). FVC {measured:.2f} L are"
        f" 100 × {measured:.2f} / {number(p.m, 3)} ="
        f" {number(percent_predicted(measured, p), 1, '%')}; with L = {p.l} and"
        f" S = {number(p.s, 5)}, z = {number(z_score(measured, p), 2)}, LLN"
        f" {number(p.lln, 2, 'L')}, ULN {number(p.uln, 2, 'L')}."
    )


def nhanes():
    sex, years, height, _measured = PEOPLE[0]
    c = lung_function.coefficients("nhanes-iii", Parameter.FVC, sex, 1)
    p = predict("nhanes-iii", Parameter.FVC, sex=sex, age_years=years, height_cm=height, group=1)
    return (
        f"the same man by NHANES III, group Caucasian: {number(c.b0, 4)} + {c.b1} × {years}"
        f" − {-c.b2} × {years}² + {c.b3:.8f} × {height}² = {number(p.predicted, 3)} L."
    )


def ecsc():
    sex, years, height, _measured = PEOPLE[0]
    c = lung_function.coefficients("ecsc-1993", Parameter.FVC, sex)
    p = predict("ecsc-1993", Parameter.FVC, sex=sex, age_years=years, height_cm=height)
    return (
        f"the same man by ECSC 1993: {c.a} × {height / 100} − {-c.b} × {years} − {-c.c}"
        f" = {number(p.predicted, 3)} L; LLN = {number(p.predicted, 3)} − 1.64 × {c.rsd}"
        f" = {number(p.lln, 3)} L."
    )


def ratio():
    sex, years, height, fvc = PEOPLE[0]
    inputs = {"sex": sex, "age_years": years, "height_cm": height}
    fev1 = 2.40
    first = predict("gli-global-2022", Parameter.FEV1, **inputs)
    share = predict("gli-global-2022", Parameter.RATIO, **inputs)
    return (
        f"the same man with FEV1 {fev1:.2f} L: predicted {number(first.predicted, 2, 'L')},"
        f" {number(percent_predicted(fev1, first), 1, '%')}, z {number(z_score(fev1, first), 2)};"
        f" FEV1/FVC = {fev1:.2f} / {fvc:.2f} = {number(fev1 / fvc, 2)},"
        f" z {number(z_score(fev1 / fvc, share), 2)}, LLN {number(share.lln, 2)}."
    )


def body():
    found, loss = bmi(70, 175), weight_loss_percent(70, 63)
    return (
        f"70 kg and 175 cm: 70 / 1.75² = {number(found, 1)} kg/m². From 70 kg to 63 kg:"
        f" 100 × (70 − 63) / 70 = {number(loss, 1)} % lost, which is CTCAE grade 2 (A13, from 10 %) and"
        f" does not fire A14 (above 10 %)."
    )


def pressures():
    patient = a_patient()
    before, now = a_visit(patient, date(2014, 3, 10)), a_visit(patient, date(2014, 6, 18))
    measured = tuple(
        Measurement(visit_id=visit.id, kind="snip", value=value)
        for visit, value in ((before, 60.0), (now, 48.0))
    )
    (found,) = alerts.evaluate(a_record(patient, before, now, measurements=measured), now)
    (a5,) = [one for one in found.findings if one.key == "A5.snip_fall"]
    days = (now.date - before.date).days
    return (
        f"SNIP 60 cmH2O, and 48 cmH2O {days} days later: 12 × 3 / {number(days / 30.4375, 2)} ="
        f" {number(12 * 3 / (days / 30.4375), 2)}, so A5 says “{a5.text}”."
    )


def weights():
    patient = a_patient()
    days = (date(2025, 1, 15), date(2025, 4, 15), date(2025, 7, 15))
    visits = [
        a_visit(patient, on, weight_kg=kg) for on, kg in zip(days, (60.0, 70.0, 62.0), strict=True)
    ]
    (found,) = alerts.evaluate(a_record(patient, *visits), visits[-1])
    return (
        f"60, 70 and 62 kg: 100 × (70 − 62) / 70 = {number(100 * 8 / 70, 1)} %, so “{found.line}”."
    )


def criteria_of_the_trial():
    failed = {}
    for row in patients_csv.read(_TABLE_1, (), TRIAL, date(2026, 11, 21)).rows:
        record = a_record(row.patient, external=row.external)
        for one in eligibility.evaluate(record, TRIAL):
            if one.state is Fulfilment.NOT_MET:
                failed.setdefault(one.criterion.title, []).append(
                    f"{row.record_number} ({one.value})"
                )
    parts = [f"{title}: {' and '.join(patients)}" for title, patients in failed.items()]
    return f"Table 1 of Nabavi 2021 against its own criteria, not fulfilled: {'; '.join(parts)}."


def diagnosed_some_day():
    patient = a_patient(reference_on=date(2014, 3, 10), diagnosis=PartialDate(2013, 8))
    record = a_record(patient, a_visit(patient, date(2014, 2, 10), "SCR"))
    states = {one.criterion.id: one for one in eligibility.evaluate(record, TRIAL)}
    found = states["diagnosis"]
    return (
        f"diagnosed in August 2013, screened on 10 Feb 2014: {found.value}, the criterion is"
        f" “{eligibility.FULFILMENT[found.state]}”: “{found.why_unknown}”"
    )


def visit_windows():
    span = windows(TRIAL, date(2014, 3, 10))["M2"]
    last = span.missed_from - timedelta(days=1)
    return (
        f"infusion 10 Mar 2014: the target of Month 2 is {day(span.target)}, its window"
        f" {day(span.open)} to {day(span.close)}; overdue until {day(last)}, missed from"
        f" {day(span.missed_from)} on, when the window of Month 4 opens."
    )


def calendar_months():
    end = shift(date(2014, 8, 31), Offset(6, Unit.MONTHS))
    return f"six months after 31 Aug 2014 is {day(end)}."


def times_the_limit():
    result = a_result("alt", "132", high=41)
    (found,) = proposals(result)
    return (
        f"ALT of 132 U/L with an upper limit of 41 U/L: 132 / 41 = {number(132 / 41, 2)}, said as {found.reason};"
        f" grade {found.grade.value} is proposed."
    )


def other_units():
    creatinine = a_result("creatinine", "1.2", unit="mg/dL")
    return (
        f"creatinine typed as 1.2 mg/dL is 1.2 × 88.4 = {number(creatinine.value, 2)} µmol/L, and stays written as"
        f" {creatinine.typed} {creatinine.typed_unit}."
    )


def a_group():
    with resources.path("demo", "table1.csv").open(encoding="utf-8") as file:
        ages_ = [float(row["age"]) for row in csv.DictReader(file)]
    one = summary(ages_)
    return (
        f"Table 1 of Nabavi 2021, {one.n} patients: age mean {number(one.mean, 2)}, SD {number(one.sd, 2)},"
        f" SE {number(one.se, 2)}, median {number(one.median, 0)},"
        f" quartiles {number(one.q1, 0)} to {number(one.q3, 0)}."
    )


def a_mean_that_rises():
    first, second = {"M2": 90.0, "M4": 85.0, "M6": 80.0}, {"M2": 40.0, "M4": 35.0}
    dead = {"died_day": made_up.DAY_0 + 130, "state": "died"}
    ended = {"M6": Status.NOT_APPLICABLE}
    group = made_up.cohort(
        made_up.patient("001", first, field=FVC),
        made_up.patient("002", second, field=FVC, statuses=ended, **dead),
    )
    found = means.means(group, number_fields()[FVC])
    shown = ", ".join(number(one.summary.mean, 1) for one in found.at)
    return (
        "one patient has 90, 85, 80 and another 40, 35 and dies: the means are"
        f" {shown} of n {', '.join(str(one.n) for one in found.at)}. {found.sentences[0]}"
    )


def a_year_of_survival():
    year = {"last_alive_day": made_up.DAY_0 + 366}
    dead = [made_up.DAY_0 + round(month * 30.4375) for month in (6, 7, 9)]
    rows = [made_up.patient(str(day_), died_day=day_, last_alive_day=day_) for day_ in dead]
    rows += [made_up.patient(str(n), **year) for n in range(14)]
    said = in_words.of_survival(survival(made_up.cohort(*rows)))
    return (
        "17 patients, 3 die 6, 7 and 9 months after the infusion, 14 are followed for a year: "
        + said
    )


EXAMPLES = (
    a_group,
    a_mean_that_rises,
    a_year_of_survival,
    months,
    times_the_limit,
    other_units,
    ages,
    partial_dates,
    scores,
    incomplete,
    so_far_of_five,
    plausible,
    rate,
    rates_of_the_trial,
    slope,
    recent_slope,
    projection,
    crossing,
    millilitres,
    grades,
    gli,
    nhanes,
    ecsc,
    ratio,
    body,
    pressures,
    weights,
    criteria_of_the_trial,
    diagnosed_some_day,
    visit_windows,
    calendar_months,
)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_what_the_code_computes(example):
    assert EXAMPLE + example() in LINES


def test_every_example_is_computed():
    written = [line for line in LINES if line.startswith(EXAMPLE)]
    assert sorted(written) == sorted(EXAMPLE + example() for example in EXAMPLES)


# Tables: each returns the rows that stand in the document


def setting_rows():
    for one in thresholds.shipped().values():
        value, span = f"{one.value:g} {one.unit}", f"{one.low:g} to {one.high:g}"
        if one.is_switch:
            value, span = "on" if one.value else "off", "on, off"
        yield (
            f"| `{one.id}` | {one.title} | {value} | {span} | {one.source} | {STATUS[one.status]} |"
        )


def measurement_rows():
    for kind in measurement.kinds().values():
        decimals = {0: "whole number", 1: "one decimal"}[kind.decimals]
        yield f"| {kind.title} | {kind.short} | {kind.unit} | {kind.low:g} to {kind.high:g} | {decimals} |"


def quality_rows():
    catalogue = alerts.shipped().alerts.values()
    for one in quality.shipped().values():
        concerned = [alert.id for alert in catalogue if alert.topic in one.need]
        who = f"those whom one of {', '.join(concerned)} concerns" if concerned else "everybody"
        yield f"| {one.title} | {often(one)} | {who} | {one.source} | {STATUS[one.status]} |"


def criterion_rows():
    for one in TRIAL.criteria:
        decided = "a person answers" if one.asked else "computed"
        yield (f"| {one.kind.value} | {eligibility.requirement(one)} | {decided} | {one.source} |")


def equation_rows():
    for one in lung_function.equations().values():
        span = f"{one.youngest_years:g} to {one.oldest_years:g} years"
        heights = [
            f"{name} {one.heights_cm[sex][0]:g} to {one.heights_cm[sex][1]:g} cm"
            for sex, name in ((Sex.FEMALE, "women"), (Sex.MALE, "men"))
            if one.heights_cm
        ]
        groups = ", ".join(f"{n} {name}" for n, name in one.groups.items()) or "none needed"
        told = ", ".join(
            name
            for parameter, name in lung_function.PARAMETER.items()
            if parameter in one.parameters
        )
        limits = ", ".join([span, *heights])
        yield f"| {one.title} | {told} | {limits} | {groups} | {one.citation} |"


def visit_rows():
    for kind in TRIAL.visits:
        offset = f"{kind.offset.value:+d} {kind.offset.unit}".replace("-", "−").replace("+0", "0")
        yield f"| {kind.title} | {offset} | {kind.before} / {kind.after} |"


def choice_rows():
    for sex, years, height, measured in PEOPLE:
        cells = []
        for equation, group in CHOICES:
            p = predict(
                equation, Parameter.FVC, sex=sex, age_years=years, height_cm=height, group=group
            )
            percent = number(percent_predicted(measured, p), 1, "%")
            cells.append(f"{number(p.predicted, 3)} L, {percent}")
        name = "man" if sex is Sex.MALE else "woman"
        yield f"| {name}, {years:g} y, {height} cm, {measured:.2f} L | {' | '.join(cells)} |"


def staged_rows():
    for answers, item5b, gastrostomy in STAGED:
        items = dict(enumerate(answers, start=1))
        king = kings(items, item5b=item5b, gastrostomy=gastrostomy, dead=False)
        mito = mitos(items, dead=False)
        shown = " ".join("–" if answer is None else str(answer) for answer in answers)
        asked = "5b" if item5b else "5a"
        fed = "yes" if gastrostomy else "no"
        yield (
            f"| {shown} | {asked} | {fed} | {course.kings_text(king)} | {course.mitos_text(mito)} |"
        )


def alert_rows():
    """By action, the most urgent alert first: what fires it, what to consider, where that comes from."""
    catalogue = alerts.shipped()
    for one in catalogue.alerts.values():
        fires = _fires(one.rules)
        if one.signs:
            fires = "an adverse event whose term, as said or as coded, means one of its signs"
        if one.unless:
            fires += f". Not with {_conditions(one.unless, ' or ')}"
        if one.additions:
            said = (
                f"“{a.text.replace('{value}', '…')}” ({_conditions(a.every)})"
                for a in one.additions
            )
            fires += f". Said beside: {', '.join(said)}"
        considers = [f"Consider {one.consider}."]
        considers += [
            f"With {_conditions(i.every)}: {i.consider.replace('{value}', '…')}."
            for i in one.instead
        ]
        considers += [one.remark] if one.remark else []
        sources = [one.cited]
        own = {one.cited_for(rule.id): [] for rule in one.rules if rule.source}
        for rule in one.rules:
            if rule.source:
                own[one.cited_for(rule.id)].append(
                    "from the highest"
                    if rule.every[0].measure == "weight_below_highest"
                    else measures()[rule.every[0].measure].title
                )
        if not [rule for rule in one.rules if not rule.source] and one.rules:
            sources = []
        sources += [
            f"{' and '.join(dict.fromkeys(titles))}: {cited}" for cited, titles in own.items()
        ]
        title = catalogue.actions[one.action].title
        yield f"| {one.id} {one.title} | {title} | {fires} | {' '.join(considers)} | {'. '.join(sources)} |"


def _fires(rules):
    """Rules that count the same symptoms are one sentence."""
    together = {}
    for rule in rules:
        together.setdefault((rule.some, rule.unless), []).append(_conditions(rule.every))
    parts = []
    for (some, unless), leads in together.items():
        text = " or ".join(leads)
        text += f", with {_conditions(some, ' or ')}" if some else ""
        text += f", unless {_conditions(unless, ' or ')}" if unless else ""
        parts.append(text)
    return "; or ".join(parts)


def _conditions(conditions, between=" and "):
    return between.join(map(_condition, conditions))


def _condition(one):
    measure = measures()[one.measure]
    if one.op.is_answer:
        return measure.yes if one.op.value == "yes" else measure.no
    limit = one.limit(thresholds.defaults())
    title = measure.title
    if one.measure == "weight_below_highest":
        title = "weight loss from the highest weight"
    return f"{title} {LIMIT[one.op].format(limit=measure.bound(limit))}"


def action_rows():
    catalogue = alerts.shipped()
    for kind in catalogue.actions.values():
        mine = [one.id for one in catalogue.alerts.values() if one.action == kind.id]
        yield f"| {kind.title} | {', '.join(mine)} |"


def question_rows():
    for item in ALSFRS_R.items:
        domain = ALSFRS_R.domain_of(item.place)
        yield f"| {item.number} | {item.title} | {domain.title.lower()} |"


TABLES = (
    setting_rows,
    measurement_rows,
    criterion_rows,
    equation_rows,
    visit_rows,
    choice_rows,
    staged_rows,
    question_rows,
    alert_rows,
    action_rows,
    quality_rows,
)


@pytest.mark.parametrize("rows", TABLES)
def test_a_table_has_the_rows_of_the_code_and_no_other(rows):
    expected = list(rows())
    assert [row for row in expected if row not in LINES] == []
    start = LINES.index(expected[0])
    assert LINES[start : start + len(expected)] == expected
    assert not LINES[start + len(expected)].startswith("|")


def test_the_document_has_no_alert_that_the_program_lacks():
    named = {f"A{n}" for n in re.findall(r"\bA(\d+)\b", TEXT)}
    assert named == set(alerts.shipped().alerts)


FULL = dict.fromkeys(ALSFRS_R.slots, 3) | {"respiratory_insufficiency": 4}


@pytest.mark.parametrize(
    ("rule", "level", "now", "before"),
    [
        ("P1", "note", {"speech": 4}, {}),
        ("P2", "query", {"speech": 4}, {"speech": 2}),
        ("P3", "query", dict.fromkeys(ALSFRS_R.slots[:4], 4), {}),
        ("P4", "query", {"speech": 1}, {}),
        ("P5", "query", dict.fromkeys(ALSFRS_R.slots[:6], 2), {}),
        ("P6", "query", {"respiratory_insufficiency": 3}, {}),
        ("P7", "query", {"swallowing": 1}, {}),
        ("P8", "query", {"respiratory_insufficiency": 0}, {}),
        ("P9", "query", {"walking": 0, "stairs": 2}, {}),
        ("P10", "note", {"respiratory_insufficiency": 1, "dyspnea": 4}, {}),
        ("P11", "query", dict.fromkeys(ALSFRS_R.slots, 4), dict.fromkeys(ALSFRS_R.slots, 3)),
    ],
)
def test_a_plausibility_rule_is_told_with_its_level(rule, level, now, before):
    found = _findings((FULL | now).values(), (FULL | before).values(), days=30)
    assert level in {finding.level for finding in found if finding.rule == rule}
    (row,) = [line for line in LINES if line.startswith(f"| {rule} |")]
    assert row.startswith(f"| {rule} | {level} |")


def test_the_rule_of_two_forms_of_one_day_is_told_as_a_query():
    found = _findings(FULL.values(), (FULL | {"speech": 4}).values(), days=0)
    assert [finding.level for finding in found if finding.rule == "P13"] == ["query"]
    (row,) = [line for line in LINES if line.startswith("| P13 |")]
    assert row.startswith("| P13 | query |")


def test_the_rule_of_the_visit_date_is_told_as_a_stop():
    patient = a_patient(onset=PartialDate(2014, 3))
    assert check_visit_date(a_record(patient), date(2014, 2, 28)) is not None
    assert check_visit_date(a_record(patient), date(2014, 3, 1)) is None
    (row,) = [line for line in LINES if line.startswith("| P12 |")]
    assert row.startswith("| P12 | stop |")
    assert {f"P{n}" for n in re.findall(r"\bP(\d+)\b", TEXT)} == {f"P{n}" for n in range(1, 14)}


def test_every_questionnaire_is_named_with_its_source():
    for instrument in instruments.shipped().values():
        assert instrument.title in WORDS
        names, sources = instrument.citation.removesuffix(".").split(": ", 1)
        assert names
        assert all(source in WORDS for source in sources.split("; "))


def test_every_note_of_an_equation_stands_in_the_document():
    for equation in lung_function.equations().values():
        for note in equation.notes:
            assert note in WORDS


@pytest.mark.parametrize(
    "words",
    [
        f"up to {MAX_BLOWS} blows",
        f"{MAXIMUM_DIFFERENCE_AB_ML} mL or less",
        f"{MAXIMUM_DIFFERENCE_C_ML} mL or less",
        f"{MAXIMUM_DIFFERENCE_D_ML} mL or less",
        f"on at least {LIMITS['interval_fewest']:g} different days",
        f"on at least {LIMITS['projection_fewest']:g} different days",
        f"fewer than {LIMITS['crossing_fewest']:g} days",
        f"±{LIMITS['projection_widest']:g} points",
        f"not beyond {FARTHEST_YEARS} years",
        f"{LAST_VISIT_GRACE_DAYS} days after it closed",
        f"what opens within {AHEAD.days} days",
        f"{len(terms.ctcae())} terms",
    ],
)
def test_a_fixed_number_is_told(words):
    assert words in WORDS


@pytest.mark.parametrize(
    ("words", "read", "taken", "refused"),
    [
        ("in litres (0.05 to 12)", entry.litres, ("0.05", "12"), ("0.04", "12.01")),
        (
            "**Height** is 50 to 250 cm",
            patient_entry.READERS["height_cm"],
            ("50", "250"),
            ("49", "251"),
        ),
    ],
)
def test_a_form_takes_what_is_told(words, read, taken, refused):
    assert words in WORDS
    assert not any(isinstance(read(text), Problem) for text in taken)
    assert all(isinstance(read(text), Problem) for text in refused)


def test_every_link_leads_somewhere():
    headings = {line.lstrip("# ") for line in LINES if line.startswith("#")}
    anchors = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
    linked = set(re.findall(r"\]\(#([^)]+)\)", TEXT))
    assert linked <= anchors
    assert len(linked) == len(headings) - 1  # the title


# What main.py score adds: a sheet, and what comes out


def test_the_sheets_are_scored_as_shown(tmp_path):
    blocks = re.findall(r"^```csv\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 4
    for n, (given, shown) in enumerate(zip(blocks[::2], blocks[1::2], strict=True)):
        source, target = tmp_path / f"in{n}.csv", tmp_path / f"out{n}.csv"
        source.write_text(given, "utf-8")
        scoring.score(source, target)
        assert target.read_text("utf-8") == shown


def test_every_column_of_score_is_named():
    named = set(re.findall(r"`(\w+)`", TEXT))
    sheet = {*scoring.questionnaire.READ, *scoring.spirometry.READ, scoring.PROBLEM}
    between = {f"q{n}" for n in range(2, 12)}  # "`q1` to `q12`"
    assert sheet - between <= named
    assert {*scoring.questionnaire.ADDED, *scoring.spirometry.ADDED} <= named


_TABLE_1 = resources.path("demo", "table1.csv")


def _table_1():
    with _TABLE_1.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _stated_rate(row):
    return delta_fs(int(row["alsfrsr_baseline"]), float(row["duration_months"]))


def _pace(rate):
    limits = thresholds.defaults()
    found = pace(
        rate,
        slow_below=limits["delta_fs_slow_below"],
        fast_from=limits["delta_fs_fast_from"],
    )
    return course.PACE[found]


def _values(scores):
    return dict(zip(ALSFRS_R.slots, scores, strict=True))


def _blows(volumes_ml):
    return " ".join(f"{volume / 1000:.2f}" for volume in volumes_ml)


def _findings(now, before, *, days):
    """What is asked about a form of twelve scores, so many days after another one."""
    patient = a_patient()
    on = date(2014, 3, 10)
    first, second = a_visit(patient, on), a_visit(patient, on + timedelta(days=days))
    forms = (a_form(first, tuple(before)), a_form(second, tuple(now)))
    record = a_record(patient, first, second, assessments=forms)
    return plausibility.findings(record, forms[-1], ALSFRS_R)
