"""Labels of bags as they are printed: what they say, what their code carries, and that everything fits."""

from __future__ import annotations

import io
from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from bot.documents.fonts import font_path
from bot.documents.labels import BagLabel, render_labels

LABEL = BagLabel(
    company="粤恒工控设备有限公司",
    heading="人事档案",
    number="RS-0038",
    name="石岩",
    lines=(("入职时间", "2023-11-16"), ("工号", "YH0038"), ("部门", "佛山分公司"), ("位置", "F2-01-03")),
    secret="",
    link="https://t.me/menxia_bot?start=file_RS-0038",
    hint="扫码查看档案",
)


def text_of(pdf: bytes, page: int = 0) -> str:
    return PdfReader(io.BytesIO(pdf)).pages[page].extract_text()


def codes_on(pdf: bytes, page: int = 0) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    picture = document[page].render(scale=4).to_pil()
    document.close()
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def test_a_label_says_whose_bag_it_is_and_its_code_leads_there() -> None:
    pdf = render_labels([LABEL])
    text = text_of(pdf)
    for part in ("石岩", "RS-0038", "2023-11-16", "佛山分公司", "人事档案", "扫码查看档案"):
        assert part in text
    assert codes_on(pdf) == [LABEL.link]
    box = PdfReader(io.BytesIO(pdf)).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (283, 198)  # 100 × 70 mm in points


def test_the_chinese_font_goes_along() -> None:
    fonts = PdfReader(io.BytesIO(render_labels([LABEL]))).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    descriptors = [font.get_object().get("/FontDescriptor") for font in fonts.values()]
    embedded = [d for d in descriptors if d is not None and "/FontFile2" in d.get_object()]
    assert embedded
    assert font_path().is_file()


@pytest.mark.parametrize("name", ["欧阳·买买提江·阿不都热合曼", "Христофоров-Преображенский", "龘" * 24])
def test_a_long_name_is_written_whole(name: str) -> None:
    text = text_of(render_labels([replace(LABEL, name=name)])).replace("\n", "")
    assert name[-6:] in text
    assert "…" not in text


def test_what_the_font_lacks_is_printed_by_its_number() -> None:
    assert "<U+1F600>" in text_of(render_labels([replace(LABEL, name="李😀")]))


def test_rare_characters_of_names_are_there() -> None:
    name = "㼆䶮喆玥翀赟"
    assert name in text_of(render_labels([replace(LABEL, name=name)]))


def test_several_labels_share_a_sheet_to_be_cut() -> None:
    labels = [replace(LABEL, number=f"RS-{at:04}", link=f"https://t.me/b?start=file_{at}") for at in range(9)]
    pdf = render_labels([replace(each, secret="机密") for each in labels])
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 2
    assert sorted(codes_on(pdf)) == sorted(label.link for label in labels[:8])
    assert text_of(pdf).count("机密") == 8
    assert codes_on(pdf, 1) == [labels[8].link]


def test_the_same_labels_make_the_same_file() -> None:
    assert render_labels([LABEL]) == render_labels([LABEL])
