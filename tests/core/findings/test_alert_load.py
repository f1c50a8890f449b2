"""How many lines ask for a decision in a simulated clinic of 200 patients over two years: before, and now.

    python -m tests.core.findings.test_alert_load        all 200 patients, in full numbers

"Before" is what the program showed when each alert was a line of its own that spoke again at every visit that
met its rule, and every line was acknowledged at each visit.
"""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from core.findings import alerts
from core.model.decision import Choice
from tests.core.findings.simulated_clinic import PATIENTS, Person, people

CHOICES = (Choice.DONE,) * 6 + (Choice.PLANNED,) * 2 + (Choice.DECLINED, Choice.NOT_NOW)
SOME = 24  # patients, where not all are needed


@dataclass
class Load:
    """Lines by patient and visit: one a rule's alert at every visit that meets it, and open actions."""

    visits: int = 0
    before: int = 0
    now: int = 0
    most_of_an_action: int = 0
    by_action: Counter = field(default_factory=Counter)

    def count(self, person: Person) -> None:
        decisions, chance = (), random.Random(person.number)
        for bare in person.records():
            record = replace(bare, decisions=decisions)
            visit = record.visits[-1]
            shown = alerts.evaluate(record, visit)
            self.visits += 1
            self.before += len({f.definition.id for action in shown for f in action.findings})
            found = alerts.open_actions(record, visit.date)
            self.now += len(found)
            self.by_action.update(action.id for action in found)
            each = Counter(action.id for action in found)
            self.most_of_an_action = max([self.most_of_an_action, *each.values()])
            for action in found:
                choice = chance.choice(CHOICES)
                until = visit.date + timedelta(days=91) if choice.needs_date else None
                at = datetime.combine(visit.date, time(12), UTC)
                given = alerts.Given(choice, "decided at the visit", until)
                decisions += (alerts.decide(record, action, given, by="dr.demo", at=at),)


def load_of(count: int) -> Load:
    load = Load()
    for person in people(count):
        load.count(person)
    return load


def test_the_load_is_less_than_half_and_one_line_an_action_and_visit():
    load = load_of(SOME)
    assert load.visits > SOME * 3
    assert load.most_of_an_action == 1
    assert load.now < load.before / 2


def main() -> None:
    load = load_of(PATIENTS)
    print(f"{PATIENTS} patients, {load.visits} visits")
    print(f"before: {load.before} lines, {load.before / load.visits:.2f} a visit")
    print(f"now: {load.now} lines, {load.now / load.visits:.2f} a visit; {dict(load.by_action)}")


if __name__ == "__main__":
    main()
