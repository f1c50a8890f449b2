import threading
import time

import pytest
from PySide6.QtWidgets import QLabel

from core.model.ids import PatientId
from tests.ui.keyboard import settle
from ui.tasks import Tasks


@pytest.fixture
def tasks(qapp):
    tasks = Tasks(qapp)
    yield tasks
    tasks.close()


def test_every_one_of_300_results_arrives_on_the_ui_thread(tasks, qtbot):
    results, threads, failures = [], set(), []

    def done(value):
        results.append(value)
        threads.add(threading.current_thread())

    for number in range(300):
        tasks.run(lambda number=number: number * number, done=done, failed=failures.append)
    qtbot.waitUntil(lambda: len(results) == 300, timeout=5000)
    assert sorted(results) == [number * number for number in range(300)]
    assert threads == {threading.main_thread()}
    assert failures == []


def test_every_error_arrives_as_the_error_that_it_was(tasks, qtbot):
    results, failures = [], []

    def work(number):
        if number % 3 == 0:
            raise ValueError(number)
        return number

    for number in range(300):
        tasks.run(lambda n=number: work(n), done=results.append, failed=failures.append)
    qtbot.waitUntil(lambda: len(results) + len(failures) == 300, timeout=5000)
    assert {type(error) for error in failures} == {ValueError}
    assert sorted(error.args[0] for error in failures) == list(range(0, 300, 3))
    assert len(results) == 200


def test_a_cancelled_task_tells_nobody(tasks, qtbot):
    said, gate = [], threading.Event()
    running = [tasks.run(gate.wait, done=said.append, failed=said.append) for _ in range(2)]
    waiting = tasks.run(lambda: "late", done=said.append, failed=said.append)
    assert waiting.cancel()
    gate.set()
    qtbot.waitUntil(lambda: len(said) == 2)
    qtbot.wait(20)
    assert said == [True, True]
    assert all(future.done() for future in running)


def test_a_result_for_a_page_that_was_destroyed_tells_nobody(tasks, qtbot):
    page, gate, arrived = QLabel(), threading.Event(), []
    tasks.run(gate.wait, done=page.setEnabled, failed=arrived.append)
    page.deleteLater()
    settle()
    gate.set()
    tasks.run(lambda: "another", done=arrived.append, failed=arrived.append)
    qtbot.waitUntil(lambda: bool(arrived))
    qtbot.wait(20)
    assert arrived == ["another"]


def test_the_session_cannot_be_used_from_a_task(tasks, session, due, qtbot):
    failures, results = [], []
    tasks.run(
        lambda: session.record(PatientId(due.id)), done=results.append, failed=failures.append
    )
    qtbot.waitUntil(lambda: bool(failures or results))
    assert results == []
    assert "thread" in f"{failures[0]} {failures[0].__cause__}"


def test_closing_waits_for_what_is_running_and_drops_the_rest(tasks):
    begun, said = threading.Event(), []

    def slow():
        begun.set()
        time.sleep(0.05)
        return "whole"

    first = tasks.run(slow, done=said.append, failed=said.append)
    rest = [tasks.run(slow, done=said.append, failed=said.append) for _ in range(20)]
    begun.wait()
    tasks.close()
    assert first.result() == "whole"
    assert any(future.cancelled() for future in rest)
    assert all(future.done() for future in rest)


def test_what_is_asked_after_the_end_is_cancelled(tasks, qtbot):
    """A page that goes with its file may ask once more, when the keyboard leaves its fields."""
    said = []
    tasks.close()
    late = tasks.run(lambda: "late", done=said.append, failed=said.append)
    qtbot.wait(20)
    assert late.cancelled() and said == []
