"""What is said once for several requests of one message: 两家都95折款到发货, 前一家现结,后一家月结30天."""

from __future__ import annotations

import re

from handlers.intake_text.normalising import Text, joined

_BEGINS = r"(?:^|(?<=[\n;；。]))\s*"
_MANY = (
    r"(?:以上|上面|这)?(?:[两二三四五六七八九十2-9]|几)[家个](?:客户|公司)?(?:的?(?:折扣|结算|价格|条件))?"
)
_FOR_ALL = re.compile(
    rf"{_BEGINS}{_MANY}(?:都|均|全部?|统一|一样)[^\n;；。]+|(?<=[,，]){_MANY}都?是?因为[^\n;；。,，]+"
)
_FOR_EACH = re.compile(
    rf"{_BEGINS}(?:前一?|第一|前面(?:那|这)?)[家个](?P<one>[^\n;；。]+?)[,，;；。\s]*"
    r"(?:后一?|第二|后面(?:那|这)?)[家个](?P<two>[^\n;；。]+)"
)


def shared_out(chunks: list[Text]) -> list[Text]:
    """Give each request what is said of all of them, or of the former and the latter, in the last one."""
    if len(chunks) < 2:
        return chunks
    last = chunks[-1]
    if shared := _FOR_ALL.search(last.said):
        part = last.part(*shared.span())
        return [*(joined([chunk, "\n", part]) for chunk in chunks[:-1]), last]
    if len(chunks) == 2 and (each := _FOR_EACH.search(last.said)):
        one, two = (last.part(*each.span(name)) for name in ("one", "two"))
        rest: list[Text | str] = [
            last.part(0, each.start()),
            "\n",
            two,
            "\n",
            last.part(each.end(), len(last.said)),
        ]
        return [joined([chunks[0], "\n", one]), joined(rest)]
    return chunks
