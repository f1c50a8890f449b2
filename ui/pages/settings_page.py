"""Settings of the clinic, kept in the clinic file, and of this workstation."""

from dataclasses import replace
from functools import partial
from itertools import groupby

from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QFrame,
    QGridLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from core import VERSION, entry
from core.entering import recomputing, typed_texts
from core.entry import Problem, as_shown, as_typed
from core.model import thresholds
from core.model.paper import PaperSize
from core.model.thresholds import OFF, ON, Threshold
from core.model.user import Clinic, Right
from core.protocols import catalog as protocols
from core.science import lung_function
from core.views.signed import lock_text
from core.words import N_, plural
from ui import theme
from ui.context import AppContext
from ui.forms.kept_bar import KeptBar
from ui.forms.laboratory.laboratories import LaboratoriesDialog
from ui.pages.page import Page, Unsaved
from ui.settings import TEXT_SIZES, Appearance
from ui.widgets import ask
from ui.widgets.basics import Combo, button, card, column, label, row, scrolled
from ui.widgets.clinic_words import ClinicWords
from ui.widgets.fields import ChoiceField, TextField
from ui.widgets.locks import FreezeCard
from ui.widgets.moving import OlderVersions
from ui.widgets.own_definitions import FORMS, SCHEDULES, OwnDefinitions
from ui.widgets.own_password import OwnPassword
from ui.widgets.sheet_settings import SheetSettings
from ui.words import tr

ABOUT = N_(
    "Repeatability: ATS/ERS 2019, Graham BL et al.,"
    " doi:10.1164/rccm.201908-1590ST. ALSFRS-R: Cedarbaum JM et al., J Neurol Sci 1999;169:13-21."
    " Event terms and grades: CTCAE v5.0, US National Cancer Institute."
)


