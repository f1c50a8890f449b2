"""Who has the clinic file open, where the file lies, and whether there is room to go on writing.

SQLite's exclusive lock is what keeps a second program out, and it is gone with the program that held
it. The note beside the file only says whose lock it is: one that a crash left behind keeps nobody out.
"""

import ctypes
import json
import os
import platform
import re
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core import clock
from core.words import _

FREE_WANTED = 500 * 1024 * 1024  # bytes

_NETWORK_SYSTEMS = {
    "9p",
    "afs",
    "ceph",
    "cifs",
    "davfs",
    "fuse.davfs2",
    "fuse.gvfsd-fuse",
    "fuse.rclone",
    "fuse.sshfs",
    "glusterfs",
    "ncpfs",
    "nfs",
    "nfs4",
    "smb3",
    "smbfs",
}
_DRIVE_REMOTE = 4  # what Windows calls a network drive
# How the folders begin that a service copies to its servers, and the files by which it knows one.
_SYNCED = {
    "onedrive": "OneDrive",
    "dropbox": "Dropbox",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "icloud": "iCloud Drive",
    "com~apple~clouddocs": "iCloud Drive",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "pcloud": "pCloud",
    "syncthing": "Syncthing",
}
_MARKERS = {
    ".dropbox": "Dropbox",
    ".dropbox.cache": "Dropbox",
    ".nextcloudsync.log": "Nextcloud",
    ".owncloudsync.log": "ownCloud",
    ".stfolder": "Syncthing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The person, workstation and program that have a clinic file open."""

    login: str
    workstation: str
    pid: int
    since: datetime


def note_file(clinic_file: Path) -> Path:
    return clinic_file.with_name(clinic_file.name + ".open")


def note(clinic_file: Path, login: str) -> None:
    """Say who has the file, once its lock was gained. Not being able to is no reason to refuse the file."""
    content = {
        "login": login,
        "workstation": platform.node(),
        "pid": os.getpid(),
        "since": clock.now().isoformat(),
    }
    with suppress(OSError):
        note_file(clinic_file).write_text(json.dumps(content), "utf-8")


def forget(clinic_file: Path) -> None:
    """Take the note away, as the last thing before the lock is let go."""
    with suppress(OSError):
        note_file(clinic_file).unlink(missing_ok=True)


def holder(clinic_file: Path) -> Holder | None:
    """Who said that they have the file; None where nobody did, or their program is gone."""
    try:
        content = json.loads(note_file(clinic_file).read_text("utf-8"))
        found = Holder(
            login=str(content["login"]),
            workstation=str(content["workstation"]),
            pid=int(content["pid"]),
            since=datetime.fromisoformat(content["since"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if _may_live(found) else None


def where_it_lies(clinic_file: Path) -> str | None:
    """A sentence where the file's folder is not safe to keep a clinic file in, or None."""
    folder = clinic_file.absolute().parent
    if _is_on_network(folder):
        return _(
            "{name} is on a network drive, where a broken connection can damage it."
            " Keep it on a disk of this computer, and backups on the network."
        ).format(name=clinic_file.name)
    if service := _synced_by(folder):
        return _(
            "{name} is in a folder that {service} copies while it is being written, which can damage"
            " it. Keep it in a folder that is not synchronised, and backups there."
        ).format(name=clinic_file.name, service=service)
    return None


def free_space_warning(clinic_file: Path) -> str | None:
    """A sentence where the disk is nearly full, or None. A disk that does not say is not warned about."""
    try:
        free = shutil.disk_usage(clinic_file.absolute().parent).free
    except OSError:
        return None
    if free >= FREE_WANTED:
        return None
    return _(
        "Only {free} MB are free on the disk of {name}. Free some space, before saving is refused."
    ).format(free=free // (1024 * 1024), name=clinic_file.name)


def _may_live(found: Holder) -> bool:
    """False only for a program of this very computer that has ended."""
    if found.workstation != platform.node() or os.name == "nt":  # where a signal 0 would end it
        return True
    try:
        os.kill(found.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _is_on_network(folder: Path) -> bool:
    if sys.platform == "win32":
        drive = folder.drive
        remote = ctypes.windll.kernel32.GetDriveTypeW(drive + "\\") == _DRIVE_REMOTE
        return drive.startswith("\\\\") or bool(remote)
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:
        return False
    return _system_of(folder, mounts) in _NETWORK_SYSTEMS


def _system_of(folder: Path, mounts: str) -> str:
    """The type of the file system of a folder, by Linux's list of mounts: the last of the deepest ones."""
    deepest, found = 0, ""
    real = Path(os.path.realpath(folder))
    for line in mounts.splitlines():
        mount, _dash, system = line.partition(" - ")
        fields = mount.split(" ")
        if len(fields) < 5:
            continue
        place = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[4]))
        if real.is_relative_to(place) and len(place.parts) >= deepest:
            deepest, found = len(place.parts), system.split(" ")[0]
    return found


def _synced_by(folder: Path) -> str | None:
    """The service that keeps a copy of this folder elsewhere, where one can be recognised."""
    for part in folder.parts:
        for beginning, service in _SYNCED.items():
            if part.casefold().startswith(beginning):
                return service
    for above in (folder, *folder.parents):
        for marker, service in _MARKERS.items():
            with suppress(OSError):
                if (above / marker).exists():
                    return service
    return None
