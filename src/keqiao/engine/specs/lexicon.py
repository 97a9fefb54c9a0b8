"""How units, scales and multipliers are written. Data only; `units.py` and `reading.py` read it."""

from __future__ import annotations

import re

from keqiao.engine.blocks import listed, spelling, table

# How a unit may be written. Case matters (MPa and mPa); Han is simplified, forms are NFKC.
_BASE = table(
    """
m: m 米
s: s 秒 秒钟 sec second seconds
g: g 克
Pa: Pa 帕 帕斯卡
W: W 瓦 瓦特
V: V 伏 伏特
A: A 安 安培
Hz: Hz 赫兹 赫
J: J 焦 焦耳
N: N 牛 牛顿
L: L l 升
eV: eV
Wh: Wh 瓦时 W·h
T: T 特斯拉
F: F 法拉
H: H 亨
ohm: Ω ohm 欧姆 欧
S: S 西门子
mol: mol 摩尔
bar: bar
lm: lm 流明
lx: lx lux 勒克斯
cal: cal
B: B
bit: bit bits
pixel: px pixel 像素
Bq: Bq
Gy: Gy
cd: cd 坎德拉
P: P 泊
var: var 乏
FLOPS: FLOPS flops Flops
OPS: OPS
Sv: Sv 西弗
Wb: Wb
K: K 开尔文
"""
)

# The prefixes with which a base unit is met.
_PREFIXED = table(
    """
m: n u m c d k f
s: n u m p f
g: u m k n p f
Pa: m k M G h u
W: m k M G u n T
V: m k M u n
A: m k u n p f
Hz: k M G T m
J: k M m G u
N: k m M u c
L: m u n d
eV: m k M G
Wh: k M G T m
T: m u n
F: m u n p
H: m u n
ohm: k M G m u
S: m u
mol: m u k n
bar: m k
lm: k
lx: k
cal: k
B: k M G T P
bit: k M G T
pixel: M
Bq: k M G
Gy: m
cd: m k
P: c m
var: k M
FLOPS: M G T P E
OPS: G T M P
Sv: m u n
Wb: m
K: m u
"""
)
# Units in English words, without the s of several; the prefixes are words too.
_NAMED = table(
    """
m: metre meter
g: gram gramme
L: litre liter
Pa: pascal
W: watt
V: volt
A: ampere amp
Hz: hertz
J: joule
N: newton
"""
)
_WORD_PREFIX = {
    "n": "nano", "u": "micro", "m": "milli", "c": "centi", "d": "deci", "k": "kilo", "M": "mega", "G": "giga",
    "T": "tera",
}  # fmt: skip
_SCALES = {"Celsius": "degC", "centigrade": "degC", "C": "degC", "Fahrenheit": "degF", "F": "degF"}
_HAN_PREFIX = dict(zip("numcdkMGThPpf", "纳微毫厘分千兆吉太百拍皮飞", strict=True))
_OWN = table(
    """
km: 公里 km KM Km
cm: 公分
kg: 公斤 千克 kg KG Kg kilogram kilograms kgs
jin: 斤 市斤
t: t 吨 公吨 tonne tonnes ton tons
min: min 分钟 mins minute minutes
h: h 小时 hr hrs hour hours 个小时
day: 天 d 日 day days
week: 周 星期 week weeks 个星期
month: 个月 月 month months
year: 年 a yr year years 周年
%: % percent 个百分点 百分点 wt% vol% at% mol% %RH
permille: ‰
ppm: ppm
ppb: ppb
degC: °C ℃ 摄氏度 degC oC
degF: °F ℉ 华氏度 degF
mmol/L: mM
umol/L: μM uM
nmol/L: nM
pmol/L: pM
degree: ° deg degree degrees 度角
CNY: 元 人民币 块钱 RMB CNY yuan
USD: 美元 美金 USD dollar dollars
EUR: 欧元 EUR euros
rpm: rpm r/min 转/分钟 转/分 转每分钟
count: 次 count cycles cycle times 循环
kWh: kWh kwh KWh KWH Kwh 千瓦时 度电 kW·h
kV*A: kVA 千伏安
MV*A: MVA 兆伏安
V*A: VA
mA*h: mAh 毫安时
A*h: Ah 安时
dB: dB 分贝 db DB
dBm: dBm
dBi: dBi
dBA: dBA dB(A)
hectare: 公顷 ha hectare hectares
mu: 亩
inch: 英寸 inch inches
angstrom: Å 埃
mmHg: mmHg 毫米汞柱
torr: Torr torr
atm: atm 大气压 个大气压
kgf: kgf 公斤力
um: micron microns
mesh: 目
Mbit/s: Mbps mbps
Gbit/s: Gbps
kbit/s: kbps Kbps
Tbit/s: Tbps
bit/s: bps
gauss: Gs gauss 高斯
cd/m**2: nit nits 尼特
m**2: 平方米 平米 平方 sqm
m**3: 立方米 立方 方 Nm^3 Nm3 Sm^3 Sm3 标准立方米 标方 标立方米
cm**2: 平方厘米
cm**3: 立方厘米 cc
mm**2: 平方毫米
km**2: 平方公里 平方千米
count/s: IOPS iops Sa/s SPS S/s
kcount/s: kSa/s kSPS ksps kS/s
Mcount/s: MSa/s MSPS Msps MS/s
Gcount/s: GSa/s GSPS Gsps GS/s
dBc: dBc
Brix: °Brix Brix °Bx 白利度
psi: psi
dyn: dyn 达因
Oe: Oe 奥斯特
kOe: kOe
mOe: mOe
gf: gf gram-force
nmi: 海里 nmi
knot: kn knot knots
mile: mile miles mi
ft: ft feet foot
lb: lb lbs pound pounds
HRC: HRC
HRA: HRA
HRB: HRB
HV: HV
HB: HB HBW HBS
HK: HK
HL: HL HLD
CFU: CFU cfu
copies: copies copy 拷贝
pC: pC 皮库
pixel: 万像素点 像素点
frame/s: fps FPS 帧/秒 帧每秒 帧
hp: 马力 hp
count/s: QPS TPS qps tps rps
dpi: dpi DPI
fold: 倍 fold times倍
U: IU U
degree/s: dps
arcsec: 角秒 弧秒 arcsec
arcmin: 角分 弧分 arcmin
dtex: dtex 分特
tex: tex 特克斯 特
denier: 旦 旦尼尔 denier
barn: 靶恩 barn
tf: 吨力 tf
N*m: Nm N-m N.m 牛米 牛顿米
kN*m: kNm kN-m kN.m 千牛米
NTU: NTU 度NTU
L/(m**2*h): LMH lmh
rad: rad
kcal: 大卡 千卡
W/(m*K): W/mK W/(mK) 瓦每米开尔文 瓦每米开 瓦每米每开尔文 瓦每米每开
W/(m**2*K): W/m2K W/(m2K) W/m^2K W/(m^2K)
kN: KN
kW: KW Kw kw
MPa: Mpa mpa MPA
kPa: KPa Kpa KPA
Hz: HZ hz
kHz: KHz KHZ khz
MHz: Mhz MHZ
GHz: Ghz GHZ
kV: KV Kv
mm: MM
Pa: PA
mL: ML
count/min: bpm
Pa*s: Pa·s Pa.s 帕秒
mPa*s: mPa·s mPa.s 毫帕秒
nm: 纳米
"""
)

