"""How the numbers were computed: versions, equations, rules and methods, with what is cited."""

from collections.abc import Iterator
from importlib import metadata

from core import VERSION
from core.forms import catalog as forms
from core.protocols.definition import Protocol
from core.reports.trial.content import Made, Words
from core.reports.trial.study import Study
from core.science import lung_function
from core.words import _, day

_LIBRARIES = ("numpy", "pandas", "reportlab")


def make(study: Study) -> Made:
    head = study.source.as_of
    parts = (
        Words(title=_("Data"), paragraphs=tuple(_data(study))),
        Words(title=_("Rules and definitions"), paragraphs=tuple(_definitions(study))),
        Words(title=_("Methods"), paragraphs=tuple(_methods())),
    )
    text = _("program {version}, data to {day}")
    n = text.format(version=VERSION, day=day(study.until))
    if head is not None:
        n = _("{text}, trail {code}").format(text=n, code=head.code)
    return Made(n=n, parts=parts)


def _data(study: Study) -> Iterator[str]:
    head, count = study.source.as_of, study.everybody.n
    text = _(
        "Data cut: what happened up to {day}, as it stood in the clinic file at entry {n} of its audit trail (head {code}). The same cut of the same entry gives the same report, to the byte."
    )
    if head is not None:
        yield text.format(day=day(study.until), n=f"{head.sequence:,}", code=head.code)
    yield _("Patients of the schedule: {n}. Results shown are of {group}.").format(
        n=count, group=study.group_words
    )
    left_out = int(study.everybody.patients["left_out"].sum())
    yield _(
        "Only finished visits count. Results that the consent does not allow to leave are left out: {n} visits, days of samples or stated results."
    ).format(n=left_out)
    yield _("What is missing is not replaced by anything.")


def _definitions(study: Study) -> Iterator[str]:
    versions = sorted({one.protocol.version for one in study.subjects})
    yield _("Schedule: {title}, version {version}. {source}").format(
        title=study.protocol.title, version=", ".join(versions), source=study.protocol.source
    )
    used = sorted({(one.form, one.version) for s in study.subjects for one in s.allowed.forms})
    if used:
        named = (f"{_title(form, version)} {version}" for form, version in used)
        yield _("Forms, each with its version: {forms}.").format(forms=", ".join(named))
    yield from equations(study)
    yield _(
        "Adverse events: terms and grades of CTCAE v5.0; treatment-emergent are those that began, or grew worse, after the infusion; serious by ICH E2A."
    )


def _title(form: str, version: str) -> str:
    found = forms.find(form, version)
    return form if found is None else found.title


def equations(study: Study) -> Iterator[str]:
    """Each reference equation that a vital capacity of the group was computed with."""
    used = {
        (one.equation, one.equation_version)
        for subject in study.members
        for one in subject.allowed.spirometry
        if one.measured
    }
    for name, version in sorted(used):
        found = lung_function.find(name)
        title = name if found is None else found.title
        yield _("Predicted values are those of {title}, version {version}.").format(
            title=title, version=version or "1"
        )


def _methods() -> Iterator[str]:
    yield _(
        "SD has n − 1 below it; SE is SD / √n; quartiles are interpolated (Hyndman and Fan 1996, type 7)."
    )
    yield _(
        "Baseline: the last value of each patient at a planned visit up to the infusion; in Table 1 else what others had stated before it."
    )
    yield _(
        "Slope of a patient: least squares through the values at the planned visits that Table 3 counts, at their real days, 30.4375 days a month; the interval of their mean is by Student's t."
    )
    yield _(
        "Mixed model: value ~ month, random intercept and slope for each patient, REML, generalised-least-squares standard errors; two optimisers must agree, or no number is shown."
    )
    yield _(
        "Survival: Kaplan and Meier 1958, intervals by log(−log S) with Greenwood's variance; events before censorings at the same time; who is alive is censored on the last day known alive."
    )
    yield _(
        "Repeated measures (only where that chapter is chosen): complete patients, type III, Greenhouse–Geisser, Mauchly."
    )
    libraries = ", ".join(f"{name} {metadata.version(name)}" for name in _LIBRARIES)
    yield _("Program: ALS Follow-up {version}; {libraries}.").format(
        version=VERSION, libraries=libraries
    )


def schedule_words(protocol: Protocol) -> str:
    """The planned visits in their order."""
    return ", ".join(kind.title for kind in protocol.visits)
