"""What this workstation remembers. The clinic's own settings live in the clinic file."""

from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from core.model.paper import PaperSize

TEXT_SIZES = (90, 100, 110, 125, 150, 175, 200)  # % of the usual size, smallest first


class Appearance(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Settings:
    """Last file, appearance, paper, size of the window, ends of audit trails: nothing about patients."""

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
    def second_place(self) -> Path | None:
        """The folder on another drive, or on the network, to which the newest backup is copied."""
        text = str(self._store.value("second_place", ""))
        return Path(text) if text else None

    @second_place.setter
    def second_place(self, folder: Path | None) -> None:
        self._store.setValue("second_place", "" if folder is None else str(folder))

    @property
    def reminder_put_off(self) -> str:
        """The day, in ISO form, for which nobody wants to be reminded of the second place again."""
        return str(self._store.value("reminder_put_off", ""))

    @reminder_put_off.setter
    def reminder_put_off(self, day: str) -> None:
        self._store.setValue("reminder_put_off", day)

    @property
    def appearance(self) -> Appearance:
        text = str(self._store.value("appearance", Appearance.SYSTEM.value))
        return Appearance(text) if text in set(Appearance) else Appearance.SYSTEM

    @appearance.setter
    def appearance(self, appearance: Appearance) -> None:
        self._store.setValue("appearance", appearance.value)

    @property
    def text_size(self) -> int:
        """Per cent of the usual size of text."""
        text = str(self._store.value("text_size", ""))
        return int(text) if text in map(str, TEXT_SIZES) else 100

    @text_size.setter
    def text_size(self, percent: int) -> None:
        self._store.setValue("text_size", percent)

    @property
    def paper(self) -> PaperSize:
        """What documents are printed on here."""
        text = str(self._store.value("paper", ""))
        return PaperSize(text) if text in set(PaperSize) else PaperSize.A4

    @paper.setter
    def paper(self, size: PaperSize) -> None:
        self._store.setValue("paper", size.value)

    @property
    def geometry(self) -> QByteArray | None:
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._store.setValue("geometry", geometry)

    def chosen(self, login: str, what: str) -> str:
        """What a person chose on this workstation for how a page looks; empty where they chose nothing."""
        return str(self._store.value(f"chosen/{login}/{what}", ""))

    def set_chosen(self, login: str, what: str, value: str) -> None:
        self._store.setValue(f"chosen/{login}/{what}", value)

    def seen(self, fingerprint: str) -> str:
        """Up to where this workstation has seen the audit trail of a clinic file: an entry's code and instant."""
        return str(self._store.value(f"seen/{fingerprint}", ""))

    def set_seen(self, fingerprint: str, text: str) -> None:
        self._store.setValue(f"seen/{fingerprint}", text)

    def code_unconfirmed(self, fingerprint: str) -> bool:
        """Whether a recovery code of a clinic file was made here and nobody has said that it is put away."""
        return bool(self._store.value(f"unconfirmed_code/{fingerprint}", ""))

    def set_code_unconfirmed(self, fingerprint: str) -> None:
        self._store.setValue(f"unconfirmed_code/{fingerprint}", "yes")
        self.flush()  # whatever happens in front of the code, this stays

    def confirm_code(self, fingerprint: str) -> None:
        self._store.remove(f"unconfirmed_code/{fingerprint}")
