"""Every key of the program as a page of the guide, made from `ui/actions.py`."""

from collections.abc import Callable, Iterable

from core.guide import KEYBOARD, GuidePage
from ui.actions import ACTIONS, PAGE_KEYS, Action
from ui.words import tr


def page(actions: Iterable[Action] = ACTIONS, *, clinical: bool = True) -> GuidePage:
    """The keys of these actions; with ``clinical`` those of the pages that show patients, too."""
    everywhere = [(action.shortcut, tr(action.title)) for action in actions]
    groups = [(tr("Everywhere"), everywhere)]
    if clinical:
        groups += [
            (tr(title), [(tr(key), tr(what)) for key, what in keys]) for title, keys in PAGE_KEYS
        ]
    tables = "\n".join(_table(title, keys) for title, keys in groups)
    return GuidePage(KEYBOARD, f"# {tr('Keyboard')}\n\n{tables}")


def _table(title: str, keys: Iterable[tuple[str, str]]) -> str:
    said: Callable[[str], str] = _cell
    lines = [f"| {said(key)} | {said(what)} |" for key, what in keys]
    head = f"| {tr('Key')} | {tr('What it does')} |\n|---|---|"
    return "\n".join([f"## {title}", "", head, *lines, ""])


def _cell(text: str) -> str:
    """As the text of a cell: nothing in it is read as Markdown."""
    escaped = "".join(f"\\{char}" if char in r"\`*_[]<>|-+#" else char for char in text)
    return escaped.replace("&", "&amp;")
