"""A new patient, or changes to one."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core import clock
from core.entering import patient_entry, recomputing, typed_texts
from core.entry import as_shown, as_typed
from core.findings.duplicates import Alike, NumbersKnown, alike
from core.labels import ONSET, SEX
from core.model.ids import PatientId
from core.model.patient import OnsetRegion, Patient, Sex
from core.protocols import catalog as protocols
from core.protocols.definition import Anchor, Protocol
from core.science import lung_function
from ui.context import AppContext
from ui.forms.kept_bar import KeptBar
from ui.pages.page import Page, Unsaved
from ui.widgets import ask
from ui.widgets.basics import Combo, button, card, column, label, row, scrolled
from ui.widgets.fields import ChoiceField, TextField
from ui.widgets.responsive import Cells
from ui.widgets.same_person import SamePersonBar
from ui.words import tr

# Fields on which % predicted, BMI, deltaFS, eligibility and visit windows depend.
MOVES_RESULTS = (
    "born",
    "sex",
    "height_cm",
    "reference_group",
    "onset",
    "diagnosis",
    "reference_on",
)


class PatientFormPage(Page):
    """Only the record number is mandatory: what is not known stays unknown."""

    topic = "patients#a-new-patient"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._base: Patient | None = None
        self._is_new = True
        self._as_stored: Mapping[str, str] = {}  # what the fields showed before anything was typed
        self.kept = KeptBar()
        self.kept.discarded.connect(self._discard_typed)
        self.title = label("", "title")
        self.fields = _text_fields()
        for field in self.fields.values():
            field.committed.connect(self._judge)
        self._tried = False  # to save it: what is missing is said then, and not before
        self.sex = ChoiceField(tr("Sex"), SEX)
        self.region = ChoiceField(tr("Region of onset"), ONSET, columns=2)
        self.protocol = Combo()
        self.protocol.setAccessibleName(tr("Visit schedule"))
        self.protocol.currentIndexChanged.connect(self._show_reference)
        self.group = Combo()
        self.group.setAccessibleName(tr("Group of the reference equation"))
        self._group_title = label("", "muted", wrap=True)
        self._group_holder = QWidget()
        self._group_holder.setLayout(column(self._group_title, self.group, spacing=4))
        self.sex.chosen.connect(self.keep_soon.start)
        self.region.chosen.connect(self.keep_soon.start)
        self.protocol.activated.connect(self.keep_soon.start)
        self.group.activated.connect(self.keep_soon.start)
        self.watch(*(field.line for field in self.fields.values()))
        self._reference_title = label("", "muted")
        self._reference = QWidget()
        self._reference.setLayout(
            column(self._reference_title, self.fields["reference_on"], spacing=4)
        )
        self._stated = label("", "muted", wrap=True)
        self._number_alike = label("", "question-note", wrap=True)
        self.same_person = SamePersonBar()
        self.same_person.opened.connect(context.open_chart)
        self.same_person.another.connect(self._save_another)
        inner = QWidget()
        body = QVBoxLayout(inner)
        body.setContentsMargins(0, 0, 0, 0)
        body.addWidget(card(self._grid(), self._stated))
        body.addStretch(1)
        self.save = button(tr("Save patient"), self._save, primary=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(14)
        layout.addWidget(self.title)
        layout.addWidget(self.kept)
        layout.addWidget(self.same_person)
        layout.addWidget(scrolled(inner), 1)
        layout.addLayout(row(None, button(tr("Cancel"), self._cancel), self.save))

    def _grid(self) -> Cells:
        """The fields, three side by side; one below the other on a narrow page."""
        schedule = QWidget()
        schedule.setLayout(column(label(tr("Visit schedule"), "muted"), self.protocol, spacing=4))
        grid = Cells(wide=3, narrow=1, spacing=(20, 12), top=True)
        fields = self.fields
        number = QWidget()
        number.setLayout(column(fields["record_number"], self._number_alike, spacing=4))
        grid.show_cells(
            [
                *(number, fields["family_name"], fields["given_name"]),
                *(self.sex, fields["born"], fields["height_cm"]),
                *(self.region, fields["onset"], fields["diagnosis"]),
                *(schedule, self._reference, self._group_holder),
            ],
            whole=[fields["note"]],
        )
        return grid

    def edit(self, patient_id: PatientId | None) -> None:
        """Show a patient to change, or an empty form for a new one."""
        session = self.context.session
        self.keep()  # what stands here may be about another patient
        self._is_new = patient_id is None
        if patient_id is None:
            protocol = protocols.of_new_patients(session.clinic)
            self._base = Patient(
                record_number="",
                protocol=protocol.id,
                protocol_version=protocol.version,
                registered_on=clock.today(),
            )
        else:
            self._base = session.patients.get(patient_id)
        patient = self._base
        self.title.setText(
            tr("New patient")
            if self._is_new
            else tr("Patient {number}").format(number=patient.record_number)
        )
        for name, text in patient_entry.texts_of(patient).items():
            self.fields[name].set_text(text)
        self.sex.set_value(None if self._is_new else patient.sex)
        self.region.set_value(None if self._is_new else patient.onset_region)
        self._show_schedules(patient)
        has_visits = not self._is_new and bool(session.visits.of(patient.id))
        self.protocol.setEnabled(not has_visits)
        self.protocol.setToolTip(
            tr("A patient with visits stays on the schedule they started with.")
            if has_visits
            else ""
        )
        self._show_reference()
        self._show_group(patient.reference_group)
        stated = []
        if patient.stated_age_years is not None:
            stated.append(tr("age {n} years").format(n=patient.stated_age_years))
        if patient.stated_duration_months is not None:
            stated.append(tr("duration {n:g} months").format(n=patient.stated_duration_months))
        text = tr("Stated by the imported source: {facts}.").format(facts=", ".join(stated))
        self._stated.setText(text if stated else "")
        self._stated.setVisible(bool(stated))
        self._stale = False
        self._tried = False
        self.same_person.hide()
        self._as_stored = self._texts
        self._show_typed(session.typed.of(typed_texts.PATIENT, self._subject))
        self.kept.show_since(typed_texts.since(session, typed_texts.PATIENT, self._subject))
        self._judge()

    def unsaved(self) -> tuple[Unsaved, ...]:
        if self._base is None:
            return ()
        texts = {n: as_typed(t, self._as_stored[n]) for n, t in self._texts.items()}
        return (Unsaved(place=typed_texts.PATIENT, subject=self._subject, texts=texts),)

    @property
    def shown(self) -> Mapping[str, str]:
        return {} if self._base is None else {"patient": self._subject}

    def show_again(self, shown: Mapping[str, str]) -> bool:
        patient_id = shown.get("patient")
        if patient_id is not None:
            self.edit(None if patient_id == typed_texts.NEW else PatientId(patient_id))
        return patient_id is not None

    def refresh(self) -> None:
        """Nothing to redraw: what is being typed must not be replaced."""

    def focus_first(self) -> None:
        self.fields["record_number"].setFocus()

    @property
    def _subject(self) -> str:
        return typed_texts.NEW if self._is_new or self._base is None else self._base.id

    @property
    def _texts(self) -> dict[str, str]:
        """Everything that stands in the form, as text."""
        return {
            **{name: field.text for name, field in self.fields.items()},
            "sex": self.sex.value or "",
            "onset_region": self.region.value or "",
            "protocol": self.protocol.currentData(),
            "reference_group": self.group.currentData(),
        }

    def _show_typed(self, texts: Mapping[str, str]) -> None:
        """What was typed before, over what the file says."""
        texts = {name: as_shown(text) for name, text in texts.items()}
        for name in texts.keys() & self.fields.keys():
            self.fields[name].line.setText(texts[name])
        if "sex" in texts:
            self.sex.set_value(Sex(texts["sex"]))
        if "onset_region" in texts:
            self.region.set_value(OnsetRegion(texts["onset_region"]))
        for name, choice in (("protocol", self.protocol), ("reference_group", self.group)):
            if name in texts and choice.isEnabled() and choice.findData(texts[name]) >= 0:
                choice.setCurrentIndex(choice.findData(texts[name]))

    def _discard_typed(self) -> None:
        base = self._base
        with self.context.saving():
            typed_texts.forget(self.context.session, typed_texts.PATIENT, self._subject)
            self._base = None
            self.edit(None if self._is_new or base is None else base.id)
            self.focus_first()

    def _show_schedules(self, patient: Patient) -> None:
        """What a patient can be put on, by id: their own in the version that they have, of others the newest."""
        own = protocols.find(patient)
        titles = {one.id: one.title for one in protocols.newest().values()}
        missing = tr("{id} (not in this program)").format(id=patient.protocol)
        titles[patient.protocol] = own.title if own else missing
        self.protocol.blockSignals(True)  # what it shows while it is filled is nobody's choice
        self.protocol.clear()
        for name, title in titles.items():
            self.protocol.addItem(title, name)
        self.protocol.setCurrentIndex(self.protocol.findData(patient.protocol))
        self.protocol.blockSignals(False)

    def _schedule(self) -> Protocol | None:
        """The chosen schedule in the version that the patient gets; None where nobody has it any more."""
        chosen, base = self.protocol.currentData(), self._base
        if base is not None and chosen == base.protocol:
            return protocols.find(base)
        return protocols.newest().get(chosen)

    def _show_reference(self) -> None:
        protocol = self._schedule()
        if protocol is None or protocol.anchor is not Anchor.REFERENCE:
            self._reference.hide()
            return
        self._reference_title.setText(
            tr("{event} (day 0 of the schedule)").format(event=protocol.reference)
        )
        self.fields["reference_on"].line.setAccessibleName(protocol.reference)
        self._reference.show()

    def _show_group(self, chosen: str) -> None:
        """The groups that the clinic's equation tells apart; nothing where it needs none."""
        equation = lung_function.equation(self.context.session.clinic.equation)
        self._group_title.setText(tr("Group of {equation}").format(equation=equation.title))
        self.group.clear()
        self.group.addItem(tr("not stated"), "")
        for name in equation.groups.values():
            self.group.addItem(tr(name), name)
        if chosen and self.group.findData(chosen) < 0:
            text = tr("{name} (no group of this equation)").format(name=chosen)
            self.group.addItem(text, chosen)
        self.group.setCurrentIndex(self.group.findData(chosen))
        self._group_holder.setVisible(bool(equation.groups))

    def _judge(self) -> Patient | None:
        """Say under every field what is wrong with it; what is only missing, once it was tried to save it.

        The patient as the fields say it, or None.
        """
        base, session = self._base, self.context.session
        if base is None:
            return None
        others = {p.record_number for p in session.patients.all() if p.id != base.id}
        texts = {name: field.text for name, field in self.fields.items()}
        read = patient_entry.read(
            base,
            texts,
            sex=self.sex.value or Sex.UNKNOWN,
            region=self.region.value or OnsetRegion.UNKNOWN,
            taken=others,
            today=clock.today(),
        )
        problems = {} if isinstance(read, Patient) else read
        for name, field in self.fields.items():
            shown = texts[name].strip() or self._tried
            field.show_problem(problems.get(name) if shown else None)
        number = "" if "record_number" in problems else texts["record_number"]
        alike = NumbersKnown(others).alike(number)
        text = tr("A patient has the number {number}. Is it the same number?")
        self._number_alike.setText(text.format(number=alike))
        self._number_alike.setVisible(bool(alike))
        return read if isinstance(read, Patient) else None

    def _save(self) -> None:
        self._tried = True
        read = self._judge()
        if read is None:
            wrong = (one for one in self.fields.values() if one.has_problem)
            next(wrong, self.fields["record_number"]).setFocus()
            return
        if found := self._same_person(read):
            self.same_person.ask(found)
            return
        self._store(read)

    def _same_person(self, read: Patient) -> tuple[Alike, ...]:
        """Who may be this person already; nobody new where nothing that tells people apart was changed."""
        base = self._base
        others = self.context.session.patients.all()
        found = alike(read, others)
        if self._is_new or base is None:
            return found
        before = {one.patient.id for one in alike(base, others)}
        return tuple(one for one in found if one.patient.id not in before)

    def _save_another(self) -> None:
        """It was asked, and this is another person."""
        if (read := self._judge()) is not None:
            self._store(read)

    def _store(self, read: Patient) -> None:
        session = self.context.session
        read = replace(read, reference_group=self.group.currentData())
        protocol = self._schedule()
        if self.protocol.isEnabled() and protocol is not None:
            read = replace(read, protocol=protocol.id, protocol_version=protocol.version)
        why = "patient entered" if self._is_new else self._why_changed(read)
        if why is None:
            return
        with self.context.saving():
            with session.write(why):
                recomputing.save_patient(session, read)
                typed = session.typed.of(typed_texts.PATIENT, self._subject)
                session.typed.remove(typed_texts.PATIENT, self._subject, *typed)
            self._base = None
            self.context.open_chart.emit(read.id)

    def _why_changed(self, read: Patient) -> str | None:
        """A reason where the change moves results of finished visits; None where none was given."""
        base = self._base
        if base is None or all(getattr(base, n) == getattr(read, n) for n in MOVES_RESULTS):
            return "patient changed"
        if all(visit.is_draft for visit in self.context.session.visits.of(read.id)):
            return "patient changed"
        question = tr(
            "This changes results or visit windows of finished visits. Why is it changed?"
        )
        return ask.reason(self, read.record_number, question)

    def _cancel(self) -> None:
        with self.context.saving():
            typed_texts.forget(self.context.session, typed_texts.PATIENT, self._subject)
        base, self._base = self._base, None
        if base is not None and not self._is_new:
            self.context.open_chart.emit(base.id)
        else:
            self.context.show_page.emit("today")


def _text_fields() -> dict[str, TextField]:
    """What is typed of a patient, by the names of `patient_entry`."""
    date_hint = "2012-09-15"
    partial_hint = tr("2012, 2012-09 or 2012-09-15")
    return {
        "record_number": TextField(tr("Record number")),
        "family_name": TextField(tr("Family name")),
        "given_name": TextField(tr("Given name")),
        "born": TextField(
            tr("Date of birth"), patient_entry.READERS["born"], placeholder=date_hint
        ),
        "height_cm": TextField(tr("Height"), patient_entry.READERS["height_cm"], unit="cm"),
        "onset": TextField(
            tr("First symptom"), patient_entry.READERS["onset"], placeholder=partial_hint
        ),
        "diagnosis": TextField(
            tr("Diagnosis"), patient_entry.READERS["diagnosis"], placeholder=partial_hint
        ),
        "reference_on": TextField("", patient_entry.READERS["reference_on"], placeholder=date_hint),
        "note": TextField(tr("Note")),
    }
