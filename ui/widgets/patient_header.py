"""Who this is, at the top of every page about one patient."""

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QWidget

from core import clock
from core.findings import consent, participation
from core.labels import ONSET, SEX
from core.model.partial_date import partial_day
from core.model.record import PatientRecord
from core.model.vital_status import State
from core.protocols import catalog as protocols
from core.views.patient_words import age
from core.words import day, number, plural
from ui import theme
from ui.widgets.basics import chip, label
from ui.widgets.responsive import Flow
from ui.words import tr

ONE_LINE = 800  # px of the header: who it is and what can be done stand side by side from here on


class PatientHeader(QFrame):
    """Number, name, sex, age, height, and chips; actions stand at the right."""

    def __init__(self, *actions: QWidget) -> None:
        super().__init__()
        self._number = label("", "title")
        self._facts = label("")
        self._who = Flow(self._number, self._facts, spacing=8)
        self._chips: list[QLabel] = []
        self._acts = Flow(*actions, spacing=8, right=True)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(10)
        self._box.addLayout(self._who, 1)
        self._box.addLayout(self._acts)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The actions are in one line: below where there is no room beside; who it is takes what they leave."""
        way = QBoxLayout.Direction
        below = self.width() < theme.px(ONE_LINE)
        self._box.setDirection(way.TopToBottom if below else way.LeftToRight)
        self._acts.set_whole(whole=not below)
        super().resizeEvent(event)

    def show_record(self, record: PatientRecord, deviations: Sequence[str] = ()) -> None:
        """``deviations`` are the criteria that are not fulfilled and were accepted so."""
        patient = record.patient
        self._number.setText(patient.record_number)
        facts = [
            patient.name,
            SEX[patient.sex],
            age(patient, record.participation_ended or clock.today()),
        ]
        if patient.height_cm is not None:
            facts.append(number(patient.height_cm, 0, "cm"))
        text = " · ".join(fact for fact in facts if fact)
        self._facts.setText(text)
        for one in self._chips:
            self._who.removeWidget(one)
            one.hide()
            one.deleteLater()
        onset = ONSET[patient.onset_region]
        if patient.onset is not None:
            onset = tr("{onset} {day}").format(onset=onset, day=partial_day(patient.onset))
        self._chips = [chip(onset, "accent")]
        if patient.reference_on is not None:
            event = protocols.of(patient).reference
            planned = patient.reference_on > clock.today()
            text = tr("{event} planned {day}") if planned else tr("{event} {day}")
            text = text.format(event=event, day=day(patient.reference_on))
            self._chips.append(chip(text, "good"))
        if record.died_on is not None:
            text = tr("Died {day}").format(day=partial_day(record.died_on))
            self._chips.append(chip(text, "neutral"))
        self._chips += _study_chips(record)
        if deviations:
            said = tr("Accepted as a deviation: {criteria}.").format(criteria="; ".join(deviations))
            number_of = plural(len(deviations), "1 deviation", "{n} deviations")
            self._chips.append(_explained(number_of, "warn", said))
        for one in self._chips:
            self._who.addWidget(one)


def _study_chips(record: PatientRecord) -> list[QLabel]:
    """Where the patient stands in the study, where no other chip says it; what contradicts itself; what is outside the consent."""
    protocol = protocols.find(record.patient)
    if protocol is None:
        return []
    made = []
    stands = participation.standing(record, protocol, clock.today())
    if stands is not None and stands.state not in {State.TREATED, State.DIED}:
        made.append(_explained(stands.said, "neutral", stands.reason))
    if stands is not None and stands.asks:
        made.append(_explained(tr("Participation: check"), "warn", "\n".join(stands.asks)))
    outside = [one for one in consent.outside(record) if one.left_out]
    if outside:
        text = plural(len(outside), "1 visit outside consent", "{n} visits outside consent")
        made.append(_explained(text, "warn", "\n".join(one.why for one in outside)))
    samples = [one for one in consent.outside_samples(record, protocol) if one.left_out]
    if samples:
        text = plural(len(samples), "1 sample outside consent", "{n} samples outside consent")
        made.append(_explained(text, "warn", "\n".join(one.why for one in samples)))
    stated = [one for one in consent.outside_stated(record, protocol) if one.left_out]
    if stated:
        text = plural(
            len(stated), "1 stated result outside consent", "{n} stated results outside consent"
        )
        made.append(_explained(text, "warn", "\n".join(one.why for one in stated)))
    return made


def _explained(text: str, kind: str, why: str) -> QLabel:
    made = chip(text, kind)
    made.setToolTip(why)
    made.setAccessibleDescription(why)
    return made
