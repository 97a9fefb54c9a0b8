"""What a measure is the measure of: the noun phrase before it, or behind it (`98% 的吸光率`)."""

from __future__ import annotations

import functools
import itertools
import re
from typing import Any

import rjieba

from keqiao.engine.specs.lexicon import BARE_ENDINGS, BARE_NAMES, CHANGE

_CLAUSE = re.compile(r"[。；;！!?？\n\r|，,、：:()\[\]【】《》“”\"<>]|(?:19|20)\d{2}年(?:\d+月)?(?:\d+日)?")
_WINDOW = 40
_LONGEST = 12
_TRAILING = re.compile(r"[\s:：=,，\-—]+$")

# Words that join a quantity to its value: passed over between the two.
_BETWEEN = frozenset(
    """的 了 在 是 为 要 要求 指标 目标 达标 范围 数值 水平 一般 通常 需要 需 应当 应 须 必须 可以 可 能够 能 将 已 已经 仅 只有 只 均 都 也 有 保持 稳定 维持 实现 满足 处于
    位于 至 到 由 从 原来 现有 目前 大部分 基本 总体 分别 平均 介于 达 最终 一次性 累计 不 区间 设计 实测 测试 左右 控制 之间 同比 以下 以上 以内 可达 稳定在 保持在 范围内 低至 即 约 大约 高 低
    可调 连续 每 仍 就 后 时 其 值为""".split()
)
# Words that end a name when one looks back from the value.
_STOP = frozenset(
    """的 了 在 是 为 使 使得 将 把 让 其 该 此 并 且 而 但 或 及 与 和 以 从 由 到 至 对 被 于 可 可以 能 能够 应 需 需要 要 要求 达 达到 实现 满足 保证 确保 具有 具备 拥有 采用 通过 利用 进行
    后 前 时 下 中 上 内 较 比 相比 即 如 等 也 还 都 均 只 仅 不 有 所 得 着 过 希望 目前 现有 我们 我司 公司 时候 情况 条件下 环境下 以及 并且 同时 其中 拟 计划 预计 出资 投入 提供 寻找 寻求 解决 开发 研制
    研发 获得 得到 产生 使用 支持 适用 适用于 包括 力争 约 大于 小于 超过 低于 高于 一种 制备 获取 选用 保持 对于 另外 若 每 年均 如果 条件 做到 数据显示 实验证明 我国 只能 通常 一般 无法 已经 随着 由于 因 因为 所以 因此 当 则 又 很 更 最 已 能否 年来""".split()
)
# Words that a name does not begin with, though they may stand inside one.
_OPENING = frozenset(
    "产品 系统 设备 装置 样品 整机 整体 主要 技术 指标 目标 性能 参数 项目 材料 本 现 年 各 全".split()
)
_ALONE = frozenset("长 宽 高 厚 深 重 长度 宽度".split())
_ENGLISH_STOP = frozenset(
    """the a an of with and or is are was were be been has have had at in on to for from by that which its their this these
    than as between should must shall can could may will would reach reaches reached achieve achieves achieved need needs we
    our it requires required require provides provide having keep keeps kept within over under up about ranges ranging range
    not no least most value values up""".split()
)
_BEHIND = re.compile(r"^\s*(?P<of>级?的)?\s*(?P<name>[\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z ]{1,30})")
_SCALES = re.compile(r"\s*(HRC|HRB|HRA|HV|HBW|HB)$")
_COMPOUNDS = """比表面积 比强度 比能量 比容量 比功率 研发周期 研发费用 研发投入 研发经费 研发成本 开发周期 使用寿命 使用温度 适用温度 可靠性 可见光透过率 能量密度
功率密度 氨氮 总磷 总氮 吸光率 透光率 导热系数 热导率 热膨胀系数 检出限 误报率 漏报率 良品率 响应时间 定位精度 升温速率 处理能力 含水率 固含量 去除率 回收率 介电常数 折射率 抗拉强度
屈服强度 延伸率 断裂伸长率 摩擦系数 粗糙度 表面粗糙度 绝缘电阻 循环寿命 能耗 电耗 功耗 时延 信噪比 探测距离 续航里程 装机容量 存储温度 工作温度 运行温度 工作电压 工作压力 营业收入""".split()


@functools.cache
def _segmenter() -> Any:
    """rjieba with names of quantities that its dictionary lacks; an instance of our own, nobody else sees them."""
    segmenter = rjieba.Jieba()
    for word in _COMPOUNDS:
        segmenter.add_word(word, 1_000_000, "n")
    return segmenter


