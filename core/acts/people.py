"""The people of a clinic file: who is added, disabled, given another role or a password, and by whom.

The clinic file says who may do what; a slot of the key file is what opens it. Whatever is interrupted
between the two leaves nobody in who should be out: a slot is given last, and what it may do is taken first.
"""

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from core import clock
from core.acts.passwords import login_problem, password_problem
from core.entry import Problem
from core.errors import NotAllowed
from core.exports import table_csv
from core.labels import RIGHT, ROLE
from core.model.trail import Act
from core.model.user import RIGHTS, Right, Role, User
from core.reports import layout, table_report
from core.reports.page import Paper
from core.reports.table_report import Section
from core.session import Session
from core.store import keys
from core.views.summary import Fact
from core.words import MISSING, _, instant

OWN = frozenset({Right.PEOPLE})  # what changing one's own password gives, for that write


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One line of the user review. ``failed`` are the sign-ins that failed since the last one that did not."""

    user: User
    has_password: bool
    last_sign_in: datetime | None
    failed: int

    @property
    def state(self) -> str:
        if self.user.disabled_at is not None:
            return _("disabled")
        if not self.has_password:
            return _("has no password")
        return _("must change the password") if self.user.must_change else _("active")


def by_login(session: Session) -> dict[str, str]:
    """Everybody by login as colleagues know them, “Dr Nabavi – neurologist”; namesakes with their login."""
    known = {
        one.login: _("{name} – {role}").format(name=one.full_name, role=ROLE[one.role])
        for one in session.users.all()
    }
    often = Counter(known.values())
    return {
        login: f"{name} ({login})" if often[name] > 1 else name for login, name in known.items()
    }


def cost_here(session: Session) -> keys.Cost:
    """What a new password costs whoever guesses it; the demonstration's guards nothing."""
    return keys.MINIMUM if session.clinic.demonstration else keys.tuned()


def add(session: Session, user: User, password: str, cost: keys.Cost | None = None) -> None:
    """Let one more person in, with a password that they must change at once.

    Raises NotAllowed, also for a name that somebody had before.
    """
    session.need(Right.PEOPLE)
    logins = [one.login for one in session.users.all()]
    _refuse(login_problem(user.login, logins))
    _refuse(password_problem(password, user.login, user.full_name))
    with session.write("user added"):
        session.users.save(replace(user, must_change=True))
        session.note(Act.PASSWORD_SET, row=user.login)
    session.rewrap(lambda ring, key: keys.with_password(ring, key, user.login, password, cost))


def disable(session: Session, login: str, reason: str) -> None:
    """Let a person in no more; what they entered stays theirs. Raises NotAllowed."""
    session.need(Right.PEOPLE)
    user = _known(session, login)
    _keep_an_administrator(session, user)
    if user.login == session.login:
        raise NotAllowed(_("Nobody disables themselves: ask another administrator."))
    with session.write(reason):
        session.users.save(replace(user, disabled_at=user.disabled_at or clock.now()))
    session.rewrap(lambda ring, _key: keys.without(ring, user.login))


def enable(
    session: Session, login: str, password: str, reason: str, cost: keys.Cost | None = None
) -> None:
    """Let a person in again, with a password that they must change at once. Raises NotAllowed."""
    user = _known(session, login)
    if user.disabled_at is None:
        raise NotAllowed(_("{login} is not disabled.").format(login=user.login))
    _give_password(session, user, password, reason, cost)


def force_new_password(
    session: Session, login: str, password: str, reason: str, cost: keys.Cost | None = None
) -> None:
    """Give a person another password, which they must change when they sign in. Raises NotAllowed."""
    user = _known(session, login)
    if user.disabled_at is not None:
        raise NotAllowed(_("{login} is disabled: enable this user first.").format(login=user.login))
    if user.login == session.login:
        raise NotAllowed(_("Change your own password in the settings: it asks for the old one."))
    _give_password(session, user, password, reason, cost)


def change_role(session: Session, login: str, role: Role, reason: str) -> None:
    """Raises NotAllowed."""
    session.need(Right.PEOPLE)
    user = _known(session, login)
    if role is not Role.ADMINISTRATOR:
        _keep_an_administrator(session, user)
    if user.login == session.login:
        raise NotAllowed(_("Nobody changes their own role: ask another administrator."))
    with session.write(reason):
        session.users.save(replace(user, role=role))


def change_own_password(
    session: Session, old: str, new: str, cost: keys.Cost | None = None
) -> None:
    """Raises WrongPassword, TooManyAttempts, and NotAllowed for a password that may not be one."""
    user = session.user
    session.confirm(old)
    if new == old:
        raise NotAllowed(_("This is the password that you have: choose another one."))
    _refuse(password_problem(new, user.login, user.full_name))
    # The slot first: interrupted after it, the person is asked for a new password once more.
    session.rewrap(lambda ring, key: keys.with_password(ring, key, user.login, new, cost))
    with session.write("own password changed", granted=OWN):
        session.users.save(replace(user, must_change=False, password_at=clock.now()))
        session.note(Act.PASSWORD_SET, row=user.login)


def renew_recovery_code(session: Session, cost: keys.Cost | None = None) -> str:
    """A recovery code to be printed now; the one before opens nothing any more. Raises NotAllowed."""
    session.need(Right.PEOPLE)
    return session.new_recovery_code(cost)


