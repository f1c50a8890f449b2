"""Whose file it is, and who may sign in."""

from sqlite_utils import Database

from core.convert import converter, to_row
from core.model.thresholds import defaults
from core.model.user import Clinic, User
from core.store import rows
from core.words import Notation


class ClinicStore:
    """The clinic's own settings: one row."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self) -> Clinic:
        (row,) = self._db.query(
            "SELECT name, letterhead, protocol, equation, demonstration, idle_lock_min,"
            " telling_file_names, phone, call_us, day_style, gas_unit FROM clinic"
        )
        return converter.structure(row, Clinic)

    def notation(self) -> Notation:
        """How the clinic writes days and pressures of gases; as shipped while the file does not say whose it is."""
        there = any(self._db.query("SELECT 1 FROM clinic"))
        return self.get().notation if there else Notation()

    def save(self, clinic: Clinic) -> None:
        rows.upsert(self._db, "clinic", {"id": 1, **to_row(clinic)}, ("id",))


class Users:
    """The people known to the file."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, login: str) -> User | None:
        found = self._db.query("SELECT * FROM user WHERE login = ?", [login])
        return next((converter.structure(row, User) for row in found), None)

    def all(self) -> list[User]:
        return [
            converter.structure(row, User)
            for row in self._db.query("SELECT * FROM user ORDER BY full_name, login")
        ]

    def names(self) -> dict[str, str]:
        """Every user's full name by login."""
        return {
            row["login"]: row["full_name"]
            for row in self._db.query("SELECT login, full_name FROM user")
        }

    def save(self, user: User) -> None:
        rows.save(self._db, "user", user, ("login",))


class Thresholds:
    """The clinic's own cut points; a threshold that is not here has its shipped value."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self) -> dict[str, float]:
        """Every threshold of this program with the value in force; a stored one it does not know is left out."""
        stored = {row["id"]: row["value"] for row in self._db.query("SELECT * FROM threshold")}
        return {name: stored.get(name, value) for name, value in defaults().items()}

    def save(self, id: str, value: float) -> None:
        rows.upsert(self._db, "threshold", {"id": id, "value": value}, ("id",))

    def remove(self, id: str) -> None:
        """Back to the value that is shipped."""
        self._db.execute("DELETE FROM threshold WHERE id = ?", [id])
