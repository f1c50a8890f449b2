"""The steps that tick off what is done elsewhere, and the note."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from core.entering.visit.draft import Draft
from core.entering.visit.steps import NOTE, TASKS
from core.entry import Problem, as_shown, as_typed
from core.labels import CLINICAL_STAGE
from core.model.visit import TaskResult
from core.protocols.definition import Task
from ui.context import AppContext
from ui.forms.step_form import StepForm
from ui.widgets.basics import label, row
from ui.widgets.fields import ChoiceField, Line, TextField
from ui.words import tr

SAVE_AFTER_MS = 400


class TasksForm(StepForm):
    """Assessments of the protocol that happen outside this program: done, or not done and why."""

    topic = "visit#other-assessments"
    step = TASKS

    def __init__(self, context: AppContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.body.addWidget(label(tr("Other assessments of this visit"), "question"))
        self.fields: dict[str, tuple[ChoiceField[bool], TextField]] = {}
        for task in draft.tasks.asked:
            done = ChoiceField(task.title, {True: tr("done"), False: tr("not done")})
            note = TextField(tr("Note, or why not"))
            self.fields[task.id] = (done, note)
            line = row(done, note, spacing=18)
            line.setStretch(1, 1)
            self.body.addLayout(line)
            done.chosen.connect(partial(self._on_chosen, task))
            done.entered.connect(partial(self._on_entered, task))
            note.committed.connect(partial(self._save, task))
            self.watch(note.line)
        self.body.addStretch(1)

    def show_draft(self) -> None:
        for task in self.draft.tasks.asked:
            done, note = self.fields[task.id]
            result = self.draft.tasks.result(task.id)
            if f"task.{task.id}" in self.draft.unsaved.texts:
                done.set_value(False)  # not done, and the reason is still missing
            else:
                done.set_value(result.done if result else None)
            note.set_text(result.note if result else self.draft.unsaved.texts.get(_note(task), ""))
        self.show_typed()

    def lines(self) -> Mapping[str, Line]:
        return {_note(task): self.fields[task.id][1].line for task in self.draft.tasks.asked}

    def focus_first(self) -> None:
        waiting = (t.id for t in self.draft.tasks.asked if self.draft.tasks.result(t.id) is None)
        self.fields[next(waiting, self.draft.tasks.asked[0].id)][0].setFocus()

    def focus_field(self, field: str) -> None:
        if field in self.fields:
            self.fields[field][0].setFocus()
        else:
            self.focus_first()

    def commit(self) -> None:
        for task in self.draft.tasks.asked:
            self._save(task)

    def _on_chosen(self, task: Task) -> None:
        done, note = self.fields[task.id]
        self._save(task)
        if done.value is False and not note.text.strip():
            note.setFocus()

    def _on_entered(self, task: Task) -> None:
        """To the next one that waits for an answer, after the last one to the next step; a reason is typed first."""
        if self.draft.tasks.result(task.id) is None:
            return
        waiting = (t.id for t in self.draft.tasks.asked if self.fields[t.id][0].value is None)
        if (following := next(waiting, None)) is None:
            self.go_on.emit()
        else:
            self.fields[following][0].setFocus()

    def _save(self, task: Task) -> None:
        done, note = self.fields[task.id]
        said = note.text.strip()
        reason_missing = done.value is False and not said
        note.show_problem(Problem(tr("Say why it was not done.")) if reason_missing else None)
        with self.context.saving():
            if reason_missing:
                self.draft.tasks.save_undecided(task.id)
                self.draft.unsaved.save(_note(task), "")
            elif done.value is None:
                self.draft.unsaved.save(_note(task), said)
            else:
                result = TaskResult(
                    visit_id=self.draft.visit.id, task=task.id, done=done.value, note=said
                )
                if result != self.draft.tasks.result(task.id):
                    self.draft.tasks.save(result)
                self.draft.unsaved.save(f"task.{task.id}", "")
                self.draft.unsaved.save(_note(task), "")
            self.touched.emit()


def _note(task: Task) -> str:
    """Where a note is kept while nothing says yet whether the task was done."""
    return f"task.{task.id}.note"


class NoteForm(StepForm):
    """Free words of the visit, saved while they are typed."""

    topic = "visit#note-and-stage"
    step = NOTE
    scrolls = False

    def __init__(self, context: AppContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.note = QPlainTextEdit()
        self.note.setAccessibleName(tr("Note of this visit"))
        self.note.setTabChangesFocus(True)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.commit)
        self.stage = ChoiceField(
            tr("King's stage as you judge it (regions involved, need for gastrostomy or NIV)"),
            {None: tr("not judged"), **CLINICAL_STAGE},
        )
        self.stage.chosen.connect(self._save_stage)
        self.body.addWidget(label(tr("Note and clinical stage"), "question"))
        self.body.addWidget(label(tr("They are printed on the visit summary."), "muted"))
        self.body.addWidget(self.note, 1)
        self.body.addWidget(self.stage)
        self.body.addWidget(
            label(
                tr(
                    "It is shown beside the stage estimated from the ALSFRS-R and never replaces it."
                ),
                "small",
                wrap=True,
            )
        )
        self.note.textChanged.connect(self._timer.start)  # at a pause it is saved
        self.note.textChanged.connect(self._keep_soon.start)  # without one it is kept

    def show_draft(self) -> None:
        note = as_shown(self.draft.unsaved.typing(self.step).get(NOTE, self.draft.visit.note))
        if self.note.toPlainText() != note:
            self.note.setPlainText(note)
            self.note.moveCursor(QTextCursor.MoveOperation.End)
        self.stage.set_value(self.draft.visit.clinical_stage)
        self._timer.stop()
        self._keep_soon.stop()
        self.show_typed()

    def typed(self) -> dict[str, str]:
        """The note is saved as it is typed: only what the file refused waits."""
        note = self.note.toPlainText().strip()
        return {NOTE: as_typed(note, self.draft.visit.note)}

    def focus_first(self) -> None:
        self.note.setFocus()

    def focus_field(self, field: str) -> None:
        (self.stage if field == "stage" else self.note).setFocus()

    def commit(self) -> None:
        self._timer.stop()
        with self.context.saving():
            self.draft.save_note(self.note.toPlainText().strip())
            self.touched.emit()

    def _save_stage(self) -> None:
        with self.context.saving():
            self.draft.save_clinical_stage(self.stage.value)
            self.touched.emit()