def recovery_code_made(session: Session) -> datetime | None:
    """When the recovery code that opens the file was made; None where there is none."""
    if not any(slot.kind is keys.SlotKind.RECOVERY for slot in keys.read(session.path).slots):
        return None
    made = [
        entry.at
        for act in (Act.RECOVERY_MADE, Act.RECOVERY_USED)
        for entry in session.trail.entries(entity=act, limit=1)
    ]
    return max(made, default=None)


def review(session: Session) -> tuple[Reviewed, ...]:
    """Everybody who can sign in, or could. Raises NotAllowed."""
    session.need(Right.PEOPLE)
    ring = keys.read(session.path)
    last: dict[str, datetime] = {}
    for act in (Act.SIGNED_IN, Act.RECOVERY_USED):
        for entry in session.trail.entries(entity=act):
            who = entry.actor.casefold()
            last[who] = max(entry.at, last.get(who, entry.at))
    failed: Counter[str] = Counter()
    for entry in session.trail.entries(entity=Act.SIGN_IN_FAILED):
        told = json.loads(entry.after or "{}")
        who = (told.get("login") or "").casefold()
        if who and (who not in last or datetime.fromisoformat(told["at"]) > last[who]):
            failed[who] += 1
    return tuple(
        Reviewed(
            user=user,
            has_password=ring.login_of(user.login) is not None,
            last_sign_in=last.get(user.login.casefold()),
            failed=failed[user.login.casefold()],
        )
        for user in session.users.all()
    )


def review_pdf(session: Session) -> bytes:
    """The user review on paper, with lines for the signature of who reviewed it; printing it is an act."""
    reviewed = review(session)
    session.record_act(Act.PRINTED, details={"document": "user review", "users": len(reviewed)})
    now = clock.now()
    paper = Paper(
        title=_("User review"),
        subject=_("Users of the clinic file {file}").format(file=session.path.name),
        clinic=session.clinic,
        printed_by=session.user.full_name,
        printed_at=now,
        head=session.trail_head,
    )
    made = recovery_code_made(session)
    active = sum(one.user.disabled_at is None for one in reviewed)
    facts = (
        Fact(_("Reviewed on"), instant(now)),
        Fact(_("Users"), _("{n}, {active} of them active").format(n=len(reviewed), active=active)),
        Fact(_("Recovery code made"), instant(made) if made else _("there is none")),
    )
    users = Section(
        title=_("Users"),
        facts=facts,
        columns=tuple(
            layout.Column(width, title) for width, title in zip(_WIDTHS, _TITLES, strict=True)
        ),
        rows=[_words(one) for one in reviewed],
        note=_(
            "Failed sign-ins are those since the last one of that user that did not fail. Whoever has"
            " left is disabled and never removed: what they entered stays theirs."
        ),
    )
    allowed = Section(
        title=_("What each role may do"),
        facts=tuple(Fact(ROLE[role], rights_words(role)) for role in Role),
    )
    return table_report.render(paper, [users, allowed], signed=True)


def review_csv(session: Session) -> bytes:
    """The user review as a table; exporting it is an act."""
    reviewed = review(session)
    session.record_act(Act.EXPORTED, details={"document": "user review", "users": len(reviewed)})
    rows = [(*_words(one), rights_words(one.user.role)) for one in reviewed]
    return table_csv.render((*_TITLES, _("May")), rows)


def rights_words(role: Role) -> str:
    """What a role may do, in the order of the rights."""
    return "; ".join(RIGHT[right] for right in Right if right in RIGHTS[role])


_TITLES = (
    _("Name"),
    _("User name"),
    _("Role"),
    _("State"),
    _("Added"),
    _("Last sign-in"),
    _("Password set"),
    _("Failed"),
)
_WIDTHS = (3.0, 1.8, 1.8, 1.6, 1.7, 1.7, 1.7, 1.0)


def _words(one: Reviewed) -> tuple[str, ...]:
    user = one.user
    return (
        user.full_name,
        user.login,
        ROLE[user.role],
        one.state,
        instant(user.created_at),
        instant(one.last_sign_in) if one.last_sign_in else _("never"),
        instant(user.password_at) if user.password_at else MISSING,
        str(one.failed),
    )


def _give_password(
    session: Session, user: User, password: str, reason: str, cost: keys.Cost | None
) -> None:
    session.need(Right.PEOPLE)
    _refuse(password_problem(password, user.login, user.full_name))
    # The file first: whatever is interrupted, no password opens that need not be changed.
    with session.write(reason):
        session.users.save(
            replace(user, disabled_at=None, must_change=True, password_at=clock.now())
        )
        session.note(Act.PASSWORD_SET, row=user.login)
    session.rewrap(lambda ring, key: keys.with_password(ring, key, user.login, password, cost))


def _known(session: Session, login: str) -> User:
    user = session.users.get(login)
    if user is None:
        raise NotAllowed(_("There is no user {login} in this clinic file.").format(login=login))
    return user


def _keep_an_administrator(session: Session, user: User) -> None:
    active = {
        one.login
        for one in session.users.all()
        if one.role is Role.ADMINISTRATOR and one.disabled_at is None
    }
    if active == {user.login}:
        raise NotAllowed(
            _(
                "{name} is the only administrator: nobody could look after users and backups any more."
                " Make somebody else an administrator first."
            ).format(name=user.full_name)
        )


def _refuse(problem: Problem | None) -> None:
    if problem is not None:
        raise NotAllowed(problem.message)
