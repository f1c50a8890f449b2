"""The step "Since last time": S, C or E for what runs, and whether there is another; the keyboard goes on by itself."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from core.entering.visit.draft import Draft
from core.entering.visit.since import Group
from core.entering.visit.since_entry import SinceEntry
from core.entering.visit.unsaved import typed_since
from core.forms import wording
from core.forms.definition import Form
from core.model.form_record import FormRecord, Since
from core.model.nouns import SINCE_LAST_TIME
from core.views.visit_words import visit_title
from core.words import day, plural
from ui import theme
from ui.context import AppContext
from ui.forms.since.panel import RecordPanel
from ui.forms.since.rows import AskRow, LineRow, SinceRow
from ui.forms.since.strip import Months, Scale
from ui.forms.step_form import StepForm
from ui.widgets import ask
from ui.widgets.basics import clear, label, row
from ui.widgets.responsive import area_of, bring_into_sight
from ui.words import tr

_LETTERS = {"S": Since.SAME, "C": Since.CHANGED, "E": Since.ENDED}
_ASK_LETTERS = {"Y": Since.NEW, "N": Since.NOTHING_NEW}
ROOM_FOR_BARS = 620  # px
MEASURE = 1080  # px: of a line at most, so that the answer is found beside its name
Key = tuple[str, str]  # a form and a record of it; without a record "another one?"


class SinceForm(StepForm):
    """Every answer is saved at once; what is typed under a line is kept until it is saved."""

    topic = "visit#since-last-time"
    step = SINCE_LAST_TIME

    def __init__(self, context: AppContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.rows: dict[Key, SinceRow] = {}
        self.current: Key | None = None
        self._about: SinceEntry | None = None  # what is entered under a line
        self.title = label(tr("Since last time"), "question")
        self.before = label("", "muted", wrap=True)
        self.count = label("", "accent")
        self.months = Months()
        self._panels: dict[tuple[str, str], RecordPanel] = {}  # by form and version
        self.panel = self._panel_of("", "")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        head = row(self.title, self.before, self.count, spacing=14)
        head.setStretch(1, 1)
        self.setMaximumWidth(theme.px(MEASURE))
        self.body.setSpacing(8)
        self.body.addLayout(head)
        self.body.addLayout(self._lines)
        keys = tr(
            "S same · C changed · E ended · ↑ ↓ another line · Shift+S all the rest are the same · Ctrl+Z undo"
        )
        self.body.addWidget(label(keys, "small", wrap=True))
        self.body.addStretch(1)

    def _panel_of(self, form: str, version: str) -> RecordPanel:
        """The fields of a form, made when they are first needed."""
        if (form, version) not in self._panels:
            made = RecordPanel(self.context)
            made.setParent(self)
            made.hide()
            made.done.connect(self._on_done)
            made.given_up.connect(self._on_given_up)
            made.editor.typed.connect(self._keep_soon.start)
            self._panels[form, version] = made
        return self._panels[form, version]

    # Showing.

    @property
    def groups(self) -> tuple[Group, ...]:
        return self.draft.since.groups

    def show_draft(self) -> None:
        self._show_rows()
        if self.current not in self.rows:
            self.current = self._next_open(None)
        self._mark()
        self._show_kept_texts()
        self._show_kept()

    def _show_rows(self) -> None:
        """The lines that there are, made anew only where there are others."""
        wanted = [key for group in self.groups for key in _keys(group)]
        if wanted != list(self.rows):
            self._make_rows()
        scale, before = self._scale(), self.draft.since.before
        self.months.scale = scale
        self.months.update()
        for group in self.groups:
            for line in group.lines:
                shown = self.rows[group.form.id, line.record.id]
                if isinstance(shown, LineRow):
                    shown.show_line(line, scale)
            asked = self.rows[group.form.id, ""]
            if isinstance(asked, AskRow):
                asked.show_group(group)
        waiting = sum(group.open for group in self.groups)
        every = sum(group.asked for group in self.groups)
        self.count.setText(tr("{n} of {all} answered").format(n=every - waiting, all=every))
        if before is None:
            self.before.setText(tr("First visit: everything that is taken and used now"))
        else:
            apart = (self.draft.visit.date - before.date).days
            self.before.setText(
                f"{visit_title(self.draft.record, before)}, {day(before.date)} · "
                + plural(apart, "{n} day", "{n} days")
            )

    def _scale(self) -> Scale:
        before = self.draft.since.before
        return Scale.of(self.draft.visit.date, before.date if before is not None else None)

    def _make_rows(self) -> None:
        for kept in self._panels.values():
            self._lines.removeWidget(kept)  # or it would be deleted with the lines
            kept.hide()
        clear(self._lines)
        self.months = Months()
        self.rows = {}
        for index, group in enumerate(self.groups):
            count = label(str(len(group.lines) or ""), "muted")
            heading = row(label(group.form.plural, "who"), count, None, spacing=8)
            heading.setContentsMargins(14, 6, 10, 0)
            if index == 0:
                room = LineRow()
                heading.addWidget(self.months)
                heading.addSpacing(room.answers.minimumWidth() + 14)
                room.deleteLater()
            self._lines.addLayout(heading)
            for line in group.lines:
                self._add((group.form.id, line.record.id), LineRow())
            asked = AskRow(group)
            asked.typed.connect(partial(self._on_typed_line, group.form))
            asked.line.textEdited.connect(lambda _text: self._keep_soon.start())
            self._add((group.form.id, ""), asked)
        if self._about is not None:
            self._place_panel()
        self._fit_bars()

    def _place_panel(self) -> None:
        """Under the line that it is about; away where there is no such line any more."""
        if self._about is None:
            return
        about = self._about.record
        shown = self.rows.get((self._about.form.id, about.id if about is not None else ""))
        self._lines.removeWidget(self.panel)
        if shown is None:
            self._about = None
            return
        self._lines.insertWidget(self._lines.indexOf(shown) + 1, self.panel)
        self.panel.show()

    def _add(self, key: Key, made: SinceRow) -> None:
        made.answered.connect(partial(self._on_answered, key))
        made.chosen.connect(partial(self.go_to, key))
        self.rows[key] = made
        self._lines.addWidget(made)

    def _mark(self) -> None:
        for key, one in self.rows.items():
            one.mark(current=key == self.current)
        shown = self.rows.get(self.current) if self.current else None
        self.setAccessibleName(
            shown.accessibleName() if shown is not None else tr("Since last time")
        )

    def go_to(self, key: Key | None) -> None:
        """Make this the line that the keys answer."""
        self.current = key
        self._mark()
        if not self.panel.isVisible():
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        if key in self.rows:
            bring_into_sight(self.rows[key])

    @property
    def point(self) -> str:
        return "" if self.current is None else _field(self.current)

    def focus_first(self) -> None:
        if self._about is not None:
            self.panel.editor.focus_first()
            return
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_typed(self) -> bool:
        """The keyboard where the typing stopped: in the fields of a line that was being entered."""
        if self._about is None:
            return False
        self.panel.editor.focus_first()
        return True

    def focus_field(self, field: str) -> None:
        key = next((key for key in self.rows if field == _field(key)), None)
        if key is not None and self._about is None:
            self.current = key
            self._mark()
        self.focus_first()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._fit_bars)  # not while the lines are being laid out

    def _fit_bars(self) -> None:
        """In a narrow window the bars give way to the words and the answers."""
        area = area_of(self)
        room = area is None or area.width() >= theme.px(ROOM_FOR_BARS)
        strips = (one.strip for one in self.rows.values() if isinstance(one, LineRow))
        for one in (self.months, *strips):
            if one.isHidden() == room:
                one.setVisible(room)

    # Answering.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        letter = event.text().upper()
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        shift = modifiers == Qt.KeyboardModifier.ShiftModifier
        if event.key() == Qt.Key.Key_Z and modifiers == Qt.KeyboardModifier.ControlModifier:
            self._undo()
        elif self.panel.isVisible() or (modifiers and not shift):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_S and shift:
            self._answer_rest()
        elif event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self._move(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.go_on.emit()
        elif not self._answer_by(letter):
            super().keyPressEvent(event)

    def _answer_by(self, letter: str) -> bool:
        """What a letter says of the line in front; or the question for another one of the form that it opens."""
        if self.current is None:
            return False
        known = _LETTERS if self.current[1] else _ASK_LETTERS
        if letter in known:
            self._on_answered(self.current, known[letter])
            return True
        opens = next((g.form for g in self.groups if letter and g.form.key == letter), None)
        if opens is not None:
            self._on_answered((opens.id, ""), Since.NEW)
        return opens is not None

    def _on_answered(self, key: Key, answer: Since) -> None:
        if self._about is not None:
            self.panel.refuse(tr("Save this, or cancel it, first."))
            self.panel.editor.focus_first()
            return
        self.current = key
        self._mark()
        line = self.draft.since.line(*key)
        if line is None:
            self._on_asked(key, answer)
            return
        if answer is Since.SAME and line.answer is Since.SAME:
            self._save(partial(self.draft.since.take_back, line), stays=key)  # pressed once more
        elif line.answer is Since.NEW:
            return
        elif answer is Since.SAME:
            self._save(partial(self.draft.since.same, line))
        elif line.answer in {Since.CHANGED, Since.ENDED}:
            self._say_lacks(tr("This is answered. S takes the answer back, with what it changed."))
        else:
            self._open(self.draft.since.begin(line.form, line.record, answer))

    def _on_asked(self, key: Key, answer: Since) -> None:
        shown = self.rows.get(key)
        if answer is Since.NOTHING_NEW:
            self._save(partial(self.draft.since.nothing_new, key[0]))
        elif isinstance(shown, AskRow):
            shown.open_line(shown.line.text())

    def _answer_rest(self) -> None:
        self._save(self.draft.since.all_the_same)

    def _undo(self) -> None:
        if self._about is not None:
            self._on_given_up()
            return
        failures = self.context.failures
        undone: Key | None = None
        with self.context.saving():
            undone = self.draft.since.undo()
        if undone is not None and self.context.failures == failures:
            self.touched.emit()
            self._show_rows()
            self.go_to(undone if undone in self.rows else (undone[0], ""))

    def _save(self, act: Callable[[], None], stays: Key | None = None) -> None:
        failures = self.context.failures
        with self.context.saving():
            act()
            self.touched.emit()
        if self.context.failures == failures:
            self._show_rows()
            self.go_to(stays or self._next_open(self.current))

    def _next_open(self, after: Key | None) -> Key | None:
        """The next line that is open, from the top again at the end; where none is, the one in front."""
        keys = list(self.rows)
        start = keys.index(after) + 1 if after in self.rows else 0
        waiting = {key for group in self.groups for key, is_open in _open_keys(group) if is_open}
        ordered = [*keys[start:], *keys[:start]]
        return next(
            (key for key in ordered if key in waiting), after or (keys[0] if keys else None)
        )

    def _move(self, by: int) -> None:
        keys = list(self.rows)
        if not keys:
            return
        at = keys.index(self.current) if self.current in self.rows else 0
        self.go_to(keys[min(len(keys) - 1, max(0, at + by))])

    # Entering under a line.

    def _on_typed_line(self, form: Form, text: str) -> None:
        self._open(self.draft.since.read(form, text))

    def _open(self, entry: SinceEntry) -> None:
        """Enter in place what changed, the end, or another one."""
        self._about = entry
        self.panel = self._panel_of(entry.form.id, entry.form.version)
        self._place_panel()
        words = {
            Since.CHANGED: tr("What is it now, and from when? {what}"),
            Since.ENDED: tr("When did it end, and why? {what}"),
            Since.NEW: tr("Another one: is this right?"),
        }
        what = "" if entry.record is None else wording.line(entry.form, entry.record)
        self.panel.begin(words[entry.how].format(what=what), entry, self.draft.record)
        bring_into_sight(self.panel)

    def _on_done(self, made: FormRecord) -> None:
        entry = self._about
        if entry is None:
            return
        if why := entry.wrong(made):
            self.panel.refuse(why)
            return
        reason: str | None = ""
        if entry.needs_reason(made):
            question = tr("A finished visit shows this. Why is it changed?")
            reason = ask.reason(self, entry.form.title, question)
        if reason is None:
            return
        failures = self.context.failures
        with self.context.saving():
            entry.save(made, reason)
        if self.context.failures == failures:
            self._close()
            self.touched.emit()
            self._show_rows()
            self.go_to(self._next_open(self.current))

    def _on_given_up(self) -> None:
        self._close()
        with self.context.saving():
            self.draft.unsaved.save_all(dict.fromkeys(self._kept_names(), ""))
        self.touched.emit()
        self.go_to(self.current)

    def _close(self) -> None:
        self._about = None
        self._keep_soon.stop()
        self.panel.hide()
        for asked in self._ask_rows():
            asked.line.clear()
            asked.line.hide()

    def _ask_rows(self) -> list[AskRow]:
        return [one for one in self.rows.values() if isinstance(one, AskRow)]

    # What is typed and not saved yet.

    def _kept_names(self) -> list[str]:
        return self.draft.unsaved.fields(typed_since(""))

    def unsaved(self) -> dict[str, str]:
        return {name: text for name, text in self._kept_texts().items() if text}

    def _kept_texts(self) -> dict[str, str]:
        """What stands under a line and in the questions for another one; an empty text for what was there before."""
        texts = dict.fromkeys(self._kept_names(), "")
        for asked in self._ask_rows():
            if asked.line.text().strip():
                texts[_line(asked.form.id)] = asked.line.text()
        if self._about is not None:
            texts |= self._about.kept(self.panel.editor.texts)
        return texts

    def keep_typed(self) -> None:
        self._keep_soon.stop()
        with self.context.saving():
            self.draft.unsaved.save_all(self._kept_texts())

    def commit(self) -> None:
        self.keep_typed()

    def may_go_on(self) -> bool:
        """What stands whole under a line is saved first, and the keyboard is on the next line that is open."""
        if self._about is not None:
            self.panel.commit()
            if self._about is None and any(group.open for group in self.groups):
                return False
        return super().may_go_on()

    def _show_kept_texts(self) -> None:
        """Open again what was being entered when the visit was left."""
        if self._about is not None:
            return
        for asked in self._ask_rows():
            if text := self.draft.unsaved.texts.get(_line(asked.form.id), ""):
                asked.line.setText(text)
                asked.line.show()
        entry = self.draft.since.resumed()
        if entry is not None:
            self._open(entry)

    def _discard_typed(self) -> None:
        self._on_given_up()
        super()._discard_typed()


def _line(form: str) -> str:
    """Under which name a line about another one is kept."""
    return typed_since(f"line.{form}")


def _field(key: Key) -> str:
    """What the draft calls a line: its record, or the form that is asked about."""
    return key[1] or key[0]


def _keys(group: Group) -> list[Key]:
    form = group.form.id
    return [*((form, line.record.id) for line in group.lines), (form, "")]


def _open_keys(group: Group) -> list[tuple[Key, bool]]:
    opens = [line.is_open for line in group.lines] + [group.another is None]
    return list(zip(_keys(group), opens, strict=True))
