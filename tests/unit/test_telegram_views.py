from hypothesis import given
from hypothesis import strategies as st

from bot.messengers.telegram_views import keyboard, parts, shortened, split, units
from handlers.ui import Button, LocalFile, Paragraph, Span, View, bold, line

FILE = LocalFile("2026/contract.pdf", "合同.pdf", "application/pdf")
AGREE = ((Button("同意", "approve:1:3"),),)

texts = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("\n 😀👩‍👩‍👧汉")), max_size=60)
spans = st.builds(Span, texts, st.booleans())
views = st.builds(
    View,
    st.lists(st.builds(Paragraph, st.lists(spans, max_size=4).map(tuple)), max_size=6).map(tuple),
)


def marked(part):
    """Read the bold stretches back as Telegram does: by UTF-16 units."""
    encoded = part.text.encode("utf-16-le")
    return [encoded[2 * start : 2 * (start + length)].decode("utf-16-le") for start, length in part.bold]


@given(views, st.integers(2, 40))
def test_joined_parts_are_the_text(view, limit):
    assert "".join(part.text for part in split(view, limit)) == view.text


@given(views, st.integers(2, 40))
def test_no_part_exceeds_the_limit(view, limit):
    assert all(units(part.text) <= limit for part in split(view, limit))


@given(views, st.integers(2, 40))
def test_every_entity_lies_within_its_part_and_none_is_empty(view, limit):
    for part in split(view, limit):
        ends = [0]
        for offset, length in part.bold:
            assert length > 0
            assert offset >= ends[-1]
            ends.append(offset + length)
        assert ends[-1] <= units(part.text)


@given(views, st.integers(2, 40))
def test_exactly_the_bold_words_are_bold_after_splitting(view, limit):
    expected = "".join(span.text for paragraph in view.paragraphs for span in paragraph.spans if span.bold)
    assert "".join(text for part in split(view, limit) for text in marked(part)) == expected


def test_offsets_count_an_emoji_as_two_units():
    (part,) = parts(View((line("😀", bold("九二折")),)))
    assert part.bold == ((2, 3),)


def test_neighbouring_bold_spans_are_one_entity():
    (part,) = parts(View((line(bold("客户"), bold("华强"), " 贸易"),)))
    assert part.bold == ((0, 4),)


def test_bold_does_not_run_over_a_line_end():
    (part,) = parts(View((line(bold("甲")), line(bold("乙")))))
    assert part.bold == ((0, 1), (2, 1))


def test_what_looks_like_markup_stays_text():
    (part,) = parts(View((line("<b>*_[x](http://a)_*</b>&amp;"),)))
    assert part.text == "<b>*_[x](http://a)_*</b>&amp;"
    assert part.bold == ()


def test_text_of_exactly_the_limit_is_one_message():
    assert len(parts(View((line("汉" * 4096),)))) == 1


def test_long_text_breaks_between_paragraphs():
    first, second = parts(View((line("甲" * 3000), line("乙" * 3000))))
    assert first.text.rstrip("\n") == "甲" * 3000
    assert second.text.lstrip("\n") == "乙" * 3000


def test_long_paragraph_never_breaks_inside_a_surrogate_pair():
    first, second = parts(View((line("x" + "😀" * 4000),)))
    assert units(first.text) == 4095
    assert (first.text + second.text).count("😀") == 4000


def test_only_the_last_part_carries_the_buttons():
    first, second = parts(View((line("甲" * 5000),), AGREE))
    assert first.rows == ()
    assert second.rows == AGREE


def test_no_message_of_mere_white_space_is_sent():
    sent = parts(View((line("甲" * 4096), line("\n" * 5000)), AGREE))
    assert [part.text.strip() for part in sent] == ["甲" * 4096]
    assert sent[-1].rows == AGREE


def test_short_text_is_the_caption_of_the_file():
    (part,) = parts(View((line(bold("合同"), "请签收"),), AGREE, FILE))
    assert (part.text, part.bold, part.rows, part.file) == ("合同请签收", ((0, 2),), AGREE, FILE)


def test_text_too_long_for_a_caption_follows_the_file():
    file, text = parts(View((line("汉" * 1025),), AGREE, FILE))
    assert (file.text, file.rows, file.file) == ("", (), FILE)
    assert (text.text, text.rows, text.file) == ("汉" * 1025, AGREE, None)


def test_wide_rows_are_wrapped_in_order():
    row = tuple(Button(str(number), f"n:{number}") for number in range(19))
    wrapped = keyboard(View((), (row,)))
    assert [len(part) for part in wrapped] == [8, 8, 3]
    assert tuple(button for part in wrapped for button in part) == row


@given(texts.map(lambda text: text * 10))
def test_notices_fit_and_short_ones_stay_as_they_are(text):
    assert units(shortened(text)) <= 200
    if units(text) <= 200:
        assert shortened(text) == text
