"""What may be a password, and what a name to sign in with; one sentence says why something may not."""

from collections.abc import Iterable

from core.entry import Problem
from core.words import _

SHORTEST = 8
LONGEST_LOGIN = 40
FEWEST_CHARACTERS = 4  # different ones
_OBVIOUS = """
password passwort passcode kennwort qwerty qwertz azerty qwertyuiop asdfghjkl welcome willkommen
letmein changeme iloveyou secret geheim admin administrator user nurse doctor neuro neurology
neurologist neurologie hospital hospitals clinic klinik als alsclinic alsfollowup monitor
monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter
abcdefgh abcdefghi abcdefghij
"""
_READ_AS = str.maketrans("@$0134578", "asoleaste")


def password_problem(password: str, login: str, full_name: str) -> Problem | None:
    """Why this person may not have this password."""
    if len(password) < SHORTEST:
        text = _("At least {n} characters: several words are easy to keep in mind.")
        return Problem(text.format(n=SHORTEST))
    if not any(character.isalpha() for character in password):
        return Problem(_("Only digits and signs are guessed quickly: use words, too."))
    if len(set(password.casefold())) < FEWEST_CHARACTERS:
        return Problem(_("The same few characters again and again are guessed at once."))
    read = {_letters(password), _letters(password.casefold().translate(_READ_AS))}
    names = {_letters(part) for part in (login, full_name, *full_name.split())} - {""}
    if read & (names | {name + name for name in names}):
        return Problem(_("The person's own name is the first that is guessed: use other words."))
    obvious = set(_OBVIOUS.split())
    if read & (obvious | {word + word for word in obvious}):
        return Problem(_("This is among the first that are guessed: use several other words."))
    return None


def login_problem(login: str, taken: Iterable[str]) -> Problem | None:
    """Why nobody can get this name to sign in with; the names of those who left stay theirs."""
    if not login.strip():
        return Problem(_("Choose a short name to sign in with."))
    if len(login) > LONGEST_LOGIN or any(c.isspace() or not c.isprintable() for c in login):
        text = _("A name to sign in with has no spaces and at most {n} characters.")
        return Problem(text.format(n=LONGEST_LOGIN))
    if login.casefold() in {one.casefold() for one in taken}:
        return Problem(
            _("This user name is taken, maybe by somebody who has left: choose another one.")
        )
    return None


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalpha())
