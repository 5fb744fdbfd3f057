"""What a message says is no longer so: the old number, the address that was left, what is not to be filed."""

from __future__ import annotations

import re

from handlers.intake_text.board import Find

_GONE = re.compile(
    r"\s?[(（,，]?\s?(?:都|就)?(?:已经?)?(?:只管|停用|作废|不用|不要|停机|注销|打不通|空号|换掉|离职|走了|调走|退休|退租|搬走|不租|不送|不再)"
)
_FORMER = re.compile(
    r"(?:(?:原来?|旧|老|以前|之前|从)(?:的|那个)?(?:手机|电话|座机|传真|号码|邮箱|号)?(?:是|为)?|"
    r"(?:原来|以前|之前)的[一-龥]{2,4})[\s:：]*$"
)
_FORMER_PLACE = re.compile(
    r"(?:原来?|旧|老|以前|之前)的?(?:收货|送货|办公|注册|公司|联系)?(?:地址|地方|厂址)?(?:是|为|在)?[\s:：]*$|"
    r"(?:别|不要|不用|不再)(?:再)?(?:送|寄|发)(?:到|去)?\s*$"
)
_NOT_TO_BE_FILED = re.compile(r"\s?[(（,，]?\s?[^,，)）\d\0]{0,6}(?:不要|不用|别)(?:录|填|写|登记)")
_SENDERS_OWN = re.compile(
    r"(?:有(?:问题|疑问|事)?|缺(?:什么|啥)?|不(?:清楚|明白)的?|需要)?[^,，。;；\n]{0,6}(?:打|找|联系|呼|call)我的?(?:手机|电话|号码?)?[\s:：]*$|"
    r"我的?(?:手机|电话|号码?)(?:是|:)?[\s:：]*$|我的?(?:徒弟|同事|助理|搭档|师傅|师父|老婆|老公|助手)[一-龥]{0,3}[\s:：]*$"
)


def is_former(said: str, find: Find) -> bool:
    """Whether a number or a mail address is said to be gone: 原来的138…停用了."""
    return bool(_GONE.match(said, find.end) or _FORMER.search(said[max(0, find.start - 8) : find.start]))


def is_former_place(said: str, find: Find) -> bool:
    """Whether an address is said to have been left: 老地址…已经退租, 别送…了."""
    return bool(
        _GONE.match(said, find.end) or _FORMER_PLACE.search(said[max(0, find.start - 10) : find.start])
    )


def is_nobodys(said: str, find: Find) -> bool:
    """Whether a number is the sender's own, or said not to be filed: 有问题打我138…, 法人138…(不要录)."""
    before = said[max(0, find.start - 16) : find.start]
    return bool(_NOT_TO_BE_FILED.match(said, find.end) or _SENDERS_OWN.search(before))
