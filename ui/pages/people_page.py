"""The people of the clinic file: who may sign in, as what; and the recovery code."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from core import clock
from core.acts import people
from core.entry import Problem
from core.errors import AppError
from core.labels import ROLE
from core.model.document import About, Document, OfUsers, Source
from core.model.user import Reviewed, Role
from core.session import new_user
from core.views import user_review
from core.words import MISSING, N_, Words, instant, plural
from ui import theme
from ui.context import AppContext
from ui.documents import buttons, save
from ui.models.table import Column, TableModel
from ui.pages.page import Page
from ui.widgets.basics import button, card, column, label, restyle, row, scrolled, show_only
from ui.widgets.fields import ChoiceField, TextField
from ui.widgets.person_fields import NewPassword, PersonFields
from ui.widgets.recovery_code import RecoveryCode
from ui.widgets.responsive import Flow
from ui.widgets.table import Table
from ui.widgets.waiting import waiting
from ui.words import tr


class Task(StrEnum):
    """What is done to a person in the card below the list."""

    ADD = "add"
    ROLE = "role"
    PASSWORD = "password"
    DISABLE = "disable"
    ENABLE = "enable"
    RECOVERY = "recovery"


TITLES = Words(
    {
        Task.ADD: N_("Add a person"),
        Task.ROLE: N_("Change the role of {name}"),
        Task.PASSWORD: N_("New password for {name}"),
        Task.DISABLE: N_("Disable {name}"),
        Task.ENABLE: N_("Let {name} sign in again"),
        Task.RECOVERY: N_("New recovery code"),
    }
)
NOTES = Words(
    {
        Task.ADD: N_("Tell the person this password: it must be changed at the first sign-in."),
        Task.ROLE: N_("The new role is in force at the next sign-in."),
        Task.PASSWORD: N_(
            "The old password opens nothing any more. This one must be changed at once."
        ),
        Task.DISABLE: N_(
            "This person can sign in no more. What they entered stays, with their name beside it."
        ),
        Task.ENABLE: N_("This password must be changed at the first sign-in."),
        Task.RECOVERY: N_("The page in the safe then opens nothing any more: replace it."),
    }
)
DO = Words(
    {
        Task.ADD: N_("Add"),
        Task.ROLE: N_("Change role"),
        Task.PASSWORD: N_("Set password"),
        Task.DISABLE: N_("Disable"),
        Task.ENABLE: N_("Enable"),
        Task.RECOVERY: N_("Make a new code"),
    }
)
DONE = Words(
    {
        Task.ADD: N_("{name} was added."),
        Task.ROLE: N_("{name} has another role now."),
        Task.PASSWORD: N_("{name} has a new password."),
        Task.DISABLE: N_("{name} was disabled."),
        Task.ENABLE: N_("{name} can sign in again."),
    }
)


def _chip(one: Reviewed) -> str:
    if one.user.disabled_at is not None:
        return "neutral"
    return "good" if one.has_password and not one.user.must_change else "warn"


COLUMNS: tuple[Column[Reviewed], ...] = (
    Column(N_("Person"), lambda r: r.user.full_name, second=lambda r: r.user.login),
    Column(
        N_("Role"), lambda r: ROLE[r.user.role], tip=lambda r: user_review.rights_words(r.user.role)
    ),
    Column(N_("State"), lambda r: r.state, chip=_chip),
    Column(
        N_("Last sign-in"), lambda r: instant(r.last_sign_in) if r.last_sign_in else tr("never")
    ),
    Column(
        N_("Password set"),
        lambda r: instant(r.user.password_at) if r.user.password_at else MISSING,
    ),
    Column(
        N_("Failed sign-ins"),
        lambda r: str(r.failed),
        right=True,
        tip=lambda _r: tr("sign-ins that failed since the last one that did not"),
    ),
)


class PeoplePage(Page):
    """A list, and one card below it for what is done to the person that is chosen there."""

    topic = "people"
    shows = frozenset({"user"})

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.task: Task | None = None
        self.code: RecoveryCode | None = None
        self._count = label("", "muted")
        self.model = TableModel(COLUMNS)
        self.table = Table(self.model, row_height=50)
        self.table.fix_widths(
            {1: 120, 2: 190, 3: 150, 4: 150, 5: 120}, tight={1: 110, 2: 120, 3: 140}
        )
        self.table.hide_when_tight(4, 5)
        self.table.setAccessibleName(tr("People"))
        self.table.opened.connect(lambda _one: self.begin(Task.ROLE))
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_buttons())
        self.add = button(tr("Add a person"), lambda: self.begin(Task.ADD), primary=True)
        self.buttons = {
            Task.ROLE: button(tr("Change role…"), lambda: self.begin(Task.ROLE)),
            Task.PASSWORD: button(tr("New password…"), lambda: self.begin(Task.PASSWORD)),
            Task.DISABLE: button(tr("Disable…"), lambda: self.begin(Task.DISABLE)),
            Task.ENABLE: button(tr("Enable…"), lambda: self.begin(Task.ENABLE)),
        }
        self.said = label("", "muted", wrap=True)
        reviews = buttons(context, OfUsers, self._save, link=False)
        self._recovery = label("", wrap=True)
        self.renew = button(tr("New recovery code…"), lambda: self.begin(Task.RECOVERY))
        recovery = row(self._recovery, self.renew)
        recovery.setStretch(0, 1)
        self.form = self._form()
        acts = row(Flow(*self.buttons.values()))
        acts.addLayout(Flow(*reviews, right=True), 1)
        listed = card(self.table, acts, self.said)
        self._listed = column(listed, self.form, card(recovery), None, spacing=14)
        inner = QWidget()
        inner.setLayout(self._listed)
        self._area = scrolled(inner)
        self._place = QVBoxLayout()  # of the recovery code, while one is shown
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(14)
        head = column(label(tr("People"), "title"), self._count, spacing=2)
        layout.addLayout(row(head, None, self.add))
        layout.addWidget(self._area, 1)
        layout.addLayout(self._place)

    @property
    def chosen(self) -> Reviewed | None:
        index = self.table.currentIndex()
        return self.model.row(index) if index.isValid() else None

    def refresh(self) -> None:
        session = self.context.session
        try:
            reviewed, made = people.review(session), people.recovery_code_made(session)
        except AppError as error:  # no key file there; or an administrator was added just now
            self._area.setEnabled(False)
            self.add.setEnabled(False)
            self._count.setText(str(error))
            return
        self._area.setEnabled(True)
        self.add.setEnabled(True)
        selected = max(0, self.table.currentIndex().row())
        self.model.show_rows(reviewed)
        self.table.fit_height()
        self.table.selectRow(min(selected, len(reviewed) - 1))
        active = sum(one.user.disabled_at is None for one in reviewed)
        text = plural(active, "1 person can sign in", "{n} people can sign in")
        self._count.setText(text)
        self._show_recovery(made)
        self._show_buttons()

    def focus_first(self) -> None:
        (self.code or self.table).setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> bool:
        """A recovery code that nobody has put away yet stays in front: it is shown only once."""
        if self.code is None:
            self._end()
            return True
        self.code.remind()
        return False

    def begin(self, task: Task) -> None:
        """Show the card in which this is done, with the keyboard in it."""
        one = self.chosen
        if one is None or (task in self.buttons and not self.buttons[task].isEnabled()):
            return
        self.task = task
        self.said.setText("")
        self._title.setText(TITLES[task].format(name=one.user.full_name))
        self._note.setText(NOTES[task])
        self.do.setText(DO[task])
        for field in (self.person, self.new):
            field.clear()
        self.reason.set_text("")
        self.role.set_value(one.user.role if task is Task.ROLE else None)
        self.role.show_problem(None)
        fields = self._fields_of(task)
        show_only(fields, (self.person, self.role, self.new, self.reason))
        self.form.show()
        QTimer.singleShot(0, self.form, lambda: self._area.ensureWidgetVisible(self.form))
        (fields[0] if fields else self.do).setFocus(Qt.FocusReason.OtherFocusReason)

    def carry_out(self) -> None:
        """What the card is for; what the file refuses is said in it."""
        one, task = self.chosen, self.task
        if one is None or task is None or not self._complete(task, one):
            return
        name = self.person.full_name.text.strip() if task is Task.ADD else one.user.full_name
        try:
            with waiting():
                self._carry_out(task, one.user.login)
        except AppError as error:
            self._problem.setText(str(error))
            self._problem.show()
            self.refresh()
            return
        self._end()
        self.refresh()
        if task in DONE:
            self.said.setText(DONE[task].format(name=name))
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _form(self) -> QFrame:
        self._title, self._note = label("", "heading"), label("", "muted", wrap=True)
        self.person, self.new = PersonFields(across=True), NewPassword(across=True)
        self.role = ChoiceField(tr("Role"), ROLE)
        self.reason = TextField(tr("Reason (kept in the audit trail)"))
        self._problem = label("", "problem", wrap=True)
        self._problem.hide()
        self.do = self.save = button("", self.carry_out, primary=True)
        self.person.entered.connect(self.role.setFocus)
        self.new.entered.connect(self._after_password)
        self.reason.line.returnPressed.connect(self.carry_out)
        cancel = button(tr("Cancel"), self._cancel)
        fields = column(self.person, self.role, self.new, self.reason, self._problem, spacing=10)
        holder = QWidget()
        holder.setMaximumWidth(theme.px(720))
        holder.setLayout(fields)
        form = card(self._title, self._note, holder, row(None, cancel, self.do))
        form.hide()
        return form

    def _fields_of(self, task: Task) -> list[QWidget]:
        of: dict[Task, list[QWidget]] = {
            Task.ADD: [self.person, self.role, self.new],
            Task.ROLE: [self.role, self.reason],
            Task.PASSWORD: [self.new, self.reason],
            Task.DISABLE: [self.reason],
            Task.ENABLE: [self.new, self.reason],
            Task.RECOVERY: [],
        }
        return of[task]

    def _complete(self, task: Task, one: Reviewed) -> bool:
        """Whether everything is there that it needs; what is not says so under its field."""
        self._problem.hide()
        fields = self._fields_of(task)
        login, name = one.user.login, one.user.full_name
        if task is Task.ADD:
            login, name = self.person.login.text.strip(), self.person.full_name.text.strip()
        if self.person in fields and not self.person.check(r.user.login for r in self.model.rows):
            return False
        if self.role in fields and self.role.value is None:
            self.role.show_problem(Problem(tr("Choose what this person may do.")))
            self.role.setFocus()
            return False
        if self.new in fields and not self.new.check(login, name):
            return False
        if self.reason in fields and not self.reason.text.strip():
            self.reason.show_problem(Problem(tr("Say why: it stays in the audit trail.")))
            self.reason.setFocus()
            return False
        return True

    def _carry_out(self, task: Task, login: str) -> None:
        session, why = self.context.session, self.reason.text.strip()
        cost = people.cost_here(session)
        match task:
            case Task.ADD:
                full_name, login = self.person.full_name.text, self.person.login.text
                user = new_user(login.strip(), full_name.strip(), self.role.value or Role.NURSE)
                people.add(session, user, self.new.text, cost)
            case Task.ROLE:
                people.change_role(session, login, self.role.value or Role.NURSE, why)
            case Task.PASSWORD:
                people.force_new_password(session, login, self.new.text, why, cost)
            case Task.DISABLE:
                people.disable(session, login, why)
            case Task.ENABLE:
                people.enable(session, login, self.new.text, why, cost)
            case Task.RECOVERY:
                self.context.settings.set_code_unconfirmed(session.fingerprint)
                self._show_code(people.renew_recovery_code(session, cost))

    def _show_code(self, code: str) -> None:
        session = self.context.session
        self.code = RecoveryCode(
            code, session.clinic, session.path.name, clock.now(), self.context.settings.paper
        )
        self.code.done.connect(self._put_away)
        self._area.hide()
        self.add.hide()
        self.code.setMaximumWidth(theme.px(640))
        self._place.addWidget(self.code)
        self._place.addStretch(1)
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)

    def _put_away(self) -> None:
        if self.code is not None:
            self.context.settings.confirm_code(self.context.session.fingerprint)
            self.code.hide()
            self.code.deleteLater()
            self.code = None
            self._place.takeAt(1)
        self.add.show()
        self._area.show()
        self.refresh()
        self.focus_first()

    def _show_recovery(self, made: datetime | None) -> None:
        """Which code is in force; a problem where it may lie on no paper."""
        unconfirmed = self.context.settings.code_unconfirmed(self.context.session.fingerprint)
        text = tr("The recovery code in force was made on {when}.")
        if made is None:
            text = tr(
                "There is no recovery code: if passwords are forgotten, nobody opens the file."
            )
        elif unconfirmed:
            text = tr(
                "Nobody confirmed at this computer that the code of {when} was printed: make a new one."
            )
        self._recovery.setText(text.format(when=instant(made) if made else ""))
        self._recovery.setProperty("role", "problem" if made and unconfirmed else "")
        restyle(self._recovery)

    def _after_password(self) -> None:
        if self.task is Task.ADD:
            self.carry_out()
        else:
            self.reason.setFocus()

    def _cancel(self) -> None:
        self._end()
        self.focus_first()

    def _end(self) -> None:
        """The card away, and no password left in it."""
        self.task = None
        self.new.clear()
        self._problem.hide()
        self.form.hide()

    def _show_buttons(self) -> None:
        """What can be done to the person chosen; a button that cannot says why."""
        one = self.chosen
        login = self.context.session.login
        for task, each in self.buttons.items():
            why = "" if one is None else _why_not(task, one, login)
            each.setEnabled(one is not None and not why)
            each.setToolTip(why)
        disabled = one is not None and one.user.disabled_at is not None
        shown, hidden = Task.DISABLE, Task.ENABLE
        if disabled:
            shown, hidden = hidden, shown
        self.buttons[hidden].hide()
        self.buttons[shown].show()

    def _save(self, document: Document[Any]) -> None:
        save(self, self.context, document, About(), done=self._saved, say=self.said.setText)

    def _saved(self, _made_of: Source) -> None:
        self.said.setText(tr("The user review is saved."))


def _why_not(task: Task, one: Reviewed, login: str) -> str:
    """Why this cannot be done to this person by who is signed in; empty where it can."""
    own = one.user.login.casefold() == login.casefold()
    if own and task is Task.ROLE:
        return tr("Nobody changes their own role.")
    if own and task is Task.DISABLE:
        return tr("Nobody disables themselves.")
    if own and task is Task.PASSWORD:
        return tr("Change your own password in the settings.")
    if task is Task.PASSWORD and one.user.disabled_at is not None:
        return tr("Enable this person first.")
    return ""
