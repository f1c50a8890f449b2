"""The audit trail of the whole file: filtered, verified, exported."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from core import entry
from core.entry import Problem
from core.model.document import About, Document, OfTrail, Source
from core.model.trail import Act, TrailFilter
from core.model.user import Right
from core.views import trail_words
from core.views.fact import Fact
from core.words import instant
from ui import theme
from ui.context import AppContext
from ui.documents import buttons, save, save_to, source
from ui.pages.page import Page
from ui.widgets.basics import (
    Combo,
    FilterChip,
    beside_fields,
    button,
    card,
    chip,
    column,
    label,
    row,
    set_chip,
)
from ui.widgets.fields import TextField
from ui.widgets.responsive import Flow
from ui.widgets.trail_list import TrailList
from ui.words import tr

NARROWEST = 130  # of a choice among long names: the smallest window has room for all of them


class TrailPage(Page):
    """Who did what, when, why; and whether anybody changed it since."""

    topic = "trail"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        session = context.session
        self.patient = TextField(tr("Patient"), placeholder=tr("number"), width=110)
        if not session.may(Right.READ):
            self.patient.hide()
        self.person, self.kind = Combo(), Combo()
        self.person.setAccessibleName(tr("Person"))
        self.kind.setAccessibleName(tr("Kind"))
        self.since = TextField(tr("From"), entry.instant, placeholder="2026-11-21", width=150)
        self.until = TextField(tr("To"), entry.instant, placeholder="2026-11-22 14:05", width=150)
        self.list = TrailList(session.trail, of_one_patient=False)
        self.said = label("", "muted", wrap=True)
        self.verdict = chip("")
        self.verdict.hide()
        self.verify = button(tr("Verify now"), self.verify_now, primary=True)
        self.exports = buttons(context, OfTrail, self._export, link=False)[::-1]  # the table first
        self.kind.addItem(tr("everything"), None)
        for title, entities in trail_words.kinds().items():
            self.kind.addItem(title, entities)
        for combo in (self.person, self.kind):
            combo.setMinimumWidth(theme.px(NARROWEST))
            combo.activated.connect(lambda _index: self.show_entries())
        for field in (self.patient, self.since, self.until):
            field.committed.connect(self.show_entries)
        person, kind = QWidget(), QWidget()
        person.setLayout(column(label(tr("Person"), "muted"), self.person, spacing=4))
        kind.setLayout(column(label(tr("Kind"), "muted"), self.kind, spacing=4))
        everything = button(tr("All"), self._all, link=True)
        self.filter = FilterChip(self._all)
        fields = (
            self.patient,
            person,
            kind,
            self.since,
            self.until,
            beside_fields(everything),
            self.filter,
        )
        filters = Flow(*fields, spacing=12)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(12)
        top = row(label(tr("Audit trail"), "title"))
        acts = Flow(self.verdict, *self.exports, self.verify, spacing=10, right=True)
        top.addLayout(acts, 1)
        layout.addLayout(column(top, self.said, spacing=2))
        layout.addWidget(card(filters))
        layout.addWidget(self.list, 1)
        self._show_people()

    def refresh(self) -> None:
        """Once, and when it is asked for: entries do not move under the reader's eyes."""
        self._show_people()
        self.show_entries()

    def focus_first(self) -> None:
        self.list.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_entries(self) -> None:
        which = self.asked()
        if which is not None:
            self.list.ask(which)
            self.filter.show_filter(", ".join(fact.text for fact in self._asked_for(which)))
            head = self.context.session.trail_head
            code = head.code if head else ""
            self.said.setText(tr("The trail ends at {code}.").format(code=code))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.filter.isVisible():
            self._all()
            self.focus_first()
        else:
            super().keyPressEvent(event)

    def asked(self) -> TrailFilter | None:
        """The filter as it stands; None where something of it cannot be read, which is said under it."""
        since, until = self.since.read(), self.until.read()
        number = self.patient.text.strip()
        patient_id = None
        if number and self.context.session.may(Right.READ):
            patients = self.context.session.patients.all()
            known = {one.record_number.casefold(): one.id for one in patients}
            patient_id = known.get(number.casefold())
            if patient_id is None:
                self.patient.show_problem(Problem(tr("No patient has this number.")))
                return None
        self.patient.show_problem(None)
        if isinstance(since, Problem) or isinstance(until, Problem):
            return None
        return TrailFilter(
            patient_id=patient_id,
            actor=self.person.currentData(),
            kinds=self.kind.currentData(),
            since=since,
            until=until,
        )

    def verify_now(self) -> None:
        """Check every entry and every row; it is written down that this was done."""
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            session = self.context.session
            found = session.trail.verify()
            details = {"entries": found.entries, "problem": found.problem}
            self.context.write_down(Act.VERIFIED, details=details)
        finally:
            QApplication.restoreOverrideCursor()
        self.show_entries()
        set_chip(
            self.verdict,
            tr("whole") if found.is_whole else tr("NOT WHOLE"),
            "good" if found.is_whole else "bad",
        )
        self.verdict.show()
        if found.is_whole:
            code = found.head.code if found.head else ""
            text = tr("{n} entries and {rows} rows verified; the trail ended at {code}.").format(
                n=f"{found.entries:,}", rows=f"{found.rows:,}", code=code
            )
            if found.clock_set_back:
                first = found.clock_set_back[0]
                text += " " + tr(
                    "A clock was set back before entry {n} ({times} times in all)."
                ).format(n=f"{first:,}", times=len(found.clock_set_back))
            self.said.setText(text)
        else:
            self.said.setText(found.problem)

    def export_to(self, path: Path, document: Document[Any]) -> None:
        """Write the entries that were asked for."""
        which = self.asked()
        if which is not None:
            with self.context.saving():
                made_of = source(self.context, document, self._about(which))
                save_to(
                    path, self.context, document, made_of, done=self._saved, say=self.said.setText
                )

    def _about(self, which: TrailFilter) -> About:
        asked = tuple((fact.label, fact.text) for fact in self._asked_for(which))
        return About(entries=which, asked=asked)

    def _export(self, document: Document[Any]) -> None:
        which = self.asked()
        if which is not None:
            save(
                self,
                self.context,
                document,
                self._about(which),
                done=self._saved,
                say=self.said.setText,
            )

    def _saved(self, made_of: Source) -> None:
        text = tr("{n} entries are saved.")
        self.said.setText(text.format(n=f"{made_of.counts['entries']:,}"))

    def _asked_for(self, which: TrailFilter) -> tuple[Fact, ...]:
        said = (
            Fact(tr("Patient"), self.patient.text.strip() if which.patient_id else ""),
            Fact(tr("Person"), self.person.currentText() if which.actor else ""),
            Fact(tr("Kind"), self.kind.currentText() if which.kinds else ""),
            Fact(tr("From"), instant(which.since) if which.since else ""),
            Fact(tr("To"), instant(which.until) if which.until else ""),
        )
        return tuple(fact for fact in said if fact.text)

    def _all(self) -> None:
        for field in (self.patient, self.since, self.until):
            field.set_text("")
        for combo in (self.person, self.kind):
            combo.setCurrentIndex(0)
        self.show_entries()

    def _show_people(self) -> None:
        chosen = self.person.currentData()
        self.person.clear()
        self.person.addItem(tr("everybody"), None)
        for user in self.context.session.users.all():
            self.person.addItem(user.full_name, user.login)
        self.person.setCurrentIndex(max(0, self.person.findData(chosen)))
