"""The other assessments of a visit, of which the file has only whether they were done."""

from collections.abc import Sequence

from core.entering.visit.steps import TASKS, OpenPoint, Step, VisitStep
from core.entering.visit.working_copy import PLACE, WorkingCopy
from core.entry import Problem
from core.model.visit import TaskResult
from core.protocols.definition import Task
from core.words import _


class VisitTasks:
    """The tasks of a visit. What is saved is in the file on return."""

    def __init__(self, copy: WorkingCopy, asked: tuple[Task, ...]) -> None:
        self._copy = copy
        self.asked = asked

    @property
    def results(self) -> tuple[TaskResult, ...]:
        return tuple(r for r in self._copy.record.tasks if r.visit_id == self._copy.visit_id)

    def result(self, task: str) -> TaskResult | None:
        return next((r for r in self.results if r.task == task), None)

    def save(self, result: TaskResult) -> None:
        with self._copy.saving():
            self._copy.session.tasks.save(result)

    def save_undecided(self, task: str) -> None:
        """Not done, but nobody has said why yet: neither done nor not done is in the file."""
        session, visit_id = self._copy.session, self._copy.visit_id
        with self._copy.saving():
            session.tasks.remove(visit_id, task)
            session.typed.save(PLACE, visit_id, f"task.{task}", "not done")


class TasksStep(VisitStep):
    """Each is done, or not done with a reason."""

    id = TASKS

    def __init__(self, tasks: VisitTasks) -> None:
        self._tasks = tasks

    @property
    def title(self) -> str:
        return _("Other assessments")

    @property
    def asked(self) -> bool:
        return bool(self._tasks.asked)

    @property
    def untouched(self) -> bool:
        return not self._tasks.results

    def state(self, points: Sequence[OpenPoint]) -> Step:
        asked = self._tasks.asked
        done = sum(self._tasks.result(task.id) is not None for task in asked)
        hint = _("{n} of {all}").format(n=done, all=len(asked))
        return self._state(points, begun=done > 0, hint=hint)

    def open_points(self) -> list[OpenPoint]:
        text = _("{task}: done, or not done and why?")
        return [
            OpenPoint(TASKS, task.id, Problem(text.format(task=task.title)))
            for task in self._tasks.asked
            if self._tasks.result(task.id) is None
        ]
