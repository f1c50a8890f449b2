"""The numbers and switches that a clinic may set: one setting for each, saved as soon as its field is left."""

from collections.abc import Mapping
from functools import partial

from core import entry
from core.entering import typed_texts
from core.entry import Problem
from core.findings.alerts.definition import shipped as alerts
from core.model import gas_pressure, thresholds
from core.model.thresholds import OFF, ON, Threshold
from core.words import N_, as_written
from ui import theme
from ui.context import AppContext
from ui.pages.settings.setting import Setting
from ui.widgets.fields import ChoiceField, TextField
from ui.words import tr

Field = TextField | ChoiceField[float]
EXPLAINED: Mapping[str, str] = {
    "Progression": N_(
        "For slopes, their intervals and projections: on the chart, the visit summary and in alerts."
    ),
    "Staging": N_("For the stages on the chart and the visit summary."),
    "Questionnaire": N_("For rating ALSFRS-R at a visit."),
    "Plausibility": N_(
        "For the questions that an ALSFRS-R form asks before its visit is finished."
    ),
    "Alerts": N_("For the alerts on Today, the chart and the visit summary."),
    "Safety reports": N_(
        "For the clocks that run from when the clinic knew of an event: page Safety."
    ),
    "Infusion": N_("For the day of the infusion: what its form asks, warns of and refuses."),
    "Monitoring": N_("For the observation after the infusion: a value outside is marked."),
    "Attached files": N_("For every file that is attached to a form."),
    "Laboratory": N_("For what is said about laboratory results, and for their alerts."),
    "Registers": N_("For the calibration checks on the page Registers."),
}


class ThresholdSettings:
    """Every threshold by its id: ``fields`` are typed into, ``settings`` are what a page shows."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self.fields: dict[str, Field] = {}
        self.settings: dict[str, Setting] = {}
        self.refused: set[str] = set()  # typed values that wait for another cut point to be moved
        for one in thresholds.shipped().values():
            self.fields[one.id] = field = self._field(one)
            self.settings[one.id] = Setting(
                one.id,
                one.title,
                field,
                explained=explained(one),
                source=_source(one),
                back=partial(self.go_back, one),
                of_clinic=True,
            )

    def of_group(self, group: str) -> list[Setting]:
        """Those of a group, by its name as it is written."""
        return [
            self.settings[one.id]
            for one in thresholds.shipped().values()
            if as_written(one, "group") == group
        ]

    @property
    def lines(self) -> dict[str, TextField]:
        """The fields that are typed into, by the name under which their texts are kept."""
        return {
            typed_texts.threshold_field(name): field
            for name, field in self.fields.items()
            if isinstance(field, TextField)
        }

    def refresh(self) -> None:
        """What is in force, and over it what was typed and not saved."""
        session = self._context.session
        typed = session.typed.of(typed_texts.SETTINGS, typed_texts.CLINIC)
        for name, value in session.thresholds.all().items():
            field = self.fields[name]
            is_typed = isinstance(field, TextField) and field.line.isModified()
            self._show_mark(name, value)
            if name not in self.refused and not is_typed:
                self.show(name, value)
                kept = typed.get(typed_texts.threshold_field(name))
                if isinstance(field, TextField) and kept is not None:
                    field.line.put_back(kept)

    def discard(self) -> None:
        """What is in force, instead of what was typed."""
        self.refused.clear()
        for name, value in self._context.session.thresholds.all().items():
            self.show(name, value)

    def show(self, id: str, value: float) -> None:
        field, one = self.fields[id], thresholds.shipped()[id]
        if isinstance(field, TextField):
            field.set_unit(one.scale.unit)
            field.line.setAccessibleName(f"{one.title} ({one.scale.unit})")
            field.set_text(one.scale.text(value))
        else:
            field.set_value(value)
        self._show_mark(id, value)

    def go_back(self, one: Threshold) -> None:
        """The value that is shipped, also by a later version."""
        self._write(one, None)

    def _show_mark(self, id: str, value: float) -> None:
        one = thresholds.shipped()[id]
        self.settings[id].show_mark(one.said(one.value), differs=value != one.value)

    def _field(self, one: Threshold) -> Field:
        if one.is_switch:
            switch = ChoiceField("", {ON: tr("on"), OFF: tr("off")})
            switch.setAccessibleName(one.title)
            switch.chosen.connect(partial(self._save, one))
            return switch
        field = TextField("", partial(self._read, one), unit=one.scale.unit, width=76)
        field.line.setToolTip(tr("as shipped: {value}").format(value=one.said(one.value)))
        field.setMinimumWidth(theme.px(176))  # so that the numbers are below one another
        field.committed.connect(partial(self._save, one))
        return field

    def _read(self, one: Threshold, text: str) -> float | Problem | None:
        """What was typed, as it is stored; a text that shows what is stored is that value."""
        scale, stored = one.scale, self._context.session.thresholds.all()[one.id]
        if text.strip() == scale.text(stored):
            return stored
        if one.gas:
            text, scale = gas_pressure.split(text, scale)
        value = entry.number(text, *scale.bounds(one.low, one.high), scale.unit)
        return scale.stored(value) if isinstance(value, float) else value

    def _save(self, one: Threshold) -> None:
        """A threshold is in force as soon as its field is left; the trail keeps what it was."""
        field = self.fields[one.id]
        typed = field.read() if isinstance(field, TextField) else field.value
        if isinstance(typed, Problem):
            return
        value: float = one.value if typed is None else typed
        current = self._context.session.thresholds.all()
        wrong = thresholds.out_of_order({**current, one.id: value})
        if wrong is not None and isinstance(field, TextField):
            text = tr("“{low}” must not be above “{high}”. Change one of them.")
            field.show_problem(Problem(text.format(low=wrong[0].title, high=wrong[1].title)))
            self.refused.add(one.id)
            return
        self._write(one, typed)

    def _write(self, one: Threshold, value: float | None) -> None:
        """Save a value, or (None) go back to the one that is shipped; then whatever waited for that."""
        session = self._context.session
        in_force = {**session.thresholds.all(), one.id: one.value if value is None else value}
        wrong = thresholds.out_of_order(in_force)
        field = self.fields[one.id]
        if wrong is not None and isinstance(field, TextField):
            text = tr("“{low}” must not be above “{high}”. Change one of them.")
            field.show_problem(Problem(text.format(low=wrong[0].title, high=wrong[1].title)))
            return
        self.refused.discard(one.id)
        with self._context.saving(), session.write(f"threshold changed: {one.title}"):
            if value is None:
                session.thresholds.remove(one.id)
            else:
                session.thresholds.save(one.id, value)
            session.typed.remove(
                typed_texts.SETTINGS, typed_texts.CLINIC, typed_texts.threshold_field(one.id)
            )
        self.show(one.id, session.thresholds.all()[one.id])
        for waiting in tuple(self.refused):
            self._save(thresholds.shipped()[waiting])


def explained(one: Threshold) -> str:
    """What a threshold is for: the alerts that compare with it, else what its group is for."""
    told = []
    for alert in alerts().alerts.values():
        compared = [condition for rule in alert.rules for condition in rule.conditions]
        if any(condition.threshold == one.id for condition in compared):
            words = tr("Alert {id}, {title}: consider {what}.")
            what = alert.consider.rstrip(".")
            told.append(words.format(id=alert.id, title=alert.title, what=what))
    return " ".join(told) or tr(EXPLAINED[as_written(one, "group")])


def _source(one: Threshold) -> str:
    status = f" ({thresholds.STATUS[one.status]})" if one.status else ""
    if status.strip(" ()") == one.source.lower():
        status = ""
    return one.source + status
