"""The catalogues are complete, say what the code means, and every refusal has its words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot import catalogues
from bot.catalogues import ROOT, find_messages, find_problems, places
from bot.i18n import LOCALES, Catalogue, load_languages
from handlers.customers import NEW_CUSTOMER
from handlers.forms.engine import WORDS
from handlers.refusals import WORDING
from handlers.router import COMMANDS

LANGUAGES = load_languages(["zh_CN", "en"], "Asia/Shanghai")
ALLOWED = {"ERP", "PDF", "JPG", "PNG", "WEBP", "HEIC", "MB", "MA", "XXXXX", "X", "KH", "SO", "hrwj"} | {
    "RS",
    "XJ",
    "JY",
    "YH",
    "Excel",
    "liwenjing",
    "chenfang",
    "A",
    *"abcdef",
}
LABELS = {  # English msgid -> the label that design fixes
    "Submit": "提交",
    "Skip": "跳过",
    "Back": "上一步",
    "Cancel": "取消",
    "Continue filling": "继续填写",
    "Refill": "重新填写",
    "Edit": "修改",
    "Confirm": "确认",
    "Return": "返回",
    "Approve": "同意",
    "Reject": "驳回",
    "Send back": "退回",
    "Withdraw": "撤回",
    "Details": "查看详情",
    "Recorded": "已录入",
    "My tasks": "我的待办",
    "My requests": "我的申请",
    "New customer": "新客户",
    "Menu": "菜单",
    "Help": "帮助",
    "awaiting approval": "待审批",
    "approved": "已同意",
    "rejected": "已驳回",
    "returned": "已退回",
    "withdrawn": "已撤回",
    "completed": "已完成",
    "please check": "请核对",
}
FIELDS = "客户名称 统一社会信用代码 客户地址 联系人 联系电话 折扣 结算方式 客户类别 客户等级 客户来源 附件"


def _chinese() -> Iterator[str]:
    with (LOCALES / "zh_CN" / "LC_MESSAGES" / "messages.po").open("rb") as source:
        for message in read_po(source):
            if message.id:
                yield from [message.string] if isinstance(message.string, str) else message.string or ()


def _raised(folders: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every literal that stands as the code of a Refused, with where it does."""
    for path in (path for folder in folders for path in sorted(ROOT.glob(folder))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused" and node.args:
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value, f"{path.relative_to(ROOT)}:{node.lineno}"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one module whose catalogues are complete."""
    (tmp_path / "handlers").mkdir()
    (tmp_path / "bot").mkdir()
    (tmp_path / "handlers" / "menu.py").write_text('_("Hello {name}", name=name)\n')
    catalogues.update(tmp_path / "locales", tmp_path)
    _translate(tmp_path, "您好，{name}")
    return tmp_path


def _translate(project: Path, wording: str) -> None:
    path = project / "locales" / "zh_CN" / "LC_MESSAGES" / "messages.po"
    head, _msgstr, _tail = path.read_text().rpartition("msgstr")
    path.write_text(f'{head}msgstr "{wording}"\n')


def _problems(project: Path) -> list[str]:
    return find_problems(project / "locales", project)


def test_catalogues_of_this_repository_are_complete() -> None:
    assert find_problems() == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('ctx.language("A {n}", n=1)', ["A {n}"]),
        ('_("one, " "two")', ["one, two"]),
        ("f\"{_('inside')} · {ctx.language('too')}\"", ["inside", "too"]),
        ('_.plural("{n} file", "{n} files", 3)', [("{n} file", "{n} files")]),
        ('self._default("late")', ["late"]),
        ('self.language(account.language)("private")', ["private"]),
        ('ctx.language("“{form}” went", form=ctx.language(form.title))', ["“{form}” went"]),
        ('languages("zh_CN")(label), _(label), _("")', ["zh_CN"]),
    ],
)
def test_messages_are_found_in_every_shape_of_call(source: str, found: list[object]) -> None:
    assert find_messages(source) == found


def test_an_f_string_cannot_be_a_message() -> None:
    with pytest.raises(ValueError, match="line 1"):
        find_messages('_(f"Hello {name}")')


def test_a_complete_project_has_no_problems(project: Path) -> None:
    assert _problems(project) == []


def test_a_new_message_makes_the_catalogues_stale(project: Path) -> None:
    (project / "bot" / "app.py").write_text('_("New")\n')
    assert "messages.pot: stale, run `make messages`: misses New" in _problems(project)


def test_a_message_no_longer_used_makes_the_catalogues_stale(project: Path) -> None:
    (project / "handlers" / "menu.py").write_text("\n")
    assert any("no longer used: Hello {name}" in problem for problem in _problems(project))


def test_a_missing_translation_is_reported_while_english_speaks_for_itself(project: Path) -> None:
    _translate(project, "")
    assert _problems(project) == ["zh_CN: not translated: Hello {name}"]


def test_a_translation_with_other_named_places_is_reported(project: Path) -> None:
    _translate(project, "您好，{who}")
    assert _problems(project) == ["zh_CN: named places differ: Hello {name}"]


def test_a_fuzzy_translation_is_reported(project: Path) -> None:
    path = project / "locales" / "zh_CN" / "LC_MESSAGES" / "messages.po"
    path.write_text(path.read_text().replace("#, python-brace-format", "#, fuzzy, python-brace-format"))
    assert _problems(project) == ["zh_CN: fuzzy: Hello {name}"]


def test_update_keeps_translations_and_changes_nothing_twice(project: Path) -> None:
    path = project / "locales" / "zh_CN" / "LC_MESSAGES" / "messages.po"
    catalogues.update(project / "locales", project)
    once = path.read_text()
    catalogues.update(project / "locales", project)
    assert path.read_text() == once
    assert "您好，{name}" in once
    assert "Date" not in once


def test_check_ends_with_an_error_that_says_what_is_wrong(project: Path) -> None:
    _translate(project, "")
    with pytest.raises(SystemExit, match=r"zh_CN: not translated: Hello"):
        catalogues.main(["check"], project / "locales", project)


def test_every_code_that_is_raised_has_wording() -> None:
    raised = dict(_raised(["domain/**/*.py", "handlers/**/*.py", "bot/*.py"]))
    assert raised
    assert {code: where for code, where in raised.items() if code not in WORDING} == {}


@pytest.mark.parametrize("code", sorted(WORDING))
@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES.keys())
def test_every_refusal_has_wording_with_the_same_named_places(language: Catalogue, code: str) -> None:
    wording = language(WORDING[code])
    assert wording
    assert places(wording) == places(WORDING[code])
    assert language.code == "en" or wording != WORDING[code]


@pytest.mark.parametrize("table", [COMMANDS, WORDS], ids=["commands", "words in forms"])
def test_no_typed_word_means_two_things(table: Mapping[str, tuple[str, ...]]) -> None:
    meanings: dict[str, set[str]] = {}
    for meaning, words in table.items():
        for word in words:
            for language in LANGUAGES.values():
                meanings.setdefault(language(word).casefold(), set()).add(meaning)
    assert {word: meant for word, meant in meanings.items() if len(meant) > 1} == {}


def test_labels_are_those_that_design_fixes() -> None:
    assert {msgid: LANGUAGES["zh_CN"](msgid) for msgid in LABELS} == LABELS


def test_fields_of_a_new_customer_have_the_labels_that_design_fixes() -> None:
    assert " ".join(LANGUAGES["zh_CN"](field.label) for field in NEW_CUSTOMER.fields) == FIELDS


def test_chinese_holds_no_english_words() -> None:
    left = {
        text: words
        for text in _chinese()
        if (words := set(re.findall(r"[A-Za-z]+", re.sub(r"\{\w+\}|/[a-z_]+", "", text))) - ALLOWED)
    }
    assert left == {}


def test_chinese_is_punctuated_as_chinese() -> None:
    narrow = re.compile(r"[一-鿿][,;:?!()\"']|[,;:?!()\"'][一-鿿]|[一-鿿]\.")
    assert [text for text in _chinese() if narrow.search(text)] == []


def test_chinese_never_speaks_of_a_lower_discount() -> None:
    assert [text for text in _chinese() if re.search("更?[低高]的?折扣|折扣[更过太][低高]", text)] == []
