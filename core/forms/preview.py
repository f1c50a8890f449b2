"""What a form asks, in plain lines: shown before it is added to a clinic file."""

from core.forms import conditions
from core.forms.definition import Field, FieldType, Form, Identifies, InLane, Of
from core.words import _


def lines(form: Form) -> list[str]:
    """The title, every field under its heading with what it takes, and every rule."""
    of = _("of a patient, whenever it is entered") if form.of is Of.PATIENT else _("of a visit")
    found = [
        _("{title} ({id}, version {version}): {of}").format(
            title=form.title, id=form.id, version=form.version, of=of
        )
    ]
    if form.within:
        found.append(_("each record is part of one of the form {id}").format(id=form.within))
    group = ""
    for one in form.fields:
        if one.group != group:
            group = one.group
            found += _heading(form, group)
        found.append(f"  {_field(one)}")
    for rule in form.rules:
        kind = _("asks") if rule.asks else _("refuses")
        found.append(_("  rule {id} {kind}: {say}").format(id=rule.id, kind=kind, say=rule.say))
    found += [_in_lane(form, lane) for lane in form.lanes]
    return found


def _in_lane(form: Form, lane: InLane) -> str:
    how = _("a symbol")
    if lane.bar:
        how = _("a bar")
    elif lane.grade:
        how = _("a square with its grade")
    text = _("  in the chart: {how} in the lane “{lane}”").format(
        how=how, lane=lane.title or lane.id.replace("_", " ")
    )
    if not lane.when:
        return text
    condition = conditions.worded(form, lane.when)
    return _("{line}, if {condition}").format(line=text, condition=condition)


def _heading(form: Form, group: str) -> list[str]:
    one = form.group(group)
    parts = [one.title] if one.title else []
    if one.show_if:
        condition = conditions.worded(form, one.show_if)
        parts.append(_("only if {condition}").format(condition=condition))
    return [" – ".join(parts)] if parts else []


def _field(one: Field) -> str:
    parts = [one.type.value.replace("_", " ")]
    if one.choices:
        parts.append(", ".join(choice.text for choice in one.choices))
    if one.low is not None or one.high is not None:
        low, high = ("…" if edge is None else f"{edge:g}" for edge in (one.low, one.high))
        parts.append(_("{low} to {high} {unit}").format(low=low, high=high, unit=one.unit).strip())
    elif one.unit:
        parts.append(one.unit)
    if one.type is FieldType.TERM:
        parts.append(_("proposed from the list of {name}").format(name=one.dictionary))
    if one.plot:
        parts.append(_("offered as a row of the chart"))
    if one.required:
        parts.append(_("needed"))
    if one.identifies is Identifies.YES:
        parts.append(_("stays out of de-identified tables"))
    return f"{one.title} [{one.id}]: {'; '.join(parts)}"