class SettingsPage(Page):
    """What is changed here is saved with its button; the appearance at once."""

    topic = "settings"
    shows = frozenset({"clinic", "threshold", "lock"})

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.own_password = OwnPassword(context)
        self.sheet = SheetSettings(context)
        self.sheet.edited.connect(self.keep_soon.start)
        self.thresholds: dict[str, TextField | ChoiceField[float]] = {}
        self._refused: set[str] = set()  # typed values that wait for another cut point to be moved
        cards = [
            card(label(group, "heading"), self._threshold_grid(list(members)))
            for group, members in groupby(thresholds.shipped().values(), lambda one: one.group)
        ]
        self.of_clinic = QWidget()
        self.of_clinic.setLayout(
            column(
                self._clinic_card(context),
                self._lung_card(),
                *self._own_cards(context),
                *cards,
                spacing=14,
            )
        )
        reads, changes = (context.session.may(right) for right in (Right.READ, Right.CLINIC))
        self.why_not = label(
            tr("A neurologist can change the settings of the clinic. You may read them."), "muted"
        )
        if changes or not reads:
            self.why_not.hide()
        if not reads:
            self.of_clinic.hide()
        own: list[QWidget] = [self.own_password, self._appearance_card(context)]
        self.freezing = FreezeCard(context)
        laboratories = [*self._laboratory_card(context), *self._words_card(context)]
        cards_of_clinic = [*laboratories, self.why_not, self.of_clinic, self.freezing]
        inner = QWidget()
        inner.setMaximumWidth(theme.px(900))
        inner.setLayout(
            column(
                *(cards_of_clinic + own if changes else own + cards_of_clinic),
                _about_card(),
                None,
                spacing=14,
            )
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(14)
        layout.addWidget(label(tr("Settings"), "title"))
        layout.addWidget(scrolled(inner), 1)

    def _own_cards(self, context: AppContext) -> list[QWidget]:
        """The clinic's own forms and schedules, for who reads patients' data."""
        if not context.session.may(Right.READ):
            return []
        self.own_forms = OwnDefinitions(context, FORMS)
        self.own_schedules = OwnDefinitions(context, SCHEDULES)
        self.own_schedules.added.connect(self._show_schedules)
        self.older = OlderVersions(context)
        return [self.own_forms, self.own_schedules, self.older]

    def _words_card(self, context: AppContext) -> list[QWidget]:
        """The words of the patient's sheet, the clinic's synonyms and dictionaries, for who reads patients' data."""
        if not context.session.may(Right.READ):
            return []
        self.words = ClinicWords(context)
        return [self.sheet, self.words]

    def _laboratory_card(self, context: AppContext) -> list[QWidget]:
        """The clinic's laboratories; who enters results enters what they call normal."""
        if not context.session.may(Right.READ):
            return []
        self.laboratories = button(
            tr("Laboratories and ranges…"), lambda: LaboratoriesDialog(self, context).exec()
        )
        how = tr(
            "Which laboratories there are, and what each of them calls normal, by sex and age."
        )
        heading = label(tr("Laboratories"), "heading")
        return [card(heading, label(how, "muted", wrap=True), row(self.laboratories, None))]

    def _show_schedules(self) -> None:
        """What new patients can be put on; what is chosen stays so."""
        chosen = self.protocol.currentData()
        self.protocol.clear()
        for protocol in protocols.newest().values():
            self.protocol.addItem(protocol.title, protocol.id)
        self.protocol.setCurrentIndex(max(0, self.protocol.findData(chosen)))

    def _clinic_card(self, context: AppContext) -> QFrame:
        """What the clinic says of itself, and how its file is locked and named."""
        self.name = TextField(tr("Name of the clinic"), _read_name)
        self.letterhead = QPlainTextEdit()
        self.letterhead.setAccessibleName(tr("Letterhead"))
        self.letterhead.setTabChangesFocus(True)
        self.letterhead.setFixedHeight(theme.px(90))
        self.protocol = Combo()
        self.protocol.setAccessibleName(tr("Schedule of new patients"))
        self._show_schedules()
        self.edit_schedule = button(
            tr("Change windows and assessments…"),
            lambda: context.edit_schedule.emit(self.protocol.currentData()),
        )
        if not context.session.may(Right.CLINIC):
            self.edit_schedule.hide()
        self.idle_lock = TextField(
            tr("Lock the file after so long without a key or a click"),
            _read_minutes,
            unit=tr("minutes"),
            width=76,
        )
        self._never_locks = label(
            tr("The demonstration never locks by itself, whatever is set here."), "muted", wrap=True
        )
        if not context.session.clinic.demonstration:
            self._never_locks.hide()
        self.file_names = QCheckBox(tr("Names of saved files tell the record number and the day"))
        told = label(
            tr(
                "A summary is then called visit-summary_A-010_M4_2026-06-17_k7f3.pdf. Whoever sees the"
                " folder, an e-mail or a backup with it sees which patient was here on which day."
            ),
            "muted",
            wrap=True,
        )
        self.kept = KeptBar()
        self.kept.discarded.connect(self._discard_typed)
        self.letterhead.textChanged.connect(self.keep_soon.start)
        self._too_long = label("", "problem", wrap=True)
        self._too_long.hide()
        self.letterhead.textChanged.connect(self._too_long.hide)
        self.watch(self.name.line, self.idle_lock.line)
        self.save = button(tr("Save settings"), self._save, primary=True)
        self._state = label("", "muted")
        return card(
            label(tr("Clinic"), "heading"),
            self.kept,
            self.name,
            label(tr("Letterhead of printed pages (address, telephone)"), "muted"),
            self.letterhead,
            self._too_long,
            label(tr("Visit schedule of new patients"), "muted"),
            row(self.protocol, self.edit_schedule, None),
            self.idle_lock,
            self._never_locks,
            self.file_names,
            told,
            row(self._state, None, self.save),
        )

    def _lung_card(self) -> QFrame:
        self.equation = Combo()
        self.equation.setAccessibleName(tr("Reference equation of % predicted"))
        for equation in lung_function.equations().values():
            self.equation.addItem(equation.title, equation.id)
        self.equation.currentIndexChanged.connect(lambda _index: self._describe_equation())
        self.change = button(tr("Change equation…"), self._change_equation)
        self._equation_notes = label("", "muted", wrap=True)
        self._changed = label("", "muted", wrap=True)
        return card(
            label(tr("Reference equation of % predicted"), "heading"),
            row(self.equation, self.change, None),
            self._equation_notes,
            label(
                tr(
                    "One equation serves the whole clinic. Changing it computes every session again,"
                    " and the trail keeps the old values and your reason."
                ),
                "muted",
                wrap=True,
            ),
            self._changed,
        )

    def _appearance_card(self, context: AppContext) -> QFrame:
        self.appearance = ChoiceField(
            tr("Appearance of this workstation"),
            {
                Appearance.SYSTEM: tr("as the system"),
                Appearance.LIGHT: tr("light"),
                Appearance.DARK: tr("dark"),
            },
        )
        self.appearance.chosen.connect(self._on_appearance)
        self.text_size = ChoiceField(
            tr("Size of text on this workstation (Ctrl + and Ctrl −)"),
            {percent: f"{percent} %" for percent in TEXT_SIZES},
        )
        self.text_size.chosen.connect(
            lambda: context.text_size_chosen.emit(self.text_size.value or 100)
        )
        self.paper = ChoiceField(
            tr("Paper of this workstation's printer"),
            {PaperSize.A4: "A4", PaperSize.LETTER: tr("US Letter")},
        )
        self.paper.chosen.connect(self._on_paper)
        return card(self.appearance, self.text_size, self.paper)

    def refresh(self) -> None:
        session = self.context.session
        self.freezing.refresh()
        held = session.locks.on_file()
        self.of_clinic.setEnabled(session.may(Right.CLINIC) and not held)
        self.of_clinic.setToolTip(lock_text(held[0], session.users.names()) if held else "")
        clinic = session.clinic
        self._show_texts(clinic)
        usual = protocols.of_new_patients(clinic)
        self.protocol.setCurrentIndex(self.protocol.findData(usual.id))
        self.file_names.setChecked(clinic.telling_file_names)
        self.equation.setCurrentIndex(max(0, self.equation.findData(clinic.equation)))
        self._describe_equation()
        typed = session.typed.of(typed_texts.SETTINGS, typed_texts.CLINIC)
        for name, value in session.thresholds.all().items():
            field = self.thresholds[name]
            is_typed = isinstance(field, TextField) and field.line.isModified()
            if name not in self._refused and not is_typed:
                self._show_threshold(name, value)
                if isinstance(field, TextField) and _threshold(name) in typed:
                    field.line.put_back(typed[_threshold(name)])
        self.appearance.set_value(self.context.settings.appearance)
        self.text_size.set_value(self.context.settings.text_size)
        self.paper.set_value(self.context.settings.paper)

    def focus_first(self) -> None:
        may = self.context.session.may(Right.CLINIC)
        (self.name if may else self.own_password).setFocus()

    def leave(self) -> bool:
        self.own_password.clear()
        return super().leave()

    def unsaved(self) -> tuple[Unsaved, ...]:
        if not self.context.session.may(Right.CLINIC):
            return ()
        lines = {"name": self.name.line, "idle_lock": self.idle_lock.line}
        for name, field in self.thresholds.items():
            if isinstance(field, TextField):
                lines[_threshold(name)] = field.line
        texts = {name: line.typed for name, line in lines.items()}
        changed = self.letterhead.document().isModified()
        letterhead = self.context.session.clinic.letterhead
        texts["letterhead"] = as_typed(self.letterhead.toPlainText(), letterhead) if changed else ""
        texts |= self.sheet.unsaved()
        return (Unsaved(place=typed_texts.SETTINGS, subject=typed_texts.CLINIC, texts=texts),)

    def _show_texts(self, clinic: Clinic) -> None:
        """What the clinic says of itself, and over it what was typed and not saved."""
        session = self.context.session
        typed = session.typed.of(typed_texts.SETTINGS, typed_texts.CLINIC)
        for name, field, stored in (
            ("name", self.name, clinic.name),
            ("idle_lock", self.idle_lock, str(clinic.idle_lock_min)),
        ):
            if not field.line.isModified():
                field.set_text(stored)
                if name in typed:
                    field.line.put_back(typed[name])
        document = self.letterhead.document()
        if not document.isModified():
            self.letterhead.setPlainText(as_shown(typed.get("letterhead", clinic.letterhead)))
            document.setModified("letterhead" in typed)
        self.sheet.refresh()
        self.keep_soon.stop()  # nobody typed this
        self.kept.show_since(typed_texts.since(session, typed_texts.SETTINGS, typed_texts.CLINIC))

    def _discard_typed(self) -> None:
        session = self.context.session
        with self.context.saving():
            typed_texts.forget(session, typed_texts.SETTINGS, typed_texts.CLINIC)
            self._forget_texts()
            self.sheet.forget()
            self._refused.clear()
            for name, value in session.thresholds.all().items():
                self._show_threshold(name, value)
            self._show_texts(session.clinic)

    def _forget_texts(self) -> None:
        """What stands in the fields is in the file, or is not wanted."""
        for field in (self.name, self.idle_lock):
            field.line.setModified(False)
        self.letterhead.document().setModified(False)

    def _save(self) -> None:
        name, minutes = self.name.read(), self.idle_lock.read()
        for field, value in ((self.name, name), (self.idle_lock, minutes)):
            if isinstance(value, Problem):
                field.setFocus()
                return
        if not self._fits_above_pages():
            return
        session = self.context.session
        clinic = replace(
            session.clinic,
            name=name,
            idle_lock_min=minutes,
            letterhead=self.letterhead.toPlainText().strip(),
            protocol=self.protocol.currentData(),
            telling_file_names=self.file_names.isChecked(),
        )
        with self.context.saving():
            with session.write(N_("settings changed")):
                session.clinics.save(clinic)
                session.typed.remove(
                    typed_texts.SETTINGS, typed_texts.CLINIC, "name", "idle_lock", "letterhead"
                )
            self._forget_texts()
            self._show_texts(clinic)
            self._state.setText(tr("saved"))

    def _fits_above_pages(self) -> bool:
        """Whether the name and the letterhead leave room on a page; said where they do not."""
        from core.reports.page import head_problem  # reportlab takes its time

        why = head_problem(self.name.text, self.letterhead.toPlainText())
        self._too_long.setText(why)
        self._too_long.setVisible(bool(why))
        if why:
            self.letterhead.setFocus()
        return not why

    def _describe_equation(self) -> None:
        equation = lung_function.equation(self.equation.currentData())
        in_use = equation.id == self.context.session.clinic.equation
        parts = [tr("In use.") if in_use else tr("Not in use."), f"{equation.citation}."]
        parts.append(
            tr("Valid from {low:g} to {high:g} years.").format(
                low=equation.youngest_years, high=equation.oldest_years
            )
        )
        if equation.groups:
            parts.append(tr("It needs the patient's group: enter it with the patient."))
        self._equation_notes.setText(" ".join([*parts, *equation.notes]))
        self.change.setEnabled(not in_use)

    def _change_equation(self) -> None:
        equation = lung_function.equation(self.equation.currentData())
        question = tr(
            "Every % predicted and z-score of the clinic is computed again by {equation}."
            " Why is it changed?"
        ).format(equation=equation.title)
        why = ask.reason(self, tr("Change equation"), question)
        if why is None:
            return
        with self.context.saving():
            sessions = recomputing.change_equation(self.context.session, equation.id, why)
            text = plural(sessions, "1 session computed again.", "{n} sessions computed again.")
            self._changed.setText(text)
        self._describe_equation()

    def _threshold_grid(self, members: list[Threshold]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        for line, one in enumerate(members):
            self.thresholds[one.id] = field = self._threshold_field(one)
            status = f" ({thresholds.STATUS[one.status]})" if one.status else ""
            if status.strip(" ()") == one.source.lower():
                status = ""
            source = label(one.source + status, "small", wrap=True)
            grid.addWidget(label(one.title, wrap=True), line, 0)
            grid.addWidget(field, line, 1)
            grid.addWidget(source, line, 2)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(2, 4)
        return grid

    def _threshold_field(self, one: Threshold) -> TextField | ChoiceField[float]:
        if one.is_switch:
            switch = ChoiceField("", {ON: tr("on"), OFF: tr("off")})
            switch.setAccessibleName(one.title)
            switch.chosen.connect(partial(self._save_threshold, one))
            return switch
        reader = partial(entry.number, low=one.low, high=one.high, unit=one.unit)
        field = TextField("", reader, unit=one.unit, width=76)
        field.line.setAccessibleName(f"{one.title} ({one.unit})")
        field.line.setToolTip(tr("as shipped: {n:g}").format(n=one.value))
        field.committed.connect(partial(self._save_threshold, one))
        self.watch(field.line)
        return field

    def _show_threshold(self, id: str, value: float) -> None:
        field = self.thresholds[id]
        if isinstance(field, TextField):
            field.set_text(f"{value:g}")
        else:
            field.set_value(value)

    def _save_threshold(self, one: Threshold) -> None:
        """A threshold is in force as soon as its field is left; the trail keeps what it was."""
        field = self.thresholds[one.id]
        typed = field.read() if isinstance(field, TextField) else field.value
        if isinstance(typed, Problem):
            return
        value: float = one.value if typed is None else typed
        current = self.context.session.thresholds.all()
        wrong = thresholds.out_of_order({**current, one.id: value})
        if wrong is not None and isinstance(field, TextField):
            text = tr("“{low}” must not be above “{high}”. Change one of them.")
            field.show_problem(Problem(text.format(low=wrong[0].title, high=wrong[1].title)))
            self._refused.add(one.id)
            return
        self._refused.discard(one.id)
        why = f"threshold changed: {one.title}"
        with self.context.saving(), self.context.session.write(why):
            if typed is None:  # emptied: what is shipped, also by a later version
                self.context.session.thresholds.remove(one.id)
            else:
                self.context.session.thresholds.save(one.id, value)
            self.context.session.typed.remove(
                typed_texts.SETTINGS, typed_texts.CLINIC, _threshold(one.id)
            )
        self._show_threshold(one.id, value)
        for waiting in tuple(self._refused):
            self._save_threshold(thresholds.shipped()[waiting])

    def _on_paper(self) -> None:
        self.context.settings.paper = self.paper.value or PaperSize.A4

    def _on_appearance(self) -> None:
        appearance = self.appearance.value or Appearance.SYSTEM
        self.context.settings.appearance = appearance
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.choose(app, appearance)


def _read_name(text: str) -> str | Problem:
    return text.strip() or Problem(tr("Enter the clinic's name: it is on every printed page."))


def _read_minutes(text: str) -> int | Problem:
    minutes = entry.whole(text, 1, 15, tr("minutes"))
    return Problem(tr("Enter after how many minutes, 1 to 15.")) if minutes is None else minutes


def _threshold(id: str) -> str:
    """Under which name the text is kept that stands in the field of a threshold."""
    return f"threshold.{id}"


def _about_card() -> QFrame:
    return card(
        label(tr("About"), "heading"),
        label(tr("ALS Follow-up {version}").format(version=VERSION)),
        label(tr(ABOUT), "muted", wrap=True),
        *(
            label(f"{equation.title}: {equation.citation}.", "muted", wrap=True)
            for equation in lung_function.equations().values()
        ),
    )
