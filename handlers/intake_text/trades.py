"""Words that short names of companies end with: what a company makes, sells or is."""

from __future__ import annotations

import re

_TRADES = """
刀具 轴承 电机 包装 机械 电器 机电 自控 液压 照明 塑胶 塑料 仪器 仪表 阀件 阀门 泵业 泵阀 水泵 矿机
纺机 机床 制冷 铝材 五金 电子 电气 设备 科技 化工 制药 食品 建材 模具 工具 电缆 灯饰 家具 纺织 印刷
农机 重工 工控 传动 激光 精密 钢构 钢铁 钢管 钢材 不锈钢 铸造 锻造 铸件 锻件 齿轮 轧辊 橡胶 硅胶
树脂 涂料 油漆 玻璃 陶瓷 水泥 石材 木业 木工 竹业 纸业 造纸 纸品 印务 彩印 服饰 服装 制衣 针织 印染
皮革 鞋业 箱包 玩具 文具 工艺 礼品 珠宝 钟表 眼镜 乳业 乳品 酒业 茶业 饮料 粮油 米业 肉业 肉类 水产
海产 冷链 冷冻 冷库 冷藏 调味 果品 果业 农业 农资 种业 饲料 牧业 养殖 园艺 花卉 林业 渔业 盐业 糖业
烟草 药业 医药 医疗 医械 生物 检测 环保 净水 水务 水处理 能源 新能源 光伏 风电 锂电 电池 电力 电源
变压器 开关 线缆 光电 光学 光纤 通信 通讯 网络 软件 信息 智能 智造 机器人 自动化 微控 数控 控制 测控
传感 半导体 芯片 汽配 汽车 摩配 摩托 车辆 客车 零部件 配件 轮胎 船舶 船厂 船用 造船 航空 航天 游艇
轨道 铁路 路桥 市政 建设 建筑 建工 工程 装饰 装修 幕墙 门窗 暖通 空调 消防 安防 电梯 起重 吊装 输送
物流 货运 仓储 快运 供应链 贸易 商贸 实业 工贸 进出口 外贸 超市 百货 酒店 宾馆 餐饮 旅游 传媒 文化
教育 教学仪器 矿业 矿山 煤业 煤化 石化 石油 燃气 油气 焦化 冶金 有色 铜业 铝业 锌业 金属 制品 器材
材料 新材 新材料 复材 磁材 石墨 碳素 耐材 保温 防水 胶业 胶粘 紧固件 标准件 弹簧 密封 密封件 管业
管件 管道 焊接 焊材 磨具 磨料 量具 刃具 夹具 锯业 链条 链轮 皮带 风机 锅炉 压力容器 容器 换热 热能
干燥 粉体 筛分 破碎 钻探 勘探 测绘 仪控 天平 衡器 缝纫 绣花 蜡染 拉链 纽扣 纤维 化纤 毛纺 棉纺 丝绸
地毯 家纺 家电 小家电 厨具 厨卫 卫浴 洁具 餐具 炊具 橱柜 床垫 地板 板材 型材 石膏 砖业 瓦业 日化
洗涤 香料 化妆品 清洁 制造 加工 装备 机器 机械厂 烘焙 制革 雪橇 支架 塔筒 饰件 窑炉 矿用设备 培训 车业
保鲜 果蔬 水龙头 焊割 电瓷 塑机
"""
_KNOWN = frozenset(_TRADES.split())
_WIDTHS = sorted({len(trade) for trade in _KNOWN}, reverse=True)
_FORM = re.compile(r"(?:厂|店|行|公司|集团)$")
_NO_NAME = re.compile(
    r"[请烦谢您你我他她的了吗呢吧把被让使这那哪啥就]|麻烦|审批|申请|领导|客户|裁定|决定|收货|送货|地址|电话|同意|原因|误|报成|"
    r"一下|生效|执行|说错|写错|群里|流程|消息|原话|折扣|价格|账期|结算|付款|回款|竞争|对手|同行|开始|以后|尽快|帮忙|按时|拖欠"
)


def brand_width(words: str) -> int:
    """Give how many characters stand before the trade that words end with; -1 where they end with none."""
    for end in (len(words), len(_FORM.sub("", words))):
        for width in _WIDTHS:
            if width <= end and words[end - width : end] in _KNOWN:
                return end - width
    return -1


def ends_with_trade(words: str) -> bool:
    return brand_width(words) >= 0


def width_to_trade(words: str) -> int:
    """Give how many characters a brand and its trades take at the beginning of words, 0 without one."""
    begins = (at for at in range(2, min(6, len(words))) if _trade_at(words, at))
    at = next(begins, 0)
    while at and (width := _trade_at(words, at) or _form_at(words, at)):
        at += width
    return at


def _trade_at(words: str, at: int) -> int:
    return next((width for width in _WIDTHS if words[at : at + width] in _KNOWN), 0)


def _form_at(words: str, at: int) -> int:
    return next((len(form) for form in ("公司", "集团", "厂", "店") if words.startswith(form, at)), 0)


def unlike_a_name(words: str) -> bool:
    """Whether words hold what no customer is called."""
    return bool(_NO_NAME.search(words))
