"""The people of a clinic file: who is added, disabled, given another role or a password, and by whom.

The clinic file says who may do what; a slot of the key file is what opens it. Whatever is interrupted
between the two leaves nobody in who should be out: a slot is given last, and what it may do is taken first.
"""

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime

from core import clock
from core.acts.passwords import login_problem, password_problem
from core.entry import Problem
from core.errors import NotAllowed
from core.labels import ROLE
from core.model.trail import Act
from core.model.user import Reviewed, Right, Role, User
from core.session import Session
from core.store import keys
from core.words import N_, _

OWN = frozenset({Right.PEOPLE})  # what changing one's own password gives, for that write


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
    with session.write(N_("user added")):
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
    with session.write(N_("own password changed"), granted=OWN):
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


def is_first_sign_in(session: Session) -> bool:
    """Whether whoever is signed in was never signed in to this file before, but maybe to create it."""

    def times(act: Act) -> int:
        return len(session.trail.entries(entity=act, actor=session.login, limit=3))

    return times(Act.SIGNED_IN) in {1, 2} and not times(Act.SIGNED_OUT)


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
