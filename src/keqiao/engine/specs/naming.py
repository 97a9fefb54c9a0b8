"""What a measure is the measure of: the noun phrase before it, or behind it (`98% 的吸光率`)."""

from __future__ import annotations

import functools
import itertools
import re
from typing import Any

import rjieba

from keqiao.engine.blocks import listed, spelling
from keqiao.engine.specs.lexicon import SCALES
from keqiao.engine.specs.vocabulary import BARE_ENDINGS, BARE_NAMES, CHANGE

_CLAUSE = re.compile(r"[。；;！!?？\n\r|，,、：:()\[\]【】《》“”\"<>]|(?:19|20)\d{2}年(?:\d+月)?(?:\d+日)?")
_WINDOW = 40
_LONGEST = 12
_TRAILING = re.compile(r"[\s:：=,，\-—]+$")

# Words that join a quantity to its value: passed over between the two.
_BETWEEN = frozenset(
    listed(
        """
        人民币
    一次性 一般 不 为 之间 也 了 仅 介于 仍 从 以上 以下 以内 位于 低 低至 保持 保持在 值为 其 分别 到 区间 即 原来
    只 只有 可 可以 可调 可达 同比 后 在 均 基本 处于 大约 大部分 实测 实现 将 就 左右 已 已经 平均 应 应当 必须
    总体 指标 控制 数值 时 是 最终 有 每 水平 测试 满足 现有 由 的 目前 目标 稳定 稳定在 累计 约 维持 能 能够 至
    现在 原先 原有 当前 传统 以往 此前 目标值 指标值 要求值 允许 不得 做到 分别 预计 有望 了
    范围 范围内 要 要求 设计 达 达标 连续 通常 都 需 需要 须 高
        """
    )
)
# Words that end a name when one looks back from the value.
_STOP = frozenset(
    listed(
        """
    一种 一般 上 下 不 与 且 中 为 也 了 于 产生 仅 从 以 以及 但 低于 使 使得 使用 保持 保证 做到 公司 其 其中 具备
    具有 内 出资 则 利用 到 制备 前 力争 包括 即 又 及 另外 只 只能 可 可以 同时 后 和 因 因为 因此 在 均 大于 如
    如果 实现 实验证明 对 对于 寻找 寻求 将 小于 已 已经 希望 年均 年来 并 并且 应 开发 当 很 得 得到 情况 我们 我司
    我国 或 所 所以 把 投入 拟 拥有 提供 支持 数据显示 无法 时 时候 是 更 最 有 条件 条件下 此 每 比 满足 环境下
    现有 由 由于 的 目前 相比 着 研制 研发 确保 等 约 而 能 能否 能够 至 若 获取 获得 被 要 要求 解决 计划 让 该
    超过 较 达 达到 过 还 进行 适用 适用于 选用 通常 通过 都 采用 随着 需 需要 预计 高于
        """
    )
)
# Words that a name does not begin with, though they may stand inside one.
_OPENING = frozenset(
    listed(
        """
    主要 产品 全 参数 各 年 性能 技术 指标 整体 整机 本 材料 样品 现 目标 系统 装置 设备 项目
        """
    )
)
_ALONE = frozenset(
    listed(
        """
    厚 宽 宽度 深 重 长 长度 高 铅 汞 镉 铬 砷 镍 铜 锌 铁 锰 铝 锑 硒 硼 氟 氯 硫 磷 氮 氨 苯
        """
    )
)
# Doing something is no property, when nothing else is said: 建设 120 亩示范基地.
_ONLY_DOING = frozenset(listed("建设 建成 新建 建造 改造 形成 覆盖 推广 完成 新增 扩建"))
_ENGLISH_STOP = frozenset(
    listed(
        """
        operates works runs
    a about achieve achieved achieves an and are as at be been between by can could for from had has have having in
    is it its keep keeps kept least may most must need needs no not of on or our over provide provides range ranges
    ranging reach reached reaches require required requires shall should than that the their these this to under up
    remain remains stay stays value values was we were which will with within would
        """
    )
)
# Symbols that are names of their own, whatever stands before them (数据中心PUE).
_SYMBOLS = sorted((n for n in BARE_NAMES if n.isascii() and n not in {"Ra", "Rz", "NA", "F1"}), key=len, reverse=True)
_SUFFIXES = frozenset("率度量性力值期")
# Behind one of these stands what qualifies the noun before it: bow after grinding.
_HEADED = frozenset({"of", "after", "during"})
# Words of the list above that are nouns at the end of a name: 抑制比, 总投入.
_NOUNS_TOO = frozenset({"比", "投入"})
# What something is compared with: 能耗较现有车型下降 15 %.
_THAN = frozenset({"较", "比", "相比", "相较", "相较于", "相对", "相对于"})
_BEHIND = re.compile(r"^\s*(?P<of>级?的|of(?: the)?\s)?\s*(?P<name>[\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z ]{1,30})")
_SCALE_WORDS = {spelling(word): scale for scale, words in SCALES.items() for word in words}
_ANY_SCALE = "|".join(re.escape(word) for word in sorted(_SCALE_WORDS, key=len, reverse=True))
_SCALE = re.compile(rf"(?<![A-Za-z])(?:{_ANY_SCALE})(?![A-Za-z])")
_SCALE_AT_END = re.compile(rf"\s*(?:{_ANY_SCALE}|邵氏?|邵尔|Shore)[\d./]*$")
_COMPOUNDS = listed(
    """
    容量保持率 强屈比 屈强比 长径比
    比表面积 比强度 比能量 比容量 比功率 研发周期 研发费用 研发投入 研发经费 研发成本 开发周期 使用寿命 使用温度
    适用温度 可靠性 可见光透过率 能量密度 功率密度 氨氮 总磷 总氮 吸光率 透光率 导热系数 热导率 热膨胀系数 检出限
    误报率 漏报率 良品率 响应时间 定位精度 升温速率 处理能力 含水率 固含量 去除率 回收率 介电常数 折射率 抗拉强度
    屈服强度 延伸率 断裂伸长率 摩擦系数 粗糙度 表面粗糙度 绝缘电阻 循环寿命 能耗 电耗 功耗 时延 信噪比 探测距离
    续航里程 装机容量 存储温度 工作温度 运行温度 工作电压 工作压力 营业收入
    """
)


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
    start_of_window = _window(text, floor, end)
    stem = _TRAILING.sub("", text[start_of_window:end])
    bracket = re.search(r"\([^()]*\)$", stem)
    if bracket is not None:
        stem = _TRAILING.sub("", stem[: bracket.start()])
    clause, words = _last_clause(stem, goal=goal)
    name = _english_phrase(words) if words and words[-1].isascii() and len(words[-1]) > 1 else ""
    name = name if name and not _only_symbol(name, words) else _phrase(words)
    if name in CHANGE or (words and words[-1] in CHANGE and not _THAN.isdisjoint(words)):
        # 采收率预计提高, 能耗较现有车型下降
        name = _phrase([*_changed(words), words[-1]])
    if not name or name in _ONLY_DOING:
        return "", end
    start = "".join(words).rfind(name)
    return name, start_of_window + clause + (start if start >= 0 else "".join(words).rfind(name[:2]))


