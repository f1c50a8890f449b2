"""Who is let in, by whom, and what a crash in the middle leaves."""

import csv
import io
import json
import time
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest

from core import clock, exports, reports
from core.acts import documents, people
from core.errors import NotAllowed, TooManyAttempts, WrongPassword
from core.model.document import About
from core.model.trail import Act
from core.model.user import Role
from core.session import Session, new_user
from core.store import keys
from tests.core.clinic_of_four import LOGIN, PASSWORD, copied, make

NEW = "seven quiet rivers"
ADMIN, NURSE, DOCTOR = LOGIN[Role.ADMINISTRATOR], LOGIN[Role.NURSE], LOGIN[Role.NEUROLOGIST]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("four") / "clinic.als"
    return path, make(path)


@pytest.fixture
def path(template, tmp_path):
    return copied(template[0], tmp_path)


@pytest.fixture
def signed_in(template, path):
    """``signed_in("login")`` opens the file as that person, and closes what was open before."""
    opened = []

    def sign_in(login):
        if opened:
            opened.pop().close()
        opened.append(Session(path, template[1], login))
        return opened[-1]

    yield sign_in
    for one in opened:
        one.close()


@pytest.fixture
def admin(signed_in):
    return signed_in(ADMIN)


def opens(path, login, password):
    """Whether this password opens the file, as at the next sign-in."""
    attempts = path.with_name(path.name + ".attempts")
    attempts.unlink(missing_ok=True)
    try:
        session = Session.open(path, login, password)
    except WrongPassword:
        attempts.unlink()  # nobody has to wait for it
        return False
    session.close()
    return True


def text_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def reasons(session, entity="user"):
    return [entry.reason for entry in session.trail.entries(entity=entity)]


def test_a_person_who_is_added_signs_in_with_their_role(admin, path):
    people.add(admin, new_user("k.lein", "Karl Lein", Role.NURSE), NEW)
    assert reasons(admin)[0] == "user added"
    admin.close()
    session = Session.open(path, "K.Lein", NEW)
    assert (session.login, session.user.role) == ("k.lein", Role.NURSE)
    assert session.user.must_change  # whoever added them knows it
    session.close()


@pytest.mark.parametrize("login", [NURSE, NURSE.upper()])
def test_a_login_is_never_given_to_another_person(admin, path, login):
    people.disable(admin, NURSE, "left the clinic")
    with pytest.raises(NotAllowed, match="taken, maybe by somebody who has left"):
        people.add(admin, new_user(login, "Another Person", Role.NURSE), NEW)
    assert admin.users.get(NURSE).full_name == "Nora Urse"
    admin.close()
    assert not opens(path, NURSE, NEW)


def test_who_is_disabled_is_out_and_keeps_what_they_entered(admin, path):
    people.disable(admin, NURSE, "left the clinic")
    assert reasons(admin)[0] == "left the clinic"
    assert admin.users.get(NURSE).disabled_at is not None
    assert admin.users.names()[NURSE] == "Nora Urse"
    admin.close()
    assert not opens(path, NURSE, PASSWORD)
    assert opens(path, DOCTOR, PASSWORD)


def test_who_is_enabled_again_gets_a_password_to_be_changed(admin, path):
    people.disable(admin, NURSE, "on leave")
    people.enable(admin, NURSE, NEW, "is back")
    admin.close()
    assert not opens(path, NURSE, PASSWORD)
    session = Session.open(path, NURSE, NEW)
    assert session.user.must_change
    people.change_own_password(session, NEW, "eight loud rivers")
    assert not session.user.must_change
    session.close()
    assert opens(path, NURSE, "eight loud rivers")
    assert not opens(path, NURSE, NEW)


def test_a_forced_password_replaces_the_old_one_and_must_be_changed(admin, path):
    people.force_new_password(admin, NURSE, NEW, "forgot it")
    assert reasons(admin)[0] == reasons(admin, Act.PASSWORD_SET)[0] == "forgot it"
    admin.close()
    assert not opens(path, NURSE, PASSWORD)
    session = Session.open(path, NURSE, NEW)
    assert session.user.must_change
    session.close()


def test_the_last_administrator_is_neither_disabled_nor_demoted(admin, signed_in):
    for refused in (
        lambda: people.disable(admin, ADMIN, "why not"),
        lambda: people.change_role(admin, ADMIN, Role.NURSE, "why not"),
    ):
        with pytest.raises(NotAllowed, match="Ada Minister is the only administrator"):
            refused()
    people.change_role(admin, DOCTOR, Role.ADMINISTRATOR, "holidays")
    session = signed_in(DOCTOR)
    people.change_role(session, ADMIN, Role.MONITOR, "has moved on")
    assert session.users.get(ADMIN).role is Role.MONITOR
    with pytest.raises(NotAllowed, match="the only administrator"):
        people.disable(session, DOCTOR, "why not")


def test_nobody_changes_their_own_role_or_disables_themselves(admin):
    people.add(admin, new_user("second", "Second Minister", Role.ADMINISTRATOR), NEW)
    with pytest.raises(NotAllowed, match="Nobody changes their own role"):
        people.change_role(admin, ADMIN, Role.NURSE, "why not")
    with pytest.raises(NotAllowed, match="Nobody disables themselves"):
        people.disable(admin, ADMIN, "why not")
    with pytest.raises(NotAllowed, match="in the settings"):
        people.force_new_password(admin, ADMIN, NEW, "why not")
    assert admin.user.role is Role.ADMINISTRATOR


