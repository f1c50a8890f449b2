"""The care quality list of a group: of how many patients each measure is known to be met, and who they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.cohort.frames import Cohort
from core.findings.quality import COUNTED, Care, Measure, shipped
from core.model.document import OfCare
from core.words import N_, Words, _, plural

CARE = Words(
    {
        Care.IN_TIME: N_("in time"),
        Care.LATE: N_("too long ago"),
        Care.NOT_DISCUSSED: N_("recorded as not talked about"),
        Care.NOT_RECORDED: N_("not recorded"),
        Care.NOT_NEEDED: N_("not needed so far"),
        Care.NEED_UNKNOWN: N_("not known whether needed"),
        Care.LEFT_OUT: N_("left out, since the consent does not cover it"),
        Care.NOT_FOLLOWED: N_("not followed any more"),
        Care.DIED: N_("died"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measure: the record numbers of the patients, by how it stands with them; every patient once."""

    measure: Measure
    patients: Mapping[Care, Sequence[str]]

    def n(self, care: Care) -> int:
        return len(self.patients[care])

    @property
    def of(self) -> int:
        """The denominator: patients in follow-up who need it."""
        return sum(self.n(care) for care in COUNTED)

    @property
    def not_counted(self) -> Mapping[Care, int]:
        """Who is not among them, and why."""
        return {care: self.n(care) for care in Care if care not in COUNTED and self.n(care)}


def quality_list(cohort: Cohort) -> tuple[Line, ...]:
    """Every measure of a group, in the order of the definitions."""
    patients = list(zip(cohort.patients["number"], cohort.patients["care"], strict=True))
    stands = [(str(number), dict(one.split(":") for one in care)) for number, care in patients]
    return tuple(
        Line(
            measure=measure,
            patients={
                care: tuple(number for number, known in stands if known.get(measure.id) == care)
                for care in Care
            },
        )
        for measure in shipped().values()
    )


def often(measure: Measure) -> str:
    """How often a measure asks for it, in words."""
    if not measure.every_months:
        return _("at least once")
    return plural(measure.every_months, "every month", "every {n} months")


def of_source(source: OfCare) -> Cohort:
    """The patients that were asked for, else all."""
    cohort: Cohort = source.load()
    if source.patients is None:
        return cohort
    return cohort.only(cohort.patients["id"].isin(source.patients))
