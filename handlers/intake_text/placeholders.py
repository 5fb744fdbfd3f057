"""Words that stand where a value should: put off (地址回头补), not had (联系人暂无), or no name at all."""

from __future__ import annotations

import re

_NOT_YET = re.compile(
    r"[\s:：(（是,，额呃嗯]*(?:还|先|都|我|他们|客户)*(?:待(?:定|补|确认|提供|完善)|暂(?:无|缺|时|未|不|空)|"
    r"没(?:有|定|要|给|问|拿|写|说|填|发|收|报)|不(?:详|知|清楚|明|确定|晓得)|未(?:定|知|提供|填)|无(?=$|[\s,，。;；)）])|"
    r"后(?:补|面|续|边)|回头|稍后|稍候|晚点|晚些|晚上|等(?=[他客对我会一下确通])|明(?:天|早)|下次|下周|过两天|"
    r"再(?=[问补发说给看定])|问(?=[问一下到清])|忘|空着|先空|随后|尽快|马上|"
    r"同(?:上|前|法人|注册|公司|客户|名片|营业)|见(?:附件|名片|图|下|执照|营业)|在(?:名片|图|附件|执照)|"
    r"另(?:发|附|行|补)|看(?:名片|附件|图|执照)|如(?:图|附件))"
)
_SUSPICIOUS = re.compile(
    r"[了吗呢吧啊呀哦们你您她这谁很]|(?<=.)么|他们|他说|他的|今天|昨天|明天|前天|刚刚|刚才|已经|还没|就是|没有|麻烦|"
    r"拜访|认识|介绍|谈成|聊(?!城)|(?<!大)客户|我(?=们|这|想|要|的|在|跟|去)|说(?=要|是|的)|请(?=送|帮|发|您)|"
    r"怎么|什么|一下|补给|发到|告诉|老板让"
)
LONGEST_NAME = 36
"""Characters of a customer's name; a longer one has caught other words."""


def not_yet(words: str) -> bool:
    """Whether words say that there is no value, or not yet."""
    return bool(_NOT_YET.match(words))


def suspicious(words: str) -> bool:
    """Whether words hold what no name and no address has: pronouns, particles, verbs of the chat."""
    return bool(_SUSPICIOUS.search(words))