def name_before(text: str, floor: int, end: int, *, goal: bool = False) -> tuple[str, int]:
    """The name that ends before `end`, looking back no further than `floor`; and where it starts.

    An empty name starts at `end`. With `goal`, verbs of change before the value are passed over.
    """
    start_of_window = max(floor, end - _WINDOW)
    stem = _TRAILING.sub("", text[start_of_window:end])
    bracket = re.search(r"\([^()]*\)$", stem)
    if bracket is not None:
        stem = _TRAILING.sub("", stem[: bracket.start()])
    breaks = [match.end() for match in _CLAUSE.finditer(stem)]
    clause = breaks[-1] if breaks else 0
    words = _words(stem[clause:])
    while words and (words[-1].strip().lower() in _between(goal=goal) or not words[-1].strip()):
        words.pop()
    name = _english_phrase(words) if words and words[-1].isascii() and len(words[-1]) > 1 else ""
    name = name if name and not _only_symbol(name, words) else _phrase(words)
    if not name:
        return "", end
    return name, start_of_window + clause + "".join(_words(stem[clause:])).rindex(name)


def _only_symbol(name: str, words: list[str]) -> bool:
    """Whether the Latin name is a symbol behind a Chinese one (表面粗糙度Ra, 数据中心PUE)."""
    before = "".join(words)[: -len(name)] if "".join(words).endswith(name) else ""
    return " " not in name and bool(re.search("[\u4e00-\u9fff]$", before))


def _between(*, goal: bool) -> frozenset[str]:
    return _BETWEEN | _ENGLISH_STOP | frozenset(CHANGE) if goal else _BETWEEN | _ENGLISH_STOP


def _words(stem: str) -> list[str]:
    return list(_segmenter().cut(stem))


def _phrase(words: list[str]) -> str:
    kept: list[str] = []
    for word in reversed(words):
        if word in _STOP or not word.strip() or not (word[0].isalnum() or word in "-/"):
            break
        if word.isascii() and kept and not kept[0].isascii() and not word.isalpha():
            break
        if kept and sum(map(len, kept)) + len(word) > _LONGEST:
            break
        kept.insert(0, word)
    while len(kept) > 1 and kept[0] in _OPENING:
        kept.pop(0)
    phrase = re.sub("(?<=[A-Za-z])值$", "", "".join(kept).strip(" -"))
    bare = next(
        (name for name in sorted(BARE_NAMES, key=len, reverse=True) if name.isascii() and phrase.endswith(name)), None
    )
    if bare is not None and bare not in {"Ra", "Rz", "NA", "F1"}:
        return bare
    return phrase if len(phrase) > 1 or phrase in _ALONE else ""


def _english_phrase(words: list[str]) -> str:
    kept: list[str] = []
    for word in reversed("".join(words).split(" ")):
        if word.lower() in _ENGLISH_STOP or not re.fullmatch(r"[A-Za-z][A-Za-z0-9'/-]*", word):
            break
        kept.insert(0, word)
        if len(kept) == 4:
            break
    if not kept and words:
        tail = re.search(r"[A-Za-z][A-Za-z0-9'/-]*$", "".join(words))
        return tail[0] if tail else ""
    while len(kept) > 2 and kept[0].lower().endswith("ed"):
        kept.pop(0)
    return " ".join(kept)


def split_scale(name: str) -> tuple[str, str]:
    """A hardness scale written into the name (`硬度HRC`): the name without it, and the scale."""
    match = _SCALES.search(name)
    return (name[: match.start()] or "硬度", match[1]) if match else (name, "")


def name_behind(text: str, start: int, limit: int) -> tuple[str, int]:
    """The name that follows (`98% 的吸光率`, `20 MPa tensile strength`), and where it ends."""
    stretch = text[start:limit]
    cut = _CLAUSE.search(stretch)
    match = _BEHIND.match(stretch[: cut.start()] if cut else stretch)
    if match is None:
        return "", start
    found = match["name"].rstrip()
    name = _english_behind(found) if found[0].isascii() else _han_behind(found, said=bool(match["of"]))
    return (name, start + match.start("name") + len(name)) if name else ("", start)


def _english_behind(found: str) -> str:
    words = list(itertools.takewhile(lambda word: word.lower() not in _ENGLISH_STOP, found.split()))
    return " ".join(words[:3])


def _han_behind(found: str, *, said: bool) -> str:
    """The nouns that follow; without 的 between, only when the first word is one."""
    name = ""
    for word, tag in _segmenter().tag(found):
        if word in _STOP or word in _BETWEEN or len(name) >= 8 or not (said or name or tag.startswith(("n", "vn"))):
            break
        name += word
    return name


def needs_no_unit(name: str) -> bool:
    """Whether a bare number behind this name is a figure (PUE, 折射率, 摩擦系数)."""
    return any(name.endswith(bare) for bare in BARE_NAMES) or name.endswith(BARE_ENDINGS)
