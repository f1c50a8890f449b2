"""What a person can do anywhere in the program: one tuple, from which sidebar, shortcuts and help are made."""

from dataclasses import dataclass

from core.model.user import Right
from ui.words import tr


@dataclass(frozen=True, slots=True)
class Action:
    """``page`` is the page that it shows; the others are carried out by the shell under their id.

    Who lacks the ``right`` does not see it.
    """

    id: str
    title: str
    shortcut: str
    page: str = ""
    in_sidebar: bool = False
    right: Right | None = None


ACTIONS = (
    Action("today", tr("Today"), "Ctrl+1", page="today", in_sidebar=True, right=Right.READ),
    Action(
        "patients", tr("Patients"), "Ctrl+2", page="patients", in_sidebar=True, right=Right.READ
    ),
    Action("import", tr("Import from CSV"), "Ctrl+I", page="import", right=Right.ENTER),
    Action("people", tr("People"), "Ctrl+3", page="people", in_sidebar=True, right=Right.PEOPLE),
    Action("backups", tr("Backups"), "Ctrl+4", page="backups", in_sidebar=True, right=Right.BACKUP),
    Action("trail", tr("Audit trail"), "Ctrl+5", page="trail", in_sidebar=True, right=Right.AUDIT),
    Action("settings", tr("Settings"), "Ctrl+,", page="settings", in_sidebar=True),
    Action("find", tr("Find patient"), "Ctrl+K", right=Right.READ),
    Action("new", tr("New patient"), "Ctrl+N", right=Right.ENTER),
    Action("larger", tr("Larger text"), "Ctrl++"),
    Action("smaller", tr("Smaller text"), "Ctrl+-"),
    Action("usual", tr("Text in its usual size"), "Ctrl+0"),
    Action("keys", tr("Keyboard shortcuts"), "F1"),
    Action("lock", tr("Lock"), "Ctrl+L"),
    Action("sign-out", tr("Sign out"), "Ctrl+Shift+L"),
)

# Keys that belong to a page, by what they are used for.
PAGE_KEYS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        tr("On every page"),
        (
            ("Ctrl+Enter", tr("save what is in front and go on; in a visit the step")),
            ("Ctrl+S", tr("save what is in front: a form, a PDF")),
            ("Ctrl+P", tr("print what is in front")),
            ("Enter, Space", tr("press the button that has the keyboard")),
            ("← → ↑ ↓", tr("in a row of choices: choose")),
            ("Enter", tr("in a list: open, start or resume")),
        ),
    ),
    (
        tr("In a visit"),
        (
            ("Ctrl+Enter", tr("on the last step: finish")),
            ("Alt+Left", tr("back to the step before")),
            ("F2", tr("query on this field")),
            ("Esc", tr("leave the visit; it stays as a draft")),
        ),
    ),
    (
        tr("In the questionnaire"),
        (
            ("0–4, 0–10", tr("answer the question and go on")),
            ("↑, Backspace", tr("back to the question before")),
            ("N", tr("note to the answer")),
            ("D", tr("question not done, and why")),
            ("H", tr("how to rate")),
            ("W", tr("how this form was answered: way, by whom, interpreter")),
            ("A, B", tr("item 5: without or with gastrostomy")),
            ("Ctrl+Z", tr("take the last answer back")),
        ),
    ),
    (
        tr("In the list of patients"),
        (("Esc", tr("show all patients again")),),
    ),
)
