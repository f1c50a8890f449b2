"""What a person can do anywhere in the program: one tuple, from which sidebar, shortcuts and help are made."""

from dataclasses import dataclass

from ui.words import tr


@dataclass(frozen=True, slots=True)
class Action:
    """``page`` is the page that it shows; the others are carried out by the shell under their id."""

    id: str
    title: str
    shortcut: str
    page: str = ""
    in_sidebar: bool = False


ACTIONS = (
    Action("today", tr("Today"), "Ctrl+1", page="today", in_sidebar=True),
    Action("patients", tr("Patients"), "Ctrl+2", page="patients", in_sidebar=True),
    Action("import", tr("Import from CSV"), "Ctrl+I", page="import"),
    Action("settings", tr("Settings"), "Ctrl+,", page="settings", in_sidebar=True),
    Action("find", tr("Find patient"), "Ctrl+K"),
    Action("new", tr("New patient"), "Ctrl+N"),
    Action("keys", tr("Keyboard shortcuts"), "F1"),
    Action("sign-out", tr("Sign out"), "Ctrl+L"),
)

# Keys that belong to one page, for the help.
PAGE_KEYS = (
    ("0–4, 0–10", tr("answer the question and go on")),
    ("↑, Backspace", tr("back to the question before")),
    ("N", tr("note to the answer")),
    ("D", tr("question not done, and why")),
    ("H", tr("how to rate")),
    ("W", tr("how this form was answered: way, by whom, interpreter")),
    ("A, B", tr("item 5: without or with gastrostomy")),
    ("Ctrl+Z", tr("take the last answer back")),
    ("Ctrl+Enter", tr("save the step and go on; on the last step, finish")),
    ("Alt+Left", tr("back to the step before")),
    ("Esc", tr("leave the visit; it stays as a draft")),
    ("Enter", tr("in a list: open, start or resume")),
)
