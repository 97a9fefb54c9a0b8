"""The words of the figure grammar: comparisons, changes, names that need no unit. Data only."""

from __future__ import annotations

from keqiao.engine.blocks import listed, table

# What a word before a number says about it; a middle dot stands for a space.
BEFORE = table(
    """
>=: ≥ >= => ≧ ⩾ 超过 超 超出 逾 至少 最少 最低 不亚于 不下于 突破 > at·least not·fall·below not·below over above
    exceeding exceeds exceed in·excess·of minimum·of a·minimum·of minimum min.
<=: ≤ <= =< ≦ ⩽ 不超 不足 至多 最多 < at·most not·above 不到 不及 不满 未达到 未达 最高 最大 最长 below under within
    up·to not·exceeding not·exceed maximum·of a·maximum·of maximum max.
better: 优于 好于 不劣于 不逊于 better·than as·good·as
=: = 达到 达 可达 可达到 低至 高至 低到 高到 低达 高达 高达到 为 约为 等于 设为 at equal·to equals of is
    as·low·as as·high·as as·little·as as·much·as as·small·as as·large·as down·to
    最高达 最高达到 最高可达 最高可达到 最高能达 最大可达 最长可达
    are was were reaches reached reaching reach achieves achieved achieving
goal: 控制在 →
about: 约 大约 近 接近 大概 左右约 ≈ 大致 将近 about around approximately approx. approx ca. roughly nearly almost
    约等于
from: 由 从 自 from between 介于 介乎 在
joins: 要有 应有 须有 需有 能有 占 占到
"""
)
# What a word behind a number says about it.
AFTER = table(
    """
>=: 及以上 或以上 以上 之上 及更高 或更高 or·more or·above or·higher or·greater and·above or·longer
    minimum min. min
<=: 及以下 或以下 以下 以内 之内 之下 内 及更低 或更低 or·less or·below or·lower or·fewer and·below maximum max. max
about: 左右 上下 前后
better: or·better 或更优 或更好 及更优
"""
)
# From there to here: 提高到, 降至, 缩短为.
_CHANGING = listed(
    """
    提高 提升 增加 增长 增大 上升 升高 降低 下降 减少 减小 缩短 缩减 缩小 延长 扩大 压缩 控制 改善 改进 优化 下调 上调
    拉长 加快 放宽 收窄 压减 压降 升 降 增 减 缩 提
    """
)
BEFORE["goal"] += tuple(verb + ending for verb in _CHANGING for ending in listed("到 至 为 成 到了 至了 为了 成了"))

# 高于, 不高于, 不得高于, 高于等于: what is more turns to less behind a “not”.
_MORE = "高大多长强重厚宽快深久迟晚"
_LESS = "低小少短弱轻薄窄慢浅早"
_NOT = listed("不 不得 不应 不能 不可 不会 不宜 不许 不准 应不 须不 需不 未")
_OR_EQUAL = listed("等于 或等于 或者等于")
_MORE_THAN = listed("more greater larger higher longer thicker wider heavier faster deeper later")
_LESS_THAN = listed("less fewer smaller lower shorter thinner narrower lighter slower earlier")
for _words, _english, _bound, _turned in ((_MORE, _MORE_THAN, ">=", "<="), (_LESS, _LESS_THAN, "<=", ">=")):
    BEFORE[_bound] += tuple(word + than for word in _english for than in ("·than", "·than·or·equal·to"))
    BEFORE[_turned] += tuple(f"{no}·{word}·than" for no in ("no", "not", "not·be") for word in _english)
    BEFORE[_bound] += tuple(word + "于" + equal for word in _words for equal in ("", *_OR_EQUAL))
    BEFORE[_turned] += tuple(denied + word + "于" for denied in _NOT for word in _words)
BEFORE["<="] += tuple(denied + word for denied in _NOT for word in ("超过", "超出", "逾"))
RANGE = listed("~ 〜 - – — ― -- —— 至 到 to and 与 和 .. ... ……")
CHANGE = listed(
    """
    提高 提升 增加 增长 增大 上升 降低 下降 减少 减小 缩短 缩减 缩小 延长 扩大 压缩 改善
    优化 increase increased increases improve improved
    improves raise raised rise rose reduce reduced reduces decrease decreased lower lowered drop dropped cut grow
    grew fall falls fell rises shrink shrinks shrank shorten shortened
    """
)

# Quantities without a unit that are figures all the same; also endings that make one (摩擦系数, 容积率).
BARE_NAMES = frozenset(
    listed(
        """
    AUC COP EER F0 F0值 F1 F1值 IoU NA PH PUE Q值 Ra Rz SNR SPF TPS QPS TRL ZT coefficient factor index
    mAP pH ph pH值 ratio zT
    介电常数 信噪比 分辨率 功率因数 压缩比 变比 对比度 折射率 数值孔径 比重 泊松比 消光比 电能使用效率 电能利用效率
    白度 重复性 长径比 强屈比 屈强比
        """
    )
) | {"refractive index", "dielectric constant", "power usage effectiveness"}
BARE_ENDINGS = listed("系数 率 比 指数 常数 因子 因数 硬度 粘度 酸值 倍数 密度 强度 精度 值 度 等级 级别")
OUTPUT_WORDS = listed(
    """
    产能 产量 年产 日产 月产 处理能力 并发 容量 通道 测点 寿命 点数 路数 轴数 参数量 用户数 连接数 事务数 样本量
    capacity
    """
)

# Smaller is better: 优于 and a bare target mean “at most” for these.
SMALLER_IS_BETTER = (
    *listed(
        """
    误差 偏差 真空 粗糙度 能耗 电耗 水耗 损耗 延迟 时延 响应时间 时间 周期 噪声 噪音 重量 质量损失 成本 价格 费用 泄漏
    漏率 排放 残留 缺陷 失真 漂移 PUE 电能利用效率 电能使用效率 不良率 误报率 漏报率 误检率 漏检率 故障率 衰减
    收缩率 吸水率 孔隙率 含水率 波动 不确定度 厚度 功耗 摩擦系数 磨损 暗电流 热阻 插入损耗 回波 粒径 杂质
    灰分 反射率 体积 预算 error deviation roughness loss latency delay noise weight cost price leak emission residue
    defect distortion drift consumption uncertainty thickness impurity reflectance budget
        """
    ),
    "response time",
)
# Better may be more or less of these; the unit tells.
EITHER_WAY = ("精度", "精确度", "准确度", "分辨率", "分辨力", "accuracy", "precision", "resolution")
# 位 behind these are binary digits.
IN_BITS = listed("分辨率 编码器 采样 量化 位数 字长 位宽 精度 密钥 单圈 多圈")
