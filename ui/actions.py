"""What a person can do anywhere in the program: one tuple, from which sidebar, shortcuts and help are made.

After a change here: `python -m scripts.write_keys`.
"""

from dataclasses import dataclass

from core.model.user import Right
from core.words import N_


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
    Action("today", N_("Today"), "Ctrl+1", page="today", in_sidebar=True, right=Right.READ),
    Action(
        "patients", N_("Patients"), "Ctrl+2", page="patients", in_sidebar=True, right=Right.READ
    ),
    Action("safety", N_("Safety"), "Ctrl+6", page="safety", in_sidebar=True, right=Right.READ),
    Action("cohort", N_("Cohort"), "Ctrl+8", page="cohort", in_sidebar=True, right=Right.COHORT),
    Action(
        "registers", N_("Registers"), "Ctrl+7", page="registers", in_sidebar=True, right=Right.READ
    ),
    Action("import", N_("Import from CSV"), "Ctrl+I", page="import", right=Right.ENTER),
    Action("people", N_("People"), "Ctrl+3", page="people", in_sidebar=True, right=Right.PEOPLE),
    Action("backups", N_("Backups"), "Ctrl+4", page="backups", in_sidebar=True, right=Right.BACKUP),
    Action("trail", N_("Audit trail"), "Ctrl+5", page="trail", in_sidebar=True, right=Right.AUDIT),
    Action("settings", N_("Settings"), "Ctrl+,", page="settings", in_sidebar=True),
    Action("find", N_("Find patient"), "Ctrl+K", right=Right.READ),
    Action("new", N_("New patient"), "Ctrl+N", right=Right.ENTER),
    Action("larger", N_("Larger text"), "Ctrl++"),
    Action("smaller", N_("Smaller text"), "Ctrl+-"),
    Action("usual", N_("Text in its usual size"), "Ctrl+0"),
    Action("help", N_("Help on this page"), "F1"),
    Action("keys", N_("Keyboard shortcuts"), "Ctrl+F1"),
    Action("explain", N_("What a number means"), "Shift+F1"),
    Action("lock", N_("Lock"), "Ctrl+L"),
    Action("sign-out", N_("Sign out"), "Ctrl+Shift+L"),
)

