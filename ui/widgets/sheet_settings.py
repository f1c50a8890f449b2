"""What the clinic prints on every patient's sheet: its phone, and when to call at once. A card of the settings."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from core.entering import typed_texts
from core.entry import as_shown, as_typed
from core.model.user import Right
from core.views.sheet.definition import shipped
from core.words import N_
from ui.context import AppContext
from ui.widgets.basics import button, column, label, row
from ui.widgets.fields import TextBox, TextField
from ui.words import tr

PHONE, CALL_US = "phone", "call_us"  # what is typed of them and not saved is kept under these names


class SheetSettings(QFrame):
    """``edited`` when something was typed. Who may not change the clinic's settings reads them."""

    edited = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._context = context
        self.phone = TextField(tr("Phone for patients"), width=260)
        self.call_us = TextBox()
        self.call_us.setAccessibleName(tr("Call us at once if you have"))
        self.save = button(tr("Save words for patients"), self.write)
        self.state = label("", "muted")
        how = tr(
            "This is at the foot of the sheet that patients take home. An empty text has the program's words."
        )
        layout = column(
            label(tr("Patient sheet"), "heading"),
            label(how, "muted", wrap=True),
            self.phone,
            label(tr("Call us at once if you have"), "muted"),
            self.call_us,
            row(self.state, None, self.save),
            spacing=10,
        )
        layout.setContentsMargins(18, 14, 18, 14)
        self.setLayout(layout)
        self.phone.edited.connect(self.edited)
        self.call_us.textChanged.connect(self.edited)

    def refresh(self) -> None:
        """What is stored, and over it what was typed and not saved; a field in which somebody types stays."""
        session = self._context.session
        may = session.may(Right.CLINIC) and not session.locks.on_file()
        self.save.setVisible(may)
        self.phone.line.setReadOnly(not may)
        self.call_us.setReadOnly(not may)
        clinic, document = session.clinic, self.call_us.document()
        typed = session.typed.of(typed_texts.SETTINGS, typed_texts.CLINIC)
        if not self.phone.line.isModified():
            self.phone.set_text(clinic.phone)
            if PHONE in typed:
                self.phone.line.put_back(typed[PHONE])
        if not document.isModified():
            stored = clinic.call_us or shipped().call_us
            self.call_us.setPlainText(as_shown(typed.get(CALL_US, stored)))
            document.setModified(CALL_US in typed)

    def unsaved(self) -> Mapping[str, str]:
        """What is kept of what was typed, by name; empty where nothing was."""
        if not self._context.session.may(Right.CLINIC):
            return {}
        stored = self._context.session.clinic.call_us or shipped().call_us
        changed = self.call_us.document().isModified()
        text = as_typed(self.call_us.toPlainText(), stored) if changed else ""
        return {PHONE: self.phone.line.typed, CALL_US: text}

    def forget(self) -> None:
        """What stands in the fields is in the file, or is not wanted."""
        self.phone.line.setModified(False)
        self.call_us.document().setModified(False)

    def write(self) -> None:
        """Save both; the program's own words are not stored."""
        session = self._context.session
        words = self.call_us.toPlainText().strip()
        clinic = replace(
            session.clinic,
            phone=self.phone.text.strip(),
            call_us="" if words == shipped().call_us else words,
        )
        with self._context.saving():
            with session.write(N_("settings changed")):
                session.clinics.save(clinic)
                session.typed.remove(typed_texts.SETTINGS, typed_texts.CLINIC, PHONE, CALL_US)
            self.forget()
            self.refresh()
            self.state.setText(tr("saved"))
