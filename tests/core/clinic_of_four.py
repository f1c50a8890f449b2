"""A clinic file with one person of each role, made once and copied for each test."""

import shutil

from core.model.user import Clinic, Role
from core.session import Session, new_user
from core.store import keys
from tests.passwords import cheap_passwords

PASSWORD = "grey heron at dawn"
PEOPLE = {
    Role.ADMINISTRATOR: ("admin.a", "Ada Minister"),
    Role.NEUROLOGIST: ("dr.demo", "Dr. Demo"),
    Role.NURSE: ("n.urse", "Nora Urse"),
    Role.MONITOR: ("mona", "Mona Itor"),
}
LOGIN = {role: login for role, (login, _name) in PEOPLE.items()}


def make(path):
    """The closed file, and its data key."""
    users = [(new_user(login, name, role), PASSWORD) for role, (login, name) in PEOPLE.items()]
    (first, password), *others = users
    clinic = Clinic(name="ALS clinic", protocol="royan-2021")
    with cheap_passwords():  # what is shared by a module is made before a test has its own
        Session.create(path, clinic, first, password, others=others).close()
    return keys.unwrap(keys.read(path), first.login, password)


def copied(made, folder):
    path = folder / "clinic.als"
    for one in (lambda p: p, keys.key_file, keys.second_key_file):
        shutil.copyfile(one(made), one(path))
    return path
