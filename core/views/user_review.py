"""The users of a clinic file, as their review says them on paper and in a table."""

from core.labels import RIGHT, ROLE
from core.model.user import RIGHTS, Reviewed, Right, Role
from core.words import MISSING, _, instant


def titles() -> tuple[str, ...]:
    """Of the columns that `row` fills."""
    return (
        _("Name"),
        _("User name"),
        _("Role"),
        _("State"),
        _("Added"),
        _("Last sign-in"),
        _("Password set"),
        _("Failed"),
    )


def row(one: Reviewed) -> tuple[str, ...]:
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


def rights_words(role: Role) -> str:
    """What a role may do, in the order of the rights."""
    return "; ".join(RIGHT[right] for right in Right if right in RIGHTS[role])