@pytest.mark.parametrize("weak", ["short", "n.urse123", "Passw0rd"])
def test_a_weak_password_is_refused_and_nothing_changed(admin, path, weak):
    before = keys.key_file(path).read_bytes()
    with pytest.raises(NotAllowed):
        people.force_new_password(admin, NURSE, weak, "forgot it")
    with pytest.raises(NotAllowed):
        people.add(admin, new_user("nurse2", "N. Urse", Role.NURSE), weak)
    assert keys.key_file(path).read_bytes() == before
    assert not admin.users.get(NURSE).must_change


def test_ones_own_password_needs_the_old_one(signed_in, path):
    nurse = signed_in(NURSE)
    with pytest.raises(WrongPassword, match="This is not your password"):
        people.change_own_password(nurse, "not mine", NEW)
    with pytest.raises(TooManyAttempts):
        people.change_own_password(nurse, PASSWORD, NEW)
    path.with_name(path.name + ".attempts").unlink()
    with pytest.raises(NotAllowed, match="the password that you have"):
        people.change_own_password(nurse, PASSWORD, PASSWORD)
    people.change_own_password(nurse, PASSWORD, NEW)
    assert nurse.trail.entries(entity=Act.PASSWORD_SET)[0].actor == NURSE
    nurse.close()
    assert opens(path, NURSE, NEW) and not opens(path, NURSE, PASSWORD)


def test_a_crash_between_clinic_file_and_key_file_leaves_no_door_open(admin, path):
    """The clinic file says disabled while the key file still has the slot, and the next sign-in takes it."""
    with admin.write("left the clinic"):
        admin.users.save(replace(admin.users.get(NURSE), disabled_at=clock.now()))
    admin.close()
    assert keys.read(path).login_of(NURSE)
    assert not opens(path, NURSE, PASSWORD)
    assert opens(path, DOCTOR, PASSWORD)
    assert keys.read(path).login_of(NURSE) is None


def test_a_person_whose_slot_was_never_written_is_named_and_can_be_given_one(admin, path):
    with admin.write("user added"):
        admin.users.save(new_user("k.lein", "Karl Lein", Role.NURSE))
    (line,) = [one for one in people.review(admin) if one.user.login == "k.lein"]
    assert line.state == "has no password"
    people.force_new_password(admin, "k.lein", NEW, "was interrupted")
    admin.close()
    assert opens(path, "k.lein", NEW)


def test_the_recovery_code_is_made_by_administrators_and_replaces_the_one_before(admin, path):
    assert people.recovery_code_made(admin) is None
    first, second = people.renew_recovery_code(admin), people.renew_recovery_code(admin)
    assert clock.now() - people.recovery_code_made(admin) < timedelta(minutes=1)
    admin.close()
    with pytest.raises(WrongPassword):
        keys.unwrap_recovery(keys.read(path), first)
    assert keys.unwrap_recovery(keys.read(path), second)


def test_the_review_says_who_signed_in_when_and_what_failed_since(path, signed_in):
    assert opens(path, NURSE, PASSWORD)
    with pytest.raises(WrongPassword):
        Session.open(path, NURSE, "guess")
    time.sleep(1.1)  # or the next one would have to wait
    Session.open(path, DOCTOR, PASSWORD).close()
    lines = {one.user.login: one for one in people.review(signed_in(ADMIN))}
    assert lines[NURSE].failed == 1 and lines[DOCTOR].failed == 0
    assert lines[NURSE].last_sign_in < lines[DOCTOR].last_sign_in
    assert lines["mona"].last_sign_in is None
    assert {line.state for line in lines.values()} == {"active"}


def test_the_review_on_paper_and_as_a_table_names_everybody(admin):
    people.disable(admin, NURSE, "left the clinic")
    words = text_of(documents.export(admin, reports.named("user-review"), About()))
    for expected in ("User review", "Nora Urse", "disabled", "administrator", "never", "Signature"):
        assert expected in words
    rows = list(
        csv.DictReader(
            io.StringIO(
                documents.export(admin, exports.named("user-review-csv"), About()).decode(
                    "utf-8-sig"
                )
            )
        )
    )
    assert {row["User name"]: row["State"] for row in rows}[NURSE] == "disabled"
    assert "looks after users" in {row["User name"]: row["May"] for row in rows}[ADMIN]
    left = admin.trail.entries(entity=Act.EXPORTED)
    assert [json.loads(one.after)["document"] for one in left] == ["user review"] * 2


def test_a_file_from_before_there_were_roles_lets_a_neurologist_add_the_administrator(session):
    """Until there is one; then it is the administrator's."""
    keys.write(session.path, keys.with_password(keys.new_ring(), session._key, "dr.demo", PASSWORD))
    people.add(session, new_user("admin.a", "Ada Minister", Role.ADMINISTRATOR), NEW)
    with pytest.raises(NotAllowed):
        people.add(session, new_user("k.lein", "Karl Lein", Role.NURSE), NEW)
