"""What a measure is the measure of: the noun phrase before it, or behind it (`98% 的吸光率`)."""

from __future__ import annotations

import re

import rjieba

from keqiao.engine.specs.lexicon import BARE_ENDINGS, BARE_NAMES

_CLAUSE = re.compile(r"[。；;！!?？\n\r|，,、：:()\[\]【】《》“”\"<>]")
_WINDOW = 40
_TRAILING = re.compile(
    r"(?:\s|[:：=,，\-—]|要求|指标|目标|达标|范围|数值|水平|一般|通常|需要|需|应当|应|须|要|必须|可以|可|能够|能|将|已|已经|仅|只有|只|均|都|也|为|是|在|的|有|值为|保持|稳定|维持|实现|满足|"
    r"处于|位于|至|到|由|从|由原来|从原来|原来|现有|目前|大部分|基本|总体|分别|平均|介于|达|最终|一次性|累计|不|地|区间|设计|实测|测试|左右|控制|之间|同比|以下|以上|以内)+$"
)
_LEADING = re.compile(
    r"^(?:\s|[-—·•*.]|\d+[.、)]?|该|本|其|且|并且|并|或|及|与|和|而|但|使得|使|将|把|让|令|对|在|以|实现|满足|具有|具备|拥有|保证|确保|要求|需要|需|应|可|能够|能|产品|系统|设备|装置|样品|整机|整体|主要|技术|指标|"
    r"目标|性能|参数|了|的|同时|其中|现有|目前|预计|力争|希望|投入|包括|如|即|也|还|均|都|约|项目|材料|公司|拟)+"
)
_STOP_WORDS = frozenset(
    "的 了 在 是 为 使 使得 将 把 让 其 该 此 并 且 而 但 或 及 与 和 以 从 由 到 至 对 被 于 可 可以 能 能够 应 需 需要 要 要求 达 达到 实现 满足 保证 确保 具有 具备 拥有 采用 通过 利用 进行 "
    "后 前 时 下 中 上 内 较 比 相比 即 如 等 也 还 都 均 只 仅 不 有 所 得 着 过 希望 目前 现有 我们 我司 公司 时候 情况 条件下 环境下 以及 并且 同时 其中 拟 计划 预计 出资 投入 提供 寻找 寻求 解决 开发 研制 研发 "
    "获得 得到 产生 使用 支持".split()
)
_KEPT_VERBS = frozenset("提高 提升 增加 增长 降低 下降 减少 缩短 延长 节约 节省 节能 减排 改善 上升".split())
_ENGLISH_STOP = frozenset(
    "the a an of with and or is are was were be been has have had at in on to for from by that which its their this these than as "
    "between should must shall can could may will would reach reaches reached achieve achieves achieved need needs we our it "
    "requires required require provides provide having keep keeps kept within over under up about".split()
)  # fmt: skip
_BEHIND = re.compile(r"^\s*(?:级)?的?\s*(?P<name>[\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z ]{1,30})")


def name_before(text: str, floor: int, end: int) -> tuple[str, int]:
    """The name that ends before `end`, looking back no further than `floor`; and where it starts.

    An empty name starts at `end`.
    """
    window = text[max(floor, end - _WINDOW) : end]
    base = end - len(window)
    stem = _trimmed(window)
    bracket = re.search(r"\(([^()]*)\)$", stem)
    if bracket is not None:
        stem = _trimmed(stem[: bracket.start()])
    breaks = [m.end() for m in _CLAUSE.finditer(stem)]
    start = breaks[-1] if breaks else 0
    name = _phrase(stem[start:])
    if not name:
        return "", end
    return name, base + stem.rindex(name)


def _trimmed(window: str) -> str:
    while True:
        shorter = _TRAILING.sub("", window)
        if shorter == window or not shorter:
            return shorter
        window = shorter


def _phrase(stem: str) -> str:
    if not stem.strip():
        return ""
    if stem.strip()[-1].isascii() and not re.search("[\u4e00-\u9fff]", stem[-12:]):
        return _english_phrase(stem)
    kept: list[str] = []
    for word in reversed(rjieba.cut(stem)):
        if word in _STOP_WORDS or (not word.strip() and kept and not kept[-1].isascii()):
            if not kept:
                continue
            break
        if word.isascii() and kept and not kept[-1][:1].isascii() and not word.strip().isalpha():
            break
        kept.append(word)
        if sum(len(k) for k in kept) >= 14:
            break
    phrase = "".join(reversed(kept)).strip()
    return _LEADING.sub("", phrase).strip(" -—·.")


def _english_phrase(stem: str) -> str:
    words = re.findall(r"[A-Za-z][A-Za-z0-9'/-]*|\S", stem)
    kept: list[str] = []
    for word in reversed(words):
        if word.lower() in _ENGLISH_STOP or not word[0].isalpha():
            if not kept:
                continue
            break
        kept.append(word)
        if len(kept) == 4:
            break
    while kept and kept[-1].lower().endswith(("ing", "ed")) and len(kept) > 2:
        kept.pop()
    name = " ".join(reversed(kept))
    return name if name and name in re.sub(r"\s+", " ", stem) and name in stem else (kept[0] if kept else "")


def name_behind(text: str, start: int, limit: int) -> tuple[str, int]:
    """The name that follows (`98% 的吸光率`, `20 MPa tensile strength`), and where it ends."""
    stretch = text[start:limit]
    cut = _CLAUSE.search(stretch)
    match = _BEHIND.match(stretch[: cut.start()] if cut else stretch)
    if match is None:
        return "", start
    found = match["name"].rstrip()
    if found[0].isascii():
        words = []
        for word in found.split():
            if word.lower() in _ENGLISH_STOP:
                break
            words.append(word)
        name = " ".join(words[:3])
    else:
        name = ""
        for word in rjieba.cut(found):
            if word in _STOP_WORDS or word in _KEPT_VERBS or len(name) >= 8:
                break
            name += word
    return (name, start + match.start("name") + len(name)) if name else ("", start)


def needs_no_unit(name: str) -> bool:
    """Whether a bare number behind this name is a figure (PUE, 折射率, 摩擦系数)."""
    return name in BARE_NAMES or any(name.endswith(bare) for bare in BARE_NAMES) or name.endswith(BARE_ENDINGS)
