"""A new clinic file in three short steps: the clinic, its administrator, its first clinician."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from core.entry import Problem
from core.labels import ROLE
from core.model.user import Role
from ui import theme
from ui.widgets.basics import button, card, column, label, row, show_only
from ui.widgets.fields import ChoiceField, TextField
from ui.widgets.person_fields import NewPassword, PersonFields
from ui.words import tr

WIDTH = 440


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPerson:
    """Somebody of a file that is not made yet."""

    login: str
    full_name: str
    role: Role
    password: str


class FirstRun(QWidget):
    """``complete`` when all three steps are; ``cancelled`` before the first of them."""

    topic = "first-day#create-the-clinic-file"
    complete = Signal()
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.clinic_name = TextField(tr("Name of the clinic"))
        self.clinic_name.line.returnPressed.connect(self.go_on)
        self.administrator, self.administrator_password = PersonFields(), NewPassword()
        self.clinician, self.clinician_password = PersonFields(), NewPassword()
        self.role = ChoiceField(
            tr("Role"), {role: ROLE[role] for role in (Role.NURSE, Role.NEUROLOGIST)}
        )
        self.nurse_note = label(
            tr(
                "Only a neurologist can set the clinic up (letterhead, schedule, thresholds, lock"
                " minutes): the administrator adds one under People."
            ),
            "muted",
            wrap=True,
        )
        self.nurse_note.hide()
        self.role.chosen.connect(self._on_role)
        for person, following in (
            (self.administrator, self.administrator_password),
            (self.clinician, self.clinician_password),
        ):
            person.entered.connect(following.setFocus)
            following.entered.connect(self.go_on)
        self.on = [button(tr("Go on"), self.go_on, primary=True) for _card in range(2)]
        self.make = button(tr("Choose where, and create…"), self.go_on, primary=True)
        self.steps = [
            self._card(
                tr("New clinic file, step 1 of 3"),
                tr("Its name is on every printed page."),
                self.clinic_name,
                on=self.on[0],
            ),
            self._card(
                tr("The administrator, step 2 of 3"),
                tr(
                    "Looks after users and backups, and sees no patient's data. Use this account for"
                    " nothing else."
                ),
                self.administrator,
                self.administrator_password,
                on=self.on[1],
            ),
            self._card(
                tr("The first clinician, step 3 of 3"),
                tr("Enters visits and patients. More people are added by the administrator later."),
                self.role,
                self.nurse_note,
                self.clinician,
                self.clinician_password,
                on=self.make,
            ),
        ]
        self.at = 0
        self.setLayout(column(*self.steps))
        self._show()

    @property
    def people(self) -> tuple[FirstPerson, FirstPerson]:
        """The administrator and the clinician, as they were typed."""
        return (
            _person(self.administrator, Role.ADMINISTRATOR, self.administrator_password),
            _person(self.clinician, self.role.value or Role.NURSE, self.clinician_password),
        )

    def go_on(self) -> None:
        """The next step, when this one is complete; what is not says so under its field."""
        if not self.check():
            return
        if self.at == len(self.steps) - 1:
            self.complete.emit()
        else:
            self.at += 1
            self._show()

    def go_back(self) -> None:
        if self.at == 0:
            self.cancelled.emit()
        else:
            self.at -= 1
            self._show()

    def check(self) -> bool:
        """Whether the step in front is complete."""
        administrator, clinician = self.people
        if self.at == 0:
            missing = Problem(tr("Enter the clinic's name: it is on every printed page."))
            named = bool(self.clinic_name.text.strip())
            self.clinic_name.show_problem(None if named else missing)
            return named
        if self.at == 1:
            return self.administrator.check([]) and self.administrator_password.check(
                administrator.login, administrator.full_name
            )
        if self.role.value is None:
            self.role.show_problem(Problem(tr("Choose what this person may do.")))
            self.role.setFocus()
            return False
        return self.clinician.check([administrator.login]) and self.clinician_password.check(
            clinician.login, clinician.full_name
        )

    def focus_first(self) -> None:
        first = (self.clinic_name, self.administrator, self.role)
        first[self.at].setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_role(self) -> None:
        self.nurse_note.setVisible(self.role.value is Role.NURSE)

    def _card(self, title: str, note: str, *fields: QWidget, on: QWidget) -> QFrame:
        back = button(tr("Back"), self.go_back)
        one = card(
            label(title, "title"), label(note, "muted", wrap=True), *fields, row(back, None, on)
        )
        one.setFixedWidth(theme.px(WIDTH))
        return one

    def _show(self) -> None:
        show_only([self.steps[self.at]], self.steps)
        self.focus_first()


def _person(fields: PersonFields, role: Role, password: NewPassword) -> FirstPerson:
    return FirstPerson(
        login=fields.login.text.strip(),
        full_name=fields.full_name.text.strip(),
        role=role,
        password=password.text,
    )