def _changed(words: list[str]) -> list[str]:
    """The words of what changes, before the verb at the end of `words` and without what it is compared with."""
    than = next((i for i, word in enumerate(words[:-1]) if i and word in _THAN), len(words) - 1)
    return [word for word in words[:than] if word not in _BETWEEN]


def _window(text: str, floor: int, end: int) -> int:
    """Where the look back begins: further in English, and not within a word."""
    start = max(floor, end - (2 * _WINDOW if text[max(floor, end - _WINDOW) : end].isascii() else _WINDOW))
    while floor < start < end and text[start - 1 : start + 1].isascii() and text[start - 1 : start + 1].isalpha():
        start += 1
    return start


def _last_clause(stem: str, *, goal: bool) -> tuple[int, list[str]]:
    """Where the last clause with a word of its own begins, and its words: `吸光率：要求`, `吸光率，目标` go back."""
    passed = _BETWEEN | _ENGLISH_STOP | frozenset(CHANGE) if goal else _BETWEEN | _ENGLISH_STOP
    while True:
        breaks = [match.end() for match in _CLAUSE.finditer(stem)]
        clause = breaks[-1] if breaks else 0
        words = _words(stem[clause:])
        said = [word.strip() for word in words]
        while words and (not words[-1].strip() or words[-1].strip().lower() in passed):
            words.pop()
        if not words and said and said[-1].lower() == "range":
            return clause, ["range"]
        bracket = re.search(r"\([^()]*\)$", stem[:clause]) if not words else None
        if bracket is not None:  # 均匀性(3σ)需做到 2 %
            stem = _TRAILING.sub("", stem[: bracket.start()])
            continue
        if words or not clause or stem[clause - 1] not in (":：，," if any(said) else ":："):
            return clause, words
        stem = _TRAILING.sub("", stem[: clause - 1])


def _only_symbol(name: str, words: list[str]) -> bool:
    """Whether the Latin name is a symbol behind a Chinese one (表面粗糙度Ra, 数据中心PUE)."""
    before = "".join(words)[: -len(name)] if "".join(words).endswith(name) else ""
    return " " not in name and bool(re.search("[\u4e00-\u9fff]$", before))


def _words(stem: str) -> list[str]:
    return list(_segmenter().cut(stem))