# Keys that belong to a page, by what they are used for.
PAGE_KEYS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        N_("On every page"),
        (
            ("Ctrl+Enter", N_("save what is in front and go on; in a visit the step")),
            ("Ctrl+S", N_("save what is in front: a form, a PDF")),
            ("Ctrl+P", N_("print what is in front")),
            ("Enter, Space", N_("press the button that has the keyboard")),
            ("← → ↑ ↓", N_("in a row of choices: choose")),
            ("Enter", N_("in a list: open, start or resume")),
        ),
    ),
    (
        N_("On Today"),
        (
            ("P", N_("give the selected visit an appointment, or move it")),
            ("M", N_("the selected visit was missed, skipped or cancelled")),
            ("C", N_("the calendar; again: the visits")),
            ("← → ↑ ↓", N_("in the calendar: the next day, the next week")),
            ("PgUp, PgDn", N_("in the calendar: four weeks earlier, later; Home: today")),
        ),
    ),
    (
        N_("In a visit"),
        (
            ("Ctrl+Enter", N_("on the last step: finish")),
            ("Enter", N_("on a choice of the details or the tasks: choose it and go on")),
            ("Alt+Left", N_("back to the step before")),
            ("F2", N_("query on this field")),
            ("Alt+N", N_("by telephone or video: what needs the patient in the room is not done")),
            ("-, +", N_("monitoring: not measured; a time between")),
            ("N, E", N_("monitoring: a note, or when it was taken; an event")),
            ("Esc", N_("leave the visit; it stays as a draft")),
        ),
    ),
    (
        N_("Since last time"),
        (
            ("S, C, E", N_("same, changed, ended; Shift+S: all the rest is the same")),
            ("Y, N", N_("another one; nothing new")),
            ("M, V, P, F", N_("another medicine, another device, a procedure, a fall")),
        ),
    ),
    (
        N_("In the questionnaire"),
        (
            ("0–4, 0–10", N_("answer the question and go on")),
            ("↑, Backspace", N_("back to the question before")),
            ("N", N_("note to the answer")),
            ("D", N_("question not done, and why")),
            ("H", N_("how to rate")),
            ("W", N_("how this form was answered: way, by whom, interpreter")),
            ("A, B", N_("item 5: without or with gastrostomy")),
            ("L", N_("all questions on one page; L or Esc: one at a time")),
            ("Ctrl+Z", N_("take the last answer back")),
        ),
    ),
    (
        N_("In the list of patients, in an attached file"),
        (
            ("Esc", N_("all patients again; close the file")),
            ("+, −, 0", N_("the file larger, smaller, as large as the window")),
        ),
    ),
    (
        N_("In a chart"),
        (
            ("1–9", N_("the first, the second … tab")),
            ("E", N_("log an adverse event")),
            ("A", N_("the alerts, to be decided")),
            ("C", N_("compare: two visits side by side")),
            ("← →, O, V", N_("comparing: the pair before, after; only what changed; other visits")),
            ("Enter", N_("comparing: the later visit, to review and sign it")),
            ("← →", N_("as it stood: an earlier, a later moment")),
            ("T", N_("on the overview: fold or open now, since last time and timeline")),
            ("M", N_("the next time axis: months, dates, since onset")),
            ("P", N_("on the visits: give the selected one an appointment")),
            ("Z, P", N_("on the overview: used range or whole scale; the trend carried forward")),
            ("N, V, P", N_("on the treatments: enter a medicine, a device, a procedure")),
            ("T", N_("on the treatments: with adverse events, or without")),
            ("-, U, /, A", N_("in the laboratory: not done, unit, comment, accept")),
            ("Ctrl+C", N_("on the overview: copy the picture")),
            ("Ctrl+V", N_("in the laboratory: paste the laboratory's list")),
        ),
    ),
    (
        N_("At an adverse event"),
        (
            ("Alt+1 … Alt+7", N_("the first, the second … section")),
            ("1–5", N_("the grade")),
            ("T", N_("in a day: today; where the clinic knew: now")),
            ("Backspace", N_("take a choice back")),
            ("Esc", N_("leave; what is typed is kept")),
        ),
    ),
    (
        N_("In a chart's forms"),
        (
            ("C, E, F2", N_("on a record: changed, ended, a query about it")),
            ("F3", N_("in a field: a note, or why there is no value")),
            ("Y, N", N_("at a question: yes, with the reason; no, as it was probably meant")),
        ),
    ),
    (
        N_("In the help"),
        (
            ("Ctrl+F", N_("find words in all pages")),
            ("Alt+Left, Alt+Right", N_("back and forward")),
            ("Esc", N_("close; the keyboard is where it was")),
        ),
    ),
    (
        N_("On Safety"),
        (
            ("1–5", N_("only events of this grade; again: of every grade")),
            ("S, O", N_("only serious events, only open ones; again: all")),
            ("/", N_("find in the list; Esc shows all")),
            ("E", N_("log an event of the selected line's patient")),
            ("R", N_("prepare a report of the selected event")),
        ),
    ),
    (
        N_("In the settings"),
        (("/", N_("find a setting in all sections; Esc ends the search")),),
    ),
    (
        N_("On Cohort"),
        (
            ("F", N_("which patients: the first filter; Esc shows everybody")),
            ("S", N_("the next spread: SE, SD, quartiles")),
            ("M", N_("a line of the same patients only")),
            ("E, Z", N_("survival: the next event, the next day to count from")),
            ("↑ ↓, Enter", N_("in a figure: the next patient; open the chart")),
        ),
    ),
    (
        N_("In the trial report"),
        (
            ("↑ ↓, Space", N_("the next chapter; leave it out, or take it in again")),
            ("PgUp, PgDn", N_("the pages up and down")),
            ("Ctrl+Shift+S", N_("save the folder")),
        ),
    ),
)
