"""The clinic's own forms: which there are, and adding one after it was checked and shown."""

from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QPlainTextEdit, QWidget

from core.acts import own_forms
from core.errors import AppError
from core.forms import preview
from core.forms.definition import Form
from core.model.user import Right
from ui import theme
from ui.context import AppContext
from ui.widgets.basics import button, card, clear, column, label, row
from ui.words import tr


class FormPreview(QDialog):
    """What a form asks, before it is added."""

    def __init__(self, parent: QWidget, forms: tuple[Form, ...]) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Add a form"))
        text = QPlainTextEdit("\n\n".join("\n".join(preview.lines(form)) for form in forms))
        text.setReadOnly(True)
        text.setAccessibleName(tr("What the form asks"))
        text.setMinimumSize(theme.px(620), theme.px(300))
        why = label(
            tr("A version that was added is never changed: a correction is a new version."),
            "muted",
            wrap=True,
        )
        add = button(tr("Add to the clinic file"), self.accept, primary=True)
        layout = column(text, why, row(None, button(tr("Cancel"), self.reject), add), spacing=12)
        layout.setContentsMargins(18, 14, 18, 14)
        self.setLayout(layout)
        add.setFocus()


class OwnForms(QWidget):
    """The card in the settings; ``said`` tells what was added, or why nothing was."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._lines = column(spacing=4)
        self.said = label("", wrap=True)
        self.said.hide()
        self.add = button(tr("Add a form…"), self._ask)
        if not context.session.may(Right.CLINIC):
            self.add.hide()
        how = tr(
            "A form is a TOML file, or a data dictionary of REDCap (CSV). It is checked, shown, and kept in the"
            " clinic file; each patient's chart has it from the next sign-in on."
        )
        self.setLayout(
            column(
                card(
                    label(tr("Forms of the clinic"), "heading"),
                    self._lines,
                    label(how, "muted", wrap=True),
                    row(self.add, None),
                    self.said,
                )
            )
        )
        self.show_forms()

    def show_forms(self) -> None:
        clear(self._lines)
        for form in own_forms.of_clinic(self._context.session):
            text = tr("{title}, version {version}, {n} fields")
            words = text.format(title=form.title, version=form.version, n=len(form.fields))
            self._lines.addWidget(label(words))

    def take(self, path: Path) -> None:
        """Check the file, show what it asks, and add it; or say what is wrong with it."""
        try:
            found = own_forms.read(path)
        except AppError as error:
            self._say(str(error))
            return
        except OSError as error:
            text = tr("The file cannot be read: {why}.")
            self._say(text.format(why=error.strerror or tr("unknown reason")))
            return
        if not FormPreview(self, tuple(form for _text, form in found)).exec():
            return
        added = []
        with self._context.acting():
            for text, form in found:
                own_forms.add(self._context.session, text, form)
                added.append(form.title)
        if added:
            self._say(tr("Added: {titles}").format(titles=", ".join(added)))
        self.show_forms()

    def _ask(self) -> None:
        kinds = tr("Forms (*.toml *.csv)")
        name, _kind = QFileDialog.getOpenFileName(self, tr("Add a form"), "", kinds)
        if name:
            self.take(Path(name))

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.show()