# Scales of hardness: behind the number like a unit, or before it like a name; a middle dot stands for a space.
SCALES = table(
    """
ShoreA: Shore·A ShoreA 邵氏A 邵A 邵尔A 邵氏硬度A 邵氏(A) 邵氏硬度 邵尔硬度 Shore·hardness
ShoreD: Shore·D ShoreD 邵氏D 邵D 邵尔D 邵氏硬度D 邵氏(D)
Mohs: Mohs mohs 莫氏 莫氏硬度
HRC: HRC 洛氏 洛氏硬度 Rockwell·C
HRA: HRA
HRB: HRB Rockwell·B
HV: HV 维氏 维氏硬度 Vickers
HB: HBW HB 布氏 布氏硬度 Brinell
HK: HK 努氏 努氏硬度
"""
)

# A number before one of these counts things: it is a figure only as a rate (10万台/年) or with a name of output.
COUNTERS = listed(
    """
    台套 项 件 篇 个 人 家 名 位 套 台 只 片 支 株 头 辆 座 块 条 款 种 组 批 户 所 部 本 张 份 颗 粒 瓶 盒 箱 枚 根
    包 袋 桶 架 艘 栋 例 处 页 字 点 尾 羽 匹 幅 刃 针 节 units pcs patents papers people unit piece pieces token tokens
    cell cells
    """
)

MULTIPLIERS = {
    "百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8, "百亿": 1e10, "千亿": 1e11,
    "万亿": 1e12, "余万": 1e4, "多万": 1e4, "余亿": 1e8, "thousand": 1e3, "million": 1e6, "billion": 1e9,
    "trillion": 1e12,
}  # fmt: skip


def unit_spellings() -> dict[str, str]:
    """Every way to write a unit, to what pint reads."""
    spellings = {word: unit for unit, words in _BASE.items() for word in words}
    for unit, prefixes in _PREFIXED.items():
        for prefix in prefixes:
            spellings.update(_prefixed(unit, prefix))
    spellings |= {f"degrees {scale}": unit for scale, unit in _SCALES.items()}
    for unit, words in _NAMED.items():
        spellings.update(_in_words(unit, words))
    spellings |= {word: unit for unit, words in _OWN.items() for word in words}
    spellings |= {spelling(word): scale for scale, words in SCALES.items() for word in words}
    for name in set(spellings.values()):
        for atom in re.findall("[A-Za-z]+", name):  # what we write, we read
            spellings.setdefault(atom, atom)
    return spellings


def _in_words(unit: str, words: tuple[str, ...]) -> dict[str, str]:
    """`micrometres`, `square metre`."""
    prefixes = {"": ""} | {prefix: _WORD_PREFIX[prefix] for prefix in _PREFIXED[unit] if prefix in _WORD_PREFIX}
    found = {
        f"{before}{word}{ending}": prefix + unit
        for prefix, before in prefixes.items()
        for word in words
        for ending in ("", "s")
    }
    powers = {"square ": "**2", "cubic ": "**3"} if unit == "m" else {}
    return found | {say + word: name + power for say, power in powers.items() for word, name in found.items()}


def _prefixed(unit: str, prefix: str) -> dict[str, str]:
    found = {}
    for word in _BASE[unit]:
        if word.isascii() or word == "Ω":
            found[prefix + word] = prefix + unit
            if prefix == "u":
                found["μ" + word] = prefix + unit
        elif prefix in _HAN_PREFIX:
            found[_HAN_PREFIX[prefix] + word] = prefix + unit
    return found
