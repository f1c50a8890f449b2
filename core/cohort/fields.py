"""The numbers that a group can be described by, as they are defined: what each is called, its unit and its decimals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from core.cohort.rows import capacity
from core.forms import catalog as forms
from core.forms import reading
from core.forms.definition import Field, FieldType, Form
from core.instruments import catalog as instruments
from core.laboratory import catalog as laboratory
from core.model.measurement import kinds
from core.model.spirometry import Position, TestType
from core.views.stack.fields import WEIGHT
from core.views.trends import vital_capacity_title
from core.words import _, as_written

TOTAL = "alsfrs-r.total"
FVC, SVC = (capacity(kind, Position.SITTING) for kind in (TestType.FVC, TestType.SVC))


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberField:
    """``decimals`` are those of a mean: one more than the values have. ``low`` and ``high`` are what it can be at all."""

    id: str
    title: str
    unit: str
    decimals: int = 1
    low: float | None = None
    high: float | None = None


def number_fields() -> Mapping[str, NumberField]:
    """Every field by its id: questionnaires and capacities first, then what is measured, the laboratory, the forms.

    One of a form that is plotted by another field, or in a unit that another field says, has that as a part of its
    id in the frames (``form.field.by.unit``): `field_of` finds it.
    """
    return {one.id: one for one in _fields()}


def field_of(id: str, known: Mapping[str, NumberField]) -> NumberField:
    """The field of an id that values have, in words: what tells its plots apart, and the unit that was chosen."""
    if id in known:
        return known[id]
    form_id, _point, rest = id.partition(".")
    name, _point, more = rest.partition(".")
    base, form = known.get(f"{form_id}.{name}"), forms.newest().get(form_id)
    if base is None or form is None:
        return NumberField(id=id, title=id, unit="")
    field = form.field(name)
    by, unit = _parted(form, field, more)
    plot_by = next((by_id for one, by_id in forms.plotted(form) if one.id == name), "")
    told = reading.say(form.field(plot_by), by) if by and plot_by else by
    return replace(base, id=id, title=", ".join(filter(None, (base.title, told))), unit=unit)


def _parted(form: Form, field: Field, more: str) -> tuple[str, str]:
    """What follows a field in an id: by what it is plotted, and its unit in words."""
    units = {}
    for version in forms.versions().values():
        if version.id != form.id or (own := version.find(field.id)) is None:
            continue
        units[as_written(own, "unit")] = own.unit
        if own.unit_from:
            units |= {one.id: one.text for one in version.field(own.unit_from).choices}
    for stored, unit in units.items():
        if stored and (more == stored or more.endswith(f".{stored}")):
            return more.removesuffix(stored).removesuffix("."), unit
    return more, field.unit


def _fields() -> Iterator[NumberField]:
    for instrument in instruments.shipped().values():
        name = instruments.title(instrument)
        for scale in instrument.scales:
            yield NumberField(
                id=f"{instrument.id}.{'total' if scale.total else scale.id}",
                title=_("{name}: {scale}").format(name=name, scale=scale.title),
                unit=_("points of {maximum}").format(maximum=scale.maximum),
                low=0,
                high=scale.maximum,
            )
    for kind in TestType:
        for position in Position:
            title = vital_capacity_title(kind, position)
            yield NumberField(id=capacity(kind, position), title=title, unit="%", low=0)
    yield NumberField(id=WEIGHT, title=_("Weight"), unit=_("kg"), low=0)
    for measured in kinds().values():
        yield NumberField(
            id=f"measurement.{measured.id}",
            title=measured.title,
            unit=measured.scale.unit,
            decimals=measured.decimals + 1,
        )
    for test in laboratory.tests().values():
        title = _("Laboratory: {test}").format(test=test.title)
        yield NumberField(id=f"laboratory.{test.id}", title=title, unit=test.unit, decimals=2)
    for form in forms.newest().values():
        for one, _by in forms.plotted(form):
            yield NumberField(
                id=f"{form.id}.{one.id}",
                title=_("{form}: {field}").format(form=form.title, field=one.title),
                unit=one.unit,
                decimals=(0 if one.type is FieldType.INTEGER else one.decimals) + 1,
                low=one.low,
                high=one.high,
            )
