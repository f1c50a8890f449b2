"""What this workstation remembers. The clinic's own settings live in the clinic file."""

from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings


class Appearance(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Settings:
    """Last file, appearance, size of the window: nothing about patients."""

    def __init__(self, file: Path | None = None) -> None:
        """The settings of this workstation, or those in a file of their own (for the tour and tests)."""
        if file is None:
            self._store = QSettings("ALS Follow-up", "ALS Follow-up")
        else:
            self._store = QSettings(str(file), QSettings.Format.IniFormat)

    def flush(self) -> None:
        """Write now what is written at leisure otherwise."""
        self._store.sync()

    @property
    def last_file(self) -> Path | None:
        text = str(self._store.value("last_file", ""))
        return Path(text) if text else None

    @last_file.setter
    def last_file(self, path: Path) -> None:
        self._store.setValue("last_file", str(path))

    @property
    def last_login(self) -> str:
        return str(self._store.value("last_login", ""))

    @last_login.setter
    def last_login(self, login: str) -> None:
        self._store.setValue("last_login", login)

    @property
    def appearance(self) -> Appearance:
        text = str(self._store.value("appearance", Appearance.SYSTEM.value))
        return Appearance(text) if text in set(Appearance) else Appearance.SYSTEM

    @appearance.setter
    def appearance(self, appearance: Appearance) -> None:
        self._store.setValue("appearance", appearance.value)

    @property
    def geometry(self) -> QByteArray | None:
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._store.setValue("geometry", geometry)
