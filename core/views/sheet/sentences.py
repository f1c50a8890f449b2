"""The program's words of a patient's sheet, field by field: what a clinician may then write otherwise."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from core.forms import catalog, changes, wording
from core.forms.definition import Form
from core.model.decision import DecisionKind
from core.model.form_record import FormRecord
from core.model.record import PatientRecord
from core.model.user import Clinic
from core.model.visit import Mode, Visit
from core.views.sheet import appointment
from core.views.sheet.changes import (
    Answered,
    FormChanges,
    Measured,
    breathing_tests,
    form_changes,
    weights,
)
from core.views.sheet.definition import (
    BREATHING_TEST,
    WEIGHT,
    Direction,
    Field,
    of_row,
    shipped,
)
from core.views.visit_words import named
from core.words import N_, Words, _, day_in_full, day_near, month_near, number, plural

MEDICINE = "medicine"
_WITH = Words(
    {
        Mode.IN_PERSON: N_("{day}, with {name}"),
        Mode.PHONE: N_("{day}, by phone with {name}"),
        Mode.VIDEO: N_("{day}, by video with {name}"),
        Mode.PAPER_MAILED: N_("{day}, on paper"),
    }
)


def program_words(
    record: PatientRecord, visit: Visit, clinic: Clinic, names: Mapping[str, str]
) -> dict[str, str]:
    """Every field of the sheet of a visit, from what was known then; ``names`` are full names by login.

    Lists have one entry a line. What is not known is said to be so, or left empty; nothing is assumed.
    """
    known = record.known_at(visit)
    form = form_changes(known, visit)
    weight, test = weights(known, visit), breathing_tests(known, visit)
    words = {
        Field.WITH: _WITH[visit.mode or Mode.IN_PERSON].format(
            day=day_in_full(visit.date), name=named(names, visit.rater)
        ),
        Field.HEADLINE: _headline(form, weight, visit.date),
    }
    for scale in form.instrument.domains:
        words[of_row(scale.id)] = _domain(form, form.of(scale), len(scale.slots), visit.date)
    words[of_row(BREATHING_TEST)] = _breathing_test(test, visit.date)
    words[of_row(WEIGHT)] = _weight(weight, visit.date)
    words[Field.AGREED] = "\n".join((*_decided(record, visit), *_changed_medicines(known, visit)))
    words[Field.MEDICINES] = "\n".join(_medicines(known, visit)) or _(
        "No medicine is on our list. Please tell us what you take."
    )
    words[Field.NEXT] = appointment.next_appointment(record, visit)
    words[Field.CALL_US] = clinic.call_us or shipped().call_us
    words[Field.PHONE] = clinic.phone
    return words


# Days: an interval is told by its month; by its day where both visits were in one month.


def _in_one_month(then: date, now: date) -> bool:
    return (then.year, then.month) == (now.year, now.month)


def since_words(then: date, now: date) -> str:
    """``September``, as in "since September"."""
    return day_near(then, now) if _in_one_month(then, now) else month_near(then, now)


def when_words(then: date, now: date) -> str:
    """``in September``, as in "the same as in September"."""
    if _in_one_month(then, now):
        return _("on {day}").format(day=day_near(then, now))
    return _("in {month}").format(month=month_near(then, now))


# Questions.


def _name(one: Answered) -> str:
    return shipped().question(one.item.id).name


def listed(names: Sequence[str]) -> str:
    """``saliva, writing and stairs``."""
    if len(names) < 2:
        return "".join(names)
    return _("{several} and {last}").format(several=", ".join(names[:-1]), last=names[-1])


def _domain(form: FormChanges, answered: Sequence[Answered], count: int, now: date) -> str:
    """How a domain is: what moved, then what did not."""
    if not answered:
        return _("Not asked today.")
    parts = [_levels(answered)] if form.before is None else list(_moves(form.before, answered, now))
    if len(answered) < count:
        parts.append(_("Not all of it was asked today."))
    return " ".join(parts)


def _levels(answered: Sequence[Answered]) -> str:
    """Where there is nothing to compare with: what is difficult."""
    difficult = [_name(one) for one in answered if not one.is_full]
    if not difficult:
        return _("No difficulty.")
    return _("Some difficulty: {what}.").format(what=listed(difficult))


def _moves(before: date, answered: Sequence[Answered], now: date) -> Iterator[str]:
    words = shipped()
    moved = [one for one in answered if one.direction in {Direction.HARDER, Direction.EASIER}]
    moved.sort(key=lambda one: one.direction is Direction.EASIER)
    same = [one for one in answered if one.direction is Direction.SAME]
    for one in moved:
        if one.direction is not None:
            yield words.question(one.item.id).say(one.direction, one.score)
    for one in answered:
        if one.direction is None:
            text = _("The question about {what} is another one than {when}.")
            yield text.format(what=_name(one), when=when_words(before, now))
    if len(same) == len(answered):
        yield _("The same as {when}.").format(when=when_words(before, now))
    elif len(same) == 1:
        yield words.question(same[0].item.id).say(Direction.SAME, same[0].score)
    elif same:
        yield _("The rest is the same.")


# The first sentences.


def _headline(form: FormChanges, weight: Measured, now: date) -> str:
    parts = [*_form_headline(form, now), *_weight_headline(weight, now)]
    return " ".join(parts)


def _form_headline(form: FormChanges, now: date) -> Iterator[str]:
    if form.is_first and form.answered:
        yield _("This is your first visit. What we saw today is what we compare with from now on.")
        return
    if form.is_first:
        yield _("This is your first visit.")
    if not form.answered:
        yield _("The questions about daily life were not asked today.")
        return
    if form.before is None:
        yield _("The questions about daily life are answered for the first time today.")
        return
    every = len(form.instrument.slots)
    since = since_words(form.before, now)
    harder, easier = form.moved(Direction.HARDER), form.moved(Direction.EASIER)
    same = len(form.moved(Direction.SAME))
    if not harder and not easier and same == every:
        text = _("Since {since}, all of the {every} things we ask about are the same.")
        yield text.format(since=since, every=every)
        return
    if harder:
        text = plural(
            len(harder),
            "Since {since}, one of the {every} things we ask about has become harder: {what}.",
            "Since {since}, {n} of the {every} things we ask about have become harder: {what}.",
        )
        yield text.format(since=since, every=every, what=listed([_name(one) for one in harder]))
    if easier:
        what = listed([_name(one) for one in easier])
        first = _("Since {since}, a little easier: {what}.")
        yield (_("A little easier: {what}.") if harder else first).format(since=since, what=what)
    if harder or easier:
        if same:
            yield plural(same, "One is the same.", "{n} are the same.")
    elif same:
        yield _("Since {since}, nothing that was asked has changed.").format(since=since)
    if not form.whole:
        yield _("Not all of it was asked today.")


def _weight_headline(weight: Measured, now: date) -> Iterator[str]:
    """What the weight does, where two were measured."""
    if weight.today is None or weight.before is None:
        return
    change = weight.today.number - weight.before.number
    earlier = [one for one in weight.values if one.day < weight.before.day]
    limit = shipped().weight_same_kg
    if change < -limit:
        text = _("You weigh {kg} less than {when}.")
    elif change > limit:
        text = _("You weigh {kg} more than {when}.")
    elif earlier and weight.before.number - earlier[-1].number < -limit:
        text = _("Your weight has stopped falling.")
    else:
        text = _("Your weight is about the same.")
    yield text.format(kg=_kg(abs(change)), when=when_words(weight.before.day, now))


# Numbers.


def _kg(value: float) -> str:
    return number(value, 1, "kg")


def _percent(value: float) -> str:
    return number(value, 0, "%")


def _breathing_test(test: Measured, now: date) -> str:
    today, before = test.today, test.before
    if today is None:
        said = _("Measured today, but there is no number to compare.")
        parts = [said if test.tried else _("Not measured today.")]
        if before is not None:
            text = _("{value} {when}.")
            when = when_words(before.day, now)
            parts.append(text.format(value=_percent(before.number), when=when))
        return " ".join(parts)
    value = _percent(today.number)
    if before is None:
        said = _("{value} of what is usual for your age and height.").format(value=value)
    else:
        was, when = _percent(before.number), when_words(before.day, now)
        text = _("{value} of what is usual for your age and height; {was} {when}.")
        if was == value:
            text = _("{value} of what is usual for your age and height, the same as {when}.")
        said = text.format(value=value, was=was, when=when)
    return said if today.sure else said + " " + _("The tries differed: the number is less sure.")


def _weight(weight: Measured, now: date) -> str:
    today, before = weight.today, weight.before
    if today is None:
        parts = [_("Not measured today.")]
        if before is not None:
            text = _("{value} {when}.")
            parts.append(text.format(value=_kg(before.number), when=when_words(before.day, now)))
        return " ".join(parts)
    value = _kg(today.number)
    if before is None:
        return _("{value}.").format(value=value)
    change = round(today.number, 1) - round(before.number, 1)
    when = when_words(before.day, now)
    if _kg(change) == _kg(0):
        return _("{value}, the same as {when}.").format(value=value, when=when)
    text = _("{value}, {change} less than {when}.")
    if change > 0:
        text = _("{value}, {change} more than {when}.")
    return text.format(value=value, change=_kg(abs(change)), when=when)


# What was agreed, and what is taken.


def _decided(record: PatientRecord, visit: Visit) -> Iterator[str]:
    """The last decision on each action that this visit brought."""
    last = {
        one.subject: one
        for one in record.decisions
        if one.kind is DecisionKind.ACTION and one.visit_id == visit.id
    }
    for agreed in shipped().agreed:
        decision = last.get(agreed.id)
        said = "" if decision is None else agreed.say(decision.choice)
        if decision is not None and said:
            on = decision.review_on
            yield said.format(day="" if on is None else day_near(on, visit.date))


def _changed_medicines(known: PatientRecord, visit: Visit) -> Iterator[str]:
    """What began, changed or ended since the visit before, as far as the day is known."""
    previous = known.visit_before(visit)
    if previous is None:
        return
    every = known.of_form(MEDICINE)
    followed = {after.id: one for one in every for after in every if changes.follows(one, after)}
    replaced = {one.id for one in followed.values()}
    for one in every:
        line = _medicine(one)
        if line and previous.date < one.began.first <= visit.date and one.runs:
            text = _("Changed: {medicine}") if one.id in followed else _("New: {medicine}")
            yield text.format(medicine=line)
        ended = one.ended
        over = ended is not None and previous.date < ended.first <= visit.date
        if line and over and one.id not in replaced:
            yield _("Ended: {medicine}").format(medicine=line)


def _medicines(known: PatientRecord, visit: Visit) -> Iterator[str]:
    for one in known.running(MEDICINE, visit.date):
        if line := _medicine(one):
            yield line


def _medicine(one: FormRecord) -> str:
    """``Riluzole 50 mg, twice a day, by tube``; empty for a record that this program cannot read."""
    form = catalog.find(one.form, one.version)
    if form is None or one.not_done is not None:
        return ""
    known = wording.of_record(form, one)
    often = {each.id: each.say for each in shipped().often}
    how = often.get(str(known.get("frequency"))) or _told(form, "frequency", one)
    route = "" if known.get("route") in {None, "oral"} else _told(form, "route", one)
    what = wording.worded(form, "{substance} {dose}", known)
    return ", ".join(filter(None, (what, how, route)))


def _told(form: Form, name: str, one: FormRecord) -> str:
    return wording.worded(form, f"{{{name}}}", wording.of_record(form, one))