def _phrase(words: list[str]) -> str:
    kept: list[str] = []
    for word in reversed(words):
        suffix_of = kept[:1] != [] and kept[0] in _SUFFIXES and len(word) > 1
        suffix_of = suffix_of or (word in _NOUNS_TOO and not kept and len(words) > 1 and words[-2] not in _STOP)
        if (word in _STOP and not suffix_of) or not word.strip() or not (word[0].isalnum() or word in "-/"):
            break
        if word.isascii() and kept and not kept[0].isascii() and not word[0].isalpha():
            break
        if kept and sum(map(len, kept)) + len(word) > _LONGEST:
            break
        kept.insert(0, word)
    while len(kept) > 1 and kept[0] in _OPENING:
        kept.pop(0)
    phrase = re.sub("(?<=[A-Za-z])值$", "", "".join(kept).strip(" -"))
    bare = next((name for name in _SYMBOLS if phrase.endswith(name)), None)
    if bare is not None:
        return bare
    return phrase if len(phrase) > 1 or phrase in _ALONE else ""


def _english_phrase(words: list[str]) -> str:
    """The noun before the value; `capacity of the anode` and `bow after grinding` are named by what they begin with."""
    said = "".join(words).split(" ")
    kept = _english_noun(said)
    before = said[: len(said) - len(kept)]
    article = before[-1:] != [] and before[-1].lower() in {"the", "a", "an", "this", "each"}
    before = before[:-1] if article else before
    preposition = before[-1].lower() if kept and len(before) > 1 else ""
    head = _english_noun(before[:-1]) if preposition in _HEADED else []
    if head and not head[-1].lower().endswith("ed"):
        kept = [*head, "of", *kept] if preposition == "of" and not article else head
    if not kept and words:
        tail = re.search(r"[A-Za-z][A-Za-z0-9'/-]*$", "".join(words))
        return tail[0] if tail else ""
    return " ".join(kept)


def _english_noun(said: list[str]) -> list[str]:
    """The last words of a phrase that may be a noun with what qualifies it, four at most."""
    kept: list[str] = []
    for word in reversed(said):
        if word.lower() in _ENGLISH_STOP | _HEADED or not re.fullmatch(r"[A-Za-z][A-Za-z0-9'/-]*", word):
            break
        kept.insert(0, word)
        if len(kept) == 4:
            break
    while len(kept) > 2 and kept[0].lower().endswith("ed"):
        kept.pop(0)
    return kept


def without_scale(name: str) -> str:
    """The name without the scale of hardness at its end (`表面硬度HRC`); `硬度` where nothing else is left."""
    match = _SCALE_AT_END.search(name)
    return name[: match.start()] or "硬度" if match and not name.endswith("硬度") else name


def scale_before(text: str, start: int, end: int) -> str:
    """The scale of hardness that is named between `start` and `end`, or shortly before in the same clause."""
    clause = re.split("[。；;，,、\n]", text[max(0, start - 10) : end])[-1]
    named = list(_SCALE.finditer(clause))
    return _SCALE_WORDS[named[-1][0]] if named else ""


def name_behind(text: str, start: int, limit: int, upcoming: int) -> tuple[str, int]:
    """The name that follows (`98% 的吸光率`, `20 MPa tensile strength`), and where it ends.

    What touches the `upcoming` measure is its name: `-40℃ 冲击功 ≥ 47 J`.
    """
    stretch = text[start:limit]
    cut = _CLAUSE.search(stretch)
    match = _BEHIND.match(stretch[: cut.start()] if cut else stretch)
    if match is None:
        return "", start
    found = match["name"].rstrip()
    name = _english_behind(found) if found[0].isascii() else _han_behind(found, said=bool(match["of"]))
    end = start + match.start("name") + len(name)
    touches = upcoming < len(text) and not text[end:upcoming].strip()
    if not name or (touches and not match["of"]):
        return "", start
    return name, end


def _english_behind(found: str) -> str:
    words = list(itertools.takewhile(lambda word: word.lower() not in _ENGLISH_STOP, found.split()))
    return " ".join(words[:3])


def _han_behind(found: str, *, said: bool) -> str:
    """The nouns that follow; without 的 between, only when one of the first two words is one."""
    words = _segmenter().tag(found)
    if not said and not any(tag.startswith(("n", "vn")) for _word, tag in words[:2]):
        return ""
    name = ""
    for word, _tag in words:
        if word in _STOP or word in _BETWEEN or len(name) >= 8:
            break
        name += word
    return name


def needs_no_unit(name: str) -> bool:
    """Whether a bare number behind this name is a figure (PUE, 折射率, 摩擦系数)."""
    return any(name.endswith(bare) for bare in BARE_NAMES) or name.endswith(BARE_ENDINGS)
