"""`python -m bot.catalogues update | check`: keep the message catalogues in step with the code.

Babel's own reader of Python overlooks calls inside f-strings before 3.12, so messages are found in the syntax
tree. Files carry neither dates nor line numbers: a build is reproducible and a diff shows words only.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from bot.i18n import DOMAIN, LOCALES

ROOT = LOCALES.parent
SOURCES = ("handlers", "bot")
CALLS = {"_": 1, "N_": 1, "language": 1, "languages": 1, "_default": 1, "plural": 2}
"""Functions and methods whose first arguments are messages, and how many of these they take."""
TRANSLATED, IDENTICAL = "zh_CN", "en"

Wording = str | tuple[str, ...] | list[str]
"""One text, or the texts of a plural."""
_HEADER = "# Menxia. `make messages` keeps this file in step with the code; only msgstr is edited by hand."
_VOLATILE = (
    "Project-Id-Version",
    "Report-Msgid-Bugs-To",
    "POT-Creation-Date",
    "PO-Revision-Date",
    "Last-Translator",
    "Language-Team",
    "Generated-By",
)


def find_messages(source: str) -> list[Wording]:
    """Find the messages of a module in the order of its lines. Raises ValueError where an f-string is one."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    found: list[Wording] = []
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        count = CALLS.get(_name(call.func), 0)
        literals = call.args[:count]
        if any(isinstance(literal, ast.JoinedStr) for literal in literals):
            raise ValueError(f"line {call.lineno}: an f-string cannot be a message")
        texts = tuple(n.value for n in literals if isinstance(n, ast.Constant) and isinstance(n.value, str))
        if literals and len(texts) == count and all(texts):
            found.append(texts if len(texts) > 1 else texts[0])
    return found


def _name(function: ast.expr) -> str:
    """Give the last name of a function; `self.language(code)("…")` counts as `language`."""
    if isinstance(function, ast.Call):
        function = function.func
    return getattr(function, "id", getattr(function, "attr", ""))


def extract_template(root: Path = ROOT) -> Catalog:
    """Collect the messages of the code, each with the files that use it."""
    template = _catalogue(None)
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*.py")):
            for message in find_messages(path.read_text(encoding="utf-8")):
                template.add(message, locations=[(path.relative_to(root).as_posix(), 0)])
    return template


def merge(template: Catalog, former: Catalog, code: str) -> Catalog:
    """Give the template in one language with the translations there are; English speaks for itself."""
    merged = _catalogue(code)
    for message in _messages(template):
        known = former.get(_key(message.id))
        same = known is not None and _texts(known.id) == _texts(message.id)
        kept = known if known is not None and same and _translated(known) else None
        string = kept.string if kept else message.id if code == IDENTICAL else ""
        merged.add(message.id, string, message.locations, kept.flags if kept else ())
    return merged


def update(locales: Path = LOCALES, root: Path = ROOT) -> None:
    """Write the template and every language's catalogue anew."""
    template = extract_template(root)
    _write(template, locales / f"{DOMAIN}.pot")
    for code in (TRANSLATED, IDENTICAL):
        path = _path(locales, code)
        _write(merge(template, _read(path, code), code), path)


def find_problems(locales: Path = LOCALES, root: Path = ROOT) -> list[str]:
    """Say everything that keeps the catalogues from being complete, one line each."""
    template = extract_template(root)
    wanted = {_key(message.id): message for message in _messages(template)}
    stored = _read(locales / f"{DOMAIN}.pot", None)
    problems = list(_differences(f"{DOMAIN}.pot", wanted, _messages(stored)))
    for code in (TRANSLATED, IDENTICAL):
        messages = list(_messages(_read(_path(locales, code), code)))
        problems += _differences(code, wanted, messages)
        for message in messages:
            if not _translated(message):
                problems.append(f"{code}: not translated: {_key(message.id)}")
            elif message.fuzzy:
                problems.append(f"{code}: fuzzy: {_key(message.id)}")
            elif any(places(text) != places(_key(message.id)) for text in _texts(message.string)):
                problems.append(f"{code}: named places differ: {_key(message.id)}")
    return problems


def places(text: str) -> set[str]:
    """Give the named places of a message; of a malformed one, the text itself, which equals no other's."""
    try:
        return {name for _text, name, _format, _conversion in Formatter().parse(text) if name is not None}
    except ValueError:
        return {text}


def _differences(where: str, wanted: dict[str, Message], messages: Iterable[Message]) -> Iterator[str]:
    there = {_key(message.id): _texts(message.id) for message in messages}
    for key, message in wanted.items():
        if there.get(key) != _texts(message.id):
            yield f"{where}: stale, run `make messages`: misses {key}"
    for key in there.keys() - wanted.keys():
        yield f"{where}: stale, run `make messages`: no longer used: {key}"


def _catalogue(code: str | None) -> Catalog:
    return Catalog(locale=code, header_comment=_HEADER, fuzzy=False)


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _texts(wording: Wording | None) -> tuple[str, ...]:
    return (wording or "",) if wording is None or isinstance(wording, str) else tuple(wording)


def _key(wording: Wording) -> str:
    return _texts(wording)[0]


def _translated(message: Message) -> bool:
    return all(_texts(message.string))


def _path(locales: Path, code: str) -> Path:
    return locales / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def _read(path: Path, code: str | None) -> Catalog:
    if not path.exists():
        return _catalogue(code)
    with path.open("rb") as source:
        return read_po(source, locale=code, ignore_obsolete=True)


def _write(catalogue: Catalog, path: Path) -> None:
    written = io.BytesIO()
    write_po(written, catalogue, width=0, include_lineno=False, ignore_obsolete=True)
    lines = written.getvalue().decode().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(tuple(f'"{name}:' for name in _VOLATILE))]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(kept), encoding="utf-8")


def main(arguments: list[str], locales: Path = LOCALES, root: Path = ROOT) -> None:
    if arguments == ["update"]:
        update(locales, root)
    elif arguments == ["check"]:
        if problems := find_problems(locales, root):
            sys.exit("\n".join(problems))
    else:
        sys.exit("usage: python -m bot.catalogues update | check")


if __name__ == "__main__":
    main(sys.argv[1:])
