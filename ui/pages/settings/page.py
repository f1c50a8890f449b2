"""Settings of the clinic, kept in the clinic file, and of this workstation."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QVBoxLayout, QWidget

from core import entry
from core.entering import typed_texts
from core.entry import Problem, as_shown, as_typed
from core.model import thresholds
from core.model.user import Clinic, Right
from core.protocols import catalog as protocols
from core.views.signed import lock_text
from core.words import N_, as_written
from ui import theme
from ui.context import AppContext
from ui.forms.kept_bar import KeptBar
from ui.forms.laboratory.laboratories import LaboratoriesDialog
from ui.pages.page import Page, Unsaved
from ui.pages.settings.sections import (
    SHIPPED,
    EquationChoice,
    NotationSettings,
    SectionList,
    WorkstationSettings,
    about,
    titled,
)
from ui.pages.settings.setting import Section, Setting
from ui.pages.settings.thresholds import ThresholdSettings
from ui.widgets.basics import (
    Combo,
    FilterChip,
    answered,
    button,
    card,
    column,
    label,
    row,
    scrolled,
    show_only,
)
from ui.widgets.clinic_words import ClinicWords
from ui.widgets.fields import Line, TextField
from ui.widgets.locks import FreezeCard
from ui.widgets.moving import OlderVersions
from ui.widgets.own_definitions import FORMS, SCHEDULES, OwnDefinitions
from ui.widgets.own_password import OwnPassword
from ui.widgets.responsive import Columns
from ui.widgets.sheet_settings import SheetSettings
from ui.words import tr

CLINIC, VISITS, LABORATORY, LUNG, SHEET, PASSWORD, FREEZE = (
    *("clinic", "schedules", "laboratory", "lung", "sheet", "password", "freeze"),
)
BY_BUTTON = {CLINIC, VISITS}  # sections with what is saved by the button
_BESIDE = {"Laboratory": LABORATORY, "Registers": LUNG}  # groups of thresholds within a section


class SettingsPage(Page):
    """Sections beside the one that is chosen. A search shows what it finds in all of them.

    What says so is saved with the button; a threshold when its field is left, a choice at once.
    """

    topic = "settings"
    shows = frozenset({"clinic", "threshold", "lock"})

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        session = context.session
        self._reads, self._changes = session.may(Right.READ), session.may(Right.CLINIC)
        self.own_password = OwnPassword(context)
        self.freezing = FreezeCard(context)
        self.workstation = WorkstationSettings(context, self._show_list)
        self.appearance, self.text_size, self.paper = (
            *(self.workstation.appearance, self.workstation.text_size, self.workstation.paper),
        )
        self._build_frame()
        made = [*(self._of_clinic() if self._reads else ()), *self._of_person()]
        self.sections = {one.id: one for one in made}
        self.front = CLINIC if self._changes else PASSWORD
        self._words: list[str] = []
        self._place()
        QShortcut(QKeySequence("Ctrl+F"), self, self.search.setFocus)
        self._show_front()

    # The parts.

    def _build_frame(self) -> None:
        """What is on the page whichever section is in front."""
        self.list = SectionList()
        self.list.currentRowChanged.connect(self._on_row)
        self.pick = Combo()  # instead of the list, where there is no room for it
        self.pick.setAccessibleName(tr("Section of the settings"))
        self.pick.activated.connect(lambda index: self.choose(self.pick.itemData(index)))
        self.pick.hide()
        self.search = Line()
        self.search.setPlaceholderText(tr("Find a setting   /"))
        self.search.setAccessibleName(tr("Find a setting"))
        self.search.setMaximumWidth(theme.px(260))
        self.search.textEdited.connect(self.search_for)
        self.filter = FilterChip(self.end_search)
        self._none = label(tr("No setting says these words."), "muted", wrap=True)
        self._none.hide()
        self.why_not = label("", "muted", wrap=True)
        self.kept = KeptBar()
        self.kept.discarded.connect(self._discard_typed)
        self.save = button(tr("Save settings"), self._save, primary=True)
        self._state = label("", "muted")
        self._saving = QWidget()
        self._saving.setMaximumWidth(theme.px(900))
        self._saving.setLayout(row(self._state, None, self.save))

    def _place(self) -> None:
        inner = QWidget()
        inner.setLayout(column(self.why_not, self._none, *self.sections.values(), None, spacing=14))
        self._area = scrolled(inner)
        left = card(self.pick, self.list)
        if (body := left.layout()) is not None:
            body.setContentsMargins(6, 8, 6, 8)
        right = QWidget()
        right.setLayout(column(self.kept, self._area, self._saving, spacing=10))
        self._columns = Columns(left, right, fixed={0: 232}, spacing=14)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(14)
        head = row(label(tr("Settings"), "title"), None, self.filter, self.search, spacing=12)
        head.setStretch(3, 1)
        layout.addLayout(head)
        layout.addWidget(self._columns, 1)
        QWidget.setTabOrder(self.search, self.list)

    def _of_clinic(self) -> list[Section]:
        """What belongs to the clinic, for who reads patients' data; for others none of it is made.

        A widget that is placed nowhere has no parent that takes it along: it would stay until the program ends.
        """
        self.sheet = SheetSettings(self.context)
        self.sheet.edited.connect(self.keep_soon.start)
        self._limits = ThresholdSettings(self.context)
        self.thresholds = self._limits.fields
        self.watch(*(field.line for field in self._limits.lines.values()))
        self._lung = EquationChoice(self.context)
        self.equation, self.change = self._lung.equation, self._lung.change
        self.notation = NotationSettings(self.context)
        limits = []
        groups = {as_written(one, "group"): one.group for one in thresholds.shipped().values()}
        for group, title in groups.items():
            if group not in _BESIDE:
                limits.append(Section(f"group.{group}", title, self._limits.of_group(group)))
        self.own_forms = OwnDefinitions(self.context, FORMS)
        self.words = ClinicWords(self.context)
        words, forms = tr("Words of adverse events"), tr("Own forms")
        lung = [self._lung.setting, *self._limits.of_group("Registers")]
        return [
            self._clinic_section(),
            self._visits_section(),
            Section(
                LABORATORY,
                tr("Laboratory"),
                [self._laboratories(), *self._limits.of_group("Laboratory")],
            ),
            Section(LUNG, tr("Lung function"), lung),
            Section(SHEET, tr("Patient sheet"), [self._of_sheet()]),
            Section("words", words, [Setting("words", words, self.words, own=True)]),
            *limits,
            Section(
                "forms", forms, [Setting("forms", forms, self.own_forms, own=True, of_clinic=True)]
            ),
        ]

    def _of_sheet(self) -> Setting:
        """What patients are told on their sheet: it saves itself with its own button."""
        return Setting(SHEET, tr("Patient sheet"), self.sheet, own=True)

    def _of_person(self) -> list[Section]:
        password, freeze, said = tr("My password"), tr("Freeze"), tr("About")
        return [
            Section("workstation", tr("This workstation"), self.workstation.settings),
            Section(
                PASSWORD, password, [Setting("password", password, self.own_password, own=True)]
            ),
            Section(FREEZE, freeze, [Setting("freeze", freeze, self.freezing, own=True)]),
            Section("about", said, [Setting("about", said, about(), own=True)]),
        ]

    def _clinic_section(self) -> Section:
        """What the clinic says of itself, and how its file is locked, named and written."""
        self.name = TextField("", _read_name, width=320)
        self.name.line.setAccessibleName(tr("Name of the clinic"))
        self.letterhead = QPlainTextEdit()
        self.letterhead.setAccessibleName(tr("Letterhead"))
        self.letterhead.setTabChangesFocus(True)
        self.letterhead.setFixedHeight(theme.px(90))
        self.idle_lock = TextField("", _read_minutes, unit=tr("minutes"), width=76)
        locks = tr("Lock the file after so long without a key or a click")
        self.idle_lock.line.setAccessibleName(f"{locks} ({tr('minutes')})")
        self.file_names = QCheckBox(tr("Names of saved files tell the record number and the day"))
        self.letterhead.textChanged.connect(self.keep_soon.start)
        self._too_long = label("", "problem", wrap=True)
        self._too_long.hide()
        self.letterhead.textChanged.connect(self._too_long.hide)
        self.watch(self.name.line, self.idle_lock.line)
        letterhead = QWidget()
        letterhead.setLayout(column(self.letterhead, self._too_long))
        demonstration = self.context.session.clinic.demonstration
        never = tr("The demonstration never locks by itself, whatever is set here.")
        self._of_lock = Setting(
            "idle_lock",
            locks,
            self.idle_lock,
            explained=tr("The window is blanked and the key dropped; what was typed is kept."),
            source=never if demonstration else "",
            back=self._lock_as_shipped,
            of_clinic=True,
        )
        self._of_names = Setting(
            "file_names",
            tr("Names of saved files"),
            self.file_names,
            explained=tr(
                "A summary is then called visit-summary_A-010_M4_2026-06-17_k7f3.pdf. Whoever sees the"
                " folder, an e-mail or a backup with it sees which patient was here on which day."
            ),
            back=self._names_as_shipped,
            below=True,
            of_clinic=True,
        )
        name = Setting(
            "name",
            tr("Name of the clinic"),
            self.name,
            explained=tr("On every printed page."),
            of_clinic=True,
        )
        letters = Setting(
            "letterhead",
            tr("Letterhead of printed pages (address, telephone)"),
            letterhead,
            explained=tr("Below the name, at the head of printed pages."),
            below=True,
            of_clinic=True,
        )
        own = [name, letters, self._of_lock, self._of_names, *self.notation.settings]
        return Section(CLINIC, tr("Clinic"), own)

    def _visits_section(self) -> Section:
        self.protocol = Combo()
        self.protocol.setAccessibleName(tr("Schedule of new patients"))
        self._show_schedules()
        self.edit_schedule = button(
            tr("Change windows and assessments…"),
            lambda: self.context.edit_schedule.emit(self.protocol.currentData()),
        )
        if not self._changes:
            self.edit_schedule.hide()
        self.own_schedules = OwnDefinitions(self.context, SCHEDULES)
        self.own_schedules.added.connect(self._show_schedules)
        choice = QWidget()
        choice.setLayout(row(self.protocol, self.edit_schedule, None))
        self._of_protocol = Setting(
            "protocol",
            tr("Visit schedule of new patients"),
            choice,
            explained=tr("A patient keeps the schedule that they were registered with."),
            back=self._protocol_as_shipped,
            below=True,
            of_clinic=True,
        )
        title = tr("Schedules of the clinic")
        own = Setting("schedules", title, self.own_schedules, own=True, of_clinic=True)
        self.older = OlderVersions(self.context)
        moved = Setting("older", tr("Patients on an older version"), self.older, own=True)
        return Section(VISITS, tr("Visits and schedules"), [self._of_protocol, own, moved])

    def _laboratories(self) -> Setting:
        """The clinic's laboratories; who enters results enters what they call normal."""
        self.laboratories = button(
            tr("Laboratories and ranges…"),
            lambda: answered(LaboratoriesDialog(self, self.context)),
        )
        how = tr(
            "Which laboratories there are, and what each of them calls normal, by sex and age."
        )
        return Setting("laboratories", tr("Laboratories"), self.laboratories, explained=how)

    # Sections and the search.

    @property
    def offered(self) -> list[Section]:
        """The sections that the person at the keyboard may see."""
        freeze = not self.freezing.isHidden()
        return [one for one in self.sections.values() if one.id != FREEZE or freeze]

    def choose(self, id: str) -> None:
        """Bring a section to the front; while something is searched, the place of its matches."""
        self.front = id
        if self._words:
            self._area.ensureWidgetVisible(self.sections[id], 0, 0)
        else:
            self._show_front()

    def show_setting(self, id: str) -> None:
        """Bring the section of a setting to the front."""
        self.end_search()
        self.choose(
            next(
                section.id
                for section in self.sections.values()
                if any(one.id == id for one in section.settings)
            )
        )

    def search_for(self, text: str) -> None:
        """Show every setting that says these words in its title, explanation, unit or source.

        The slash is the key that leads here: it may be pressed here, too.
        """
        if text.startswith("/"):
            text = text.lstrip("/")
            self.search.setText(text)
        self._words = text.casefold().split()
        self.filter.show_filter(text.strip())
        self._show_front()

    def end_search(self) -> None:
        self.search.setText("")
        self.search_for("")

    def _on_row(self, at: int) -> None:
        if at >= 0:
            self.choose(self.list.item(at).data(Qt.ItemDataRole.UserRole))

    def _show_front(self) -> None:
        """The section that was chosen, or the matches in all of them."""
        found = {one.id for one in self.offered if one.show_matching(self._words)}
        shown = [
            one
            for one in self.offered
            if (one.id in found if self._words else one.id == self.front)
        ]
        show_only(shown, self.sections.values())
        self._none.setVisible(not shown)
        held = any(one.of_clinic for section in shown for one in section.settings)
        self.why_not.setVisible(held and bool(self.why_not.text()))
        self._saving.setVisible(self._changes and any(one.id in BY_BUTTON for one in shown))
        if not self._words:
            self._area.verticalScrollBar().setValue(0)
        self._show_list()

    def _show_list(self) -> None:
        sections = self.offered
        if self._words:
            sections = [one for one in sections if not one.isHidden()]
        self.list.show_sections(sections, self.front)
        self.pick.clear()
        for one in sections:
            self.pick.addItem(titled(one), one.id)
        self.pick.setCurrentIndex(self.pick.findData(self.front))

    def set_narrow(self, *, narrow: bool) -> None:
        super().set_narrow(narrow=narrow)
        show_only([self.pick] if narrow else [self.list], (self.pick, self.list))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() == "/":
            self.search.setFocus()
        elif event.key() == Qt.Key.Key_Escape and (self._words or self.search.text()):
            self.end_search()
            (self.pick if self.list.isHidden() else self.list).setFocus()
        else:
            super().keyPressEvent(event)

    # What is shown of the file.

    def _show_schedules(self) -> None:
        """What new patients can be put on; what is chosen stays so."""
        chosen = self.protocol.currentData()
        self.protocol.clear()
        for protocol in protocols.newest().values():
            self.protocol.addItem(protocol.title, protocol.id)
        self.protocol.setCurrentIndex(max(0, self.protocol.findData(chosen)))

    def refresh(self) -> None:
        session = self.context.session
        self.freezing.refresh()
        self.workstation.refresh()
        if self._reads:
            self._refresh_clinic(session.clinic)
        if self.front == FREEZE and self.freezing.isHidden():
            self.front = PASSWORD
        self._show_front()

    def _refresh_clinic(self, clinic: Clinic) -> None:
        session = self.context.session
        held = session.locks.on_file()
        why = lock_text(held[0], session.users.names()) if held else ""
        if not self._changes:
            why = tr("A neurologist can change the settings of the clinic. You may read them.")
        self.why_not.setText(why)
        for section in self.sections.values():
            for one in section.settings:
                if one.of_clinic:
                    one.setEnabled(self._changes and not held)
        self.save.setEnabled(self._changes and not held)
        self._show_texts(clinic)
        usual = protocols.of_new_patients(clinic)
        self.protocol.setCurrentIndex(self.protocol.findData(usual.id))
        self.file_names.setChecked(clinic.telling_file_names)
        self._lung.refresh(clinic)
        self.notation.refresh(clinic)
        self._limits.refresh()
        self._show_marks(clinic)

    def _show_marks(self, clinic: Clinic) -> None:
        minutes = f"{SHIPPED.idle_lock_min} {tr('minutes')}"
        self._of_lock.show_mark(minutes, differs=clinic.idle_lock_min != SHIPPED.idle_lock_min)
        told = clinic.telling_file_names != SHIPPED.telling_file_names
        self._of_names.show_mark(tr("off"), differs=told)
        schedule = protocols.newest().get(SHIPPED.protocol)
        title = SHIPPED.protocol if schedule is None else schedule.title
        self._of_protocol.show_mark(title, differs=clinic.protocol != SHIPPED.protocol)

    def focus_first(self) -> None:
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def shown(self) -> Mapping[str, str]:
        return {"section": self.front}

    def show_again(self, shown: Mapping[str, str]) -> bool:
        section = shown.get("section", "")
        if section not in {one.id for one in self.offered}:
            return False
        self.choose(section)
        return True

    # What is typed and saved.

    def leave(self) -> bool:
        self.own_password.clear()
        return super().leave()

    def unsaved(self) -> tuple[Unsaved, ...]:
        if not (self._changes and self._reads):
            return ()
        fields = {"name": self.name, "idle_lock": self.idle_lock, **self._limits.lines}
        texts = {name: field.line.typed for name, field in fields.items()}
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
            self._limits.discard()
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
                self._go_to_clinic(field)
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
        before = self.context.failures
        self._store(clinic, "name", "idle_lock", "letterhead")
        if self.context.failures == before:
            self._forget_texts()
            self._show_texts(clinic)

    def _store(self, clinic: Clinic, *typed: str) -> None:
        """Save the clinic's own settings; the texts of these fields are values now."""
        session = self.context.session
        with self.context.saving():
            with session.write(N_("settings changed")):
                session.clinics.save(clinic)
                session.typed.remove(typed_texts.SETTINGS, typed_texts.CLINIC, *typed)
            self._state.setText(tr("saved"))

    def _lock_as_shipped(self) -> None:
        self.idle_lock.line.setModified(False)
        shipped = replace(self.context.session.clinic, idle_lock_min=SHIPPED.idle_lock_min)
        self._store(shipped, "idle_lock")

    def _names_as_shipped(self) -> None:
        clinic = self.context.session.clinic
        self._store(replace(clinic, telling_file_names=SHIPPED.telling_file_names))

    def _protocol_as_shipped(self) -> None:
        self._store(replace(self.context.session.clinic, protocol=SHIPPED.protocol))

    def _go_to_clinic(self, field: QWidget) -> None:
        """Where a field of the clinic is that keeps it from being saved."""
        if self.front != CLINIC or self._words:
            self.end_search()
            self.choose(CLINIC)
        field.setFocus()

    def _fits_above_pages(self) -> bool:
        """Whether the name and the letterhead leave room on a page; said where they do not."""
        from core.reports.page import head_problem  # reportlab takes its time

        why = head_problem(self.name.text, self.letterhead.toPlainText())
        self._too_long.setText(why)
        self._too_long.setVisible(bool(why))
        if why:
            self._go_to_clinic(self.letterhead)
        return not why


def _read_name(text: str) -> str | Problem:
    return text.strip() or Problem(tr("Enter the clinic's name: it is on every printed page."))


def _read_minutes(text: str) -> int | Problem:
    minutes = entry.whole(text, 1, 15, tr("minutes"))
    return Problem(tr("Enter after how many minutes, 1 to 15.")) if minutes is None else minutes
