"""Which of several values was decided on: what was asked or held before, and what others give, is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

RIVAL = re.compile(
    r"对手|对家|同行|竞品|竞争|友商|别家|别人|别的|隔壁|其他家|其它家|其他厂|(?<!给)人家(?=[^,，]{0,6}(?:给|报|做|打|只要|才|价))|另一家|另外一家|外面|市场价|"
    r"上家|对面(?=报)|(?<!号)对面(?=给)|"
    r"供应商|下游|下家|那家(?=[一-龥]{0,3}(?:给|报|做|打|是))|他们那边报|上次|去年|前年|以前给|曾经"
)
"""Said of somebody else's price, or of the past."""
TURN = re.compile(r"(?:改|调整?|变更?|换|转|弄|整|搞)(?:成|为|到)|→|->|=>")
"""What parts that which holds from that which is asked for."""
_DECIDED = re.compile(
    r"最后|最终|谈成|谈的|敲定|定的|定在|定了|定为|成交|说好|我[回给答批][的了]|只(?:同意|给|能给|批|答应)|同意的?是?|(?:改|换|调)(?:成|为|到)了?"
)
_BEFORE = re.compile(
    r"以前|之前|原来|原先|本来|原本|一开始|起初|起先|开口|想要?|希望|要求|非要|开始|最早|先前|报的|要(?=\s?$)|(?:客户|对方|他们?|她|老板)[^,]{0,4}说|提过|问过"
)
_SETTLED = re.compile(r"\s?(?:谈成|谈下来|成交|敲定|拍板|定了|定下来)")
_TALKED_OF = re.compile(r"[^,;。!?\n]{0,8}(?:谈|提|问|聊|考虑)过")
_CLAUSE = re.compile(r"[,;。!?\n]")


class Mention(Protocol):
    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


M = TypeVar("M", bound=Mention)


def decided(said: str, mentions: Sequence[M]) -> list[M]:
    """Keep what was decided where the rest is said to be a wish or the past: 想要85折,最后谈成92折."""
    before = [_CLAUSE.split(said[max(0, each.start - 16) : each.start])[-1] for each in mentions]
    gone = [
        bool(_BEFORE.search(words) or _TALKED_OF.match(said, each.end))
        for each, words in zip(mentions, before, strict=True)
    ]
    last = [
        each
        for each, words, was in zip(mentions, before, gone, strict=True)
        if not was and (_DECIDED.search(words) or _SETTLED.match(said, each.end))
    ]
    return last if last and any(gone) and sum(gone) + len(last) == len(mentions) else list(mentions)
