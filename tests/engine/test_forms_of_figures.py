"""How figures are written: every group of units, every comparison, ranges, multipliers, money; and what is no figure.

A line of these tables is a text and the figures in it as `name | min | max | unit`, `~` before it for “about”.
"""

from __future__ import annotations

import pytest

from keqiao.engine.specs import Figure, figures
from keqiao.engine.specs.units import conversion


def written(figure: Figure) -> str:
    """A figure as the tables below write it."""
    ends = ("" if end is None else f"{end:g}" for end in (figure.min, figure.max))
    return ("~" if figure.approx else "") + " | ".join((figure.name, *ends, figure.unit))


def found(text: str) -> list[str]:
    return [written(figure) for figure in figures(text)]


def single(name: str, value: str, unit: str) -> list[str]:
    return [f"{name} | {value} | {value} | {unit}"]


LENGTH_AREA_VOLUME = [
    ("长度12mm", "长度", "12", "mm"),
    ("长度12 毫米", "长度", "12", "mm"),
    ("厚度0.3㎜", "厚度", "0.3", "mm"),
    ("波长 905nm", "波长", "905", "nm"),
    ("波长905纳米", "波长", "905", "nm"),
    ("Ra 0.4 μm", "Ra", "0.4", "um"),
    ("面积1200㎡", "面积", "1200", "m**2"),
    ("面积 1200平方米", "面积", "1200", "m**2"),
    ("占地8亩", "占地", "8", "mu"),
    ("面积3公顷", "面积", "3", "hectare"),
    ("容积5 m³", "容积", "5", "m**3"),
    ("容积5立方米", "容积", "5", "m**3"),
    ("体积200mL", "体积", "200", "mL"),
    ("体积 300毫升", "体积", "300", "mL"),
]
MASS_PRESSURE_TEMPERATURE = [
    ("质量 2.5 t", "质量", "2.5", "t"),
    ("质量 2.5吨", "质量", "2.5", "t"),
    ("质量300公斤", "质量", "300", "kg"),
    ("压力0.35 MPa", "压力", "0.35", "MPa"),
    ("压力 3个大气压", "压力", "3", "atm"),
    ("压力 5bar", "压力", "5", "bar"),
    ("真空度 1×10^-3 Pa", "真空度", "0.001", "Pa"),
    ("温度 -196℃", "温度", "-196", "degC"),
    ("温度零下25℃", "温度", "-25", "degC"),
    ("温度零下 25 ℃", "温度", "-25", "degC"),
    ("温度零上 5 ℃", "温度", "5", "degC"),
    ("温度 77 K", "温度", "77", "K"),
    ("升温速率15 ℃/min", "升温速率", "15", "degC/min"),
    ("比热 4.2 kJ/(kg·K)", "比热", "4.2", "kJ/(kg*K)"),
    ("热阻 0.09 K/W", "热阻", "0.09", "K/W"),
]
TIME_AND_SPEED = [
    ("时间 24小时", "时间", "24", "h"),
    ("时间24h", "时间", "24", "h"),
    ("时间 90 分钟", "时间", "90", "min"),
    ("时间 3天", "时间", "3", "day"),
    ("周期 6个月", "周期", "6", "month"),
    ("寿命 10年", "寿命", "10", "year"),
    ("速度 120 km/h", "速度", "120", "km/h"),
    ("速度 1.5m/s", "速度", "1.5", "m/s"),
    ("转速 3000转/分", "转速", "3000", "rpm"),
    ("转速 3000rpm", "转速", "3000", "rpm"),
    ("频率 50Hz", "频率", "50", "Hz"),
    ("频率2.4 GHz", "频率", "2.4", "GHz"),
    ("流量 30m³/h", "流量", "30", "m**3/h"),
    ("流量 12 L/min", "流量", "12", "L/min"),
    ("通量 40 L/(m²·h)", "通量", "40", "L/(m**2*h)"),
    ("产量 6000t/年", "产量", "6000", "t/year"),
]
ELECTRICITY_AND_LIGHT = [
    ("电压 10kV", "电压", "10", "kV"),
    ("电流 200 mA", "电流", "200", "mA"),
    ("功率 12MW", "功率", "12", "MW"),
    ("功率 60千瓦", "功率", "60", "kW"),
    ("能耗 460 kW·h/t", "能耗", "460", "kWh/t"),
    ("容量 100Ah", "容量", "100", "A*h"),
    ("容量 3.35MWh", "容量", "3.35", "MWh"),
    ("电阻率 18.2 MΩ·cm", "电阻率", "18.2", "Mohm*cm"),
    ("电阻 10欧", "电阻", "10", "ohm"),
    ("电容 100μF", "电容", "100", "uF"),
    ("磁场 1.5T", "磁场", "1.5", "T"),
    ("光通量 1000 lm", "光通量", "1000", "lm"),
    ("照度 500lx", "照度", "500", "lx"),
    ("亮度 1000cd/m²", "亮度", "1000", "cd/m**2"),
    ("噪声 55dB", "噪声", "55", "dB"),
    ("噪声 55dB(A)", "噪声", "55", "dBA"),
]
MATTER = [
    ("黏度 200mPa·s", "黏度", "200", "mPa*s"),
    ("黏度 200cP", "黏度", "200", "cP"),
    ("密度 1.2g/cm3", "密度", "1.2", "g/cm**3"),
    ("浓度 25g/L", "浓度", "25", "g/L"),
    ("浓度 5ppm", "浓度", "5", "ppm"),
    ("浓度 0.1mol/L", "浓度", "0.1", "mol/L"),
    ("浓度 1.5e-3 mol/L", "浓度", "0.0015", "mol/L"),
    ("含量 98wt%", "含量", "98", "%"),
    ("含量 3‰", "含量", "3", "permille"),
    ("硬度 60HRC", "硬度", "60", "HRC"),
    ("硬度 500HV", "硬度", "500", "HV"),
    ("粒度 200目", "粒度", "200", "mesh"),
]
MONEY = [
    ("价格 260元", "价格", "260", "CNY"),
    ("价格1,200 元", "价格", "1200", "CNY"),
    ("价格12，000元", "价格", "12000", "CNY"),
    ("价格￥35", "价格", "35", "CNY"),
    ("价格 260元/吨", "价格", "260", "CNY/t"),
    ("成本 15元/片", "成本", "15", "CNY/count"),
    ("投资 1.2亿元", "投资", "1.2e+08", "CNY"),
    ("投资3000万", "投资", "3e+07", "CNY"),
    ("投资五百万元", "投资", "5e+06", "CNY"),
    ("售价 12美元", "售价", "12", "USD"),
]
BARE = [
    ("PUE 1.04", "PUE", "1.04", ""),
    ("pH 6.8", "pH", "6.8", ""),
    ("折射率 1.52", "折射率", "1.52", ""),
    ("纯度９８．６％", "纯度", "98.6", "%"),
    ("压力8×10^5 Pa", "压力", "800000", "Pa"),
    ("压力8×10⁵ Pa", "压力", "800000", "Pa"),
    ("回收率百分之九十", "回收率", "90", "%"),
    ("强屈比 1.25", "强屈比", "1.25", ""),
    ("屈强比 0.8", "屈强比", "0.8", ""),
    ("长径比 30", "长径比", "30", ""),
    ("局放量 3 pC", "局放量", "3", "pC"),
    ("检测下限 200 copies/mL", "检测下限", "200", "copies/mL"),
]


@pytest.mark.parametrize(
    ("text", "name", "value", "unit"),
    [
        *LENGTH_AREA_VOLUME, *MASS_PRESSURE_TEMPERATURE, *TIME_AND_SPEED, *ELECTRICITY_AND_LIGHT, *MATTER, *MONEY,
        *BARE,
    ],
)  # fmt: skip
def test_one_value_with_its_unit(text: str, name: str, value: str, unit: str) -> None:
    assert found(text) == single(name, value, unit)


@pytest.mark.parametrize(
    "words",
    [
        "不低于98%", "大于等于98%", "98%以上", "≥98%", "＞98%", ">=98%", "高于98%", "超过98%", "至少98%", "不小于98%",
        "≧98％", " ≥ 98 %", "达到98%以上", "不少于98%",
    ],
)  # fmt: skip
def test_every_floor_is_a_floor(words: str) -> None:
    assert found(f"吸光率{words}") == ["吸光率 | 98 |  | %"]


@pytest.mark.parametrize(
    "words",
    [
        "不高于120℃", "不超过120℃", "≤120℃", "低于120℃", "小于120℃", "120℃以内", "120℃以下", "<120°C", "不大于120℃",
        "≦１２０℃", "控制在120℃以内", "降到120℃以下",
    ],
)  # fmt: skip
def test_every_ceiling_is_a_ceiling(words: str) -> None:
    assert found(f"固化温度{words}") == ["固化温度 |  | 120 | degC"]


@pytest.mark.parametrize(
    "words",
    [
        "80~120℃", "80-120℃", "80至120℃", "80到120℃", "80℃～120℃", "80℃-120℃", "介于80℃和120℃之间",
        "在80—120℃之间", "100±20℃", "80–120 °C",
    ],
)  # fmt: skip
def test_every_range_has_both_ends(words: str) -> None:
    assert found(f"温度{words}") == ["温度 | 80 | 120 | degC"]


@pytest.mark.parametrize("words", ["约50℃", "50℃左右", "50℃上下", "大约50℃", "接近50℃", "≈50℃"])
def test_every_about_is_about(words: str) -> None:
    assert found(f"沸点{words}") == ["~沸点 | 50 | 50 | degC"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("可在零下40℃至零上60℃工作", ["工作 | -40 | 60 | degC"]),
        ("零下40~85℃", [" | -40 | 85 | degC"]),
        ("低温零下196℃以下", ["低温 |  | -196 | degC"]),
        ("温度-5~-1℃", ["温度 | -5 | -1 | degC"]),
        ("差零下", []),
        ("零下负载", []),
    ],
)
def test_below_zero_in_words_is_below_zero(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("预算 50~80万元", ["预算 | 500000 | 800000 | CNY"]),
        ("预算不超过300万元", ["预算 |  | 3e+06 | CNY"]),
        ("产值超过1.5亿元", ["产值 | 1.5e+08 |  | CNY"]),
        ("投资2千万元以上", ["投资 | 2e+07 |  | CNY"]),
        ("产能 60万只/年", ["产能 | 600000 | 600000 | count/year"]),
    ],
)
def test_multipliers_are_resolved(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("吸光率从95%提高到98%", ["吸光率 | 98 | 98 | %"]),
        ("节拍由13.4 min降到3.8 min", ["节拍 | 3.8 | 3.8 | min"]),
        ("漏检率由3%降低到0.5%以下", ["漏检率 |  | 0.5 | %"]),
    ],
)
def test_of_a_change_only_the_goal_counts(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("absorptance of at least 98 %", ["absorptance | 98 |  | %"]),
        ("at most 120 degC", [" |  | 120 | degC"]),
        ("cost below 260 CNY", ["cost |  | 260 | CNY"]),
        ("between 80 and 120 °C", [" | 80 | 120 | degC"]),
        ("more than 3 years", [" | 3 |  | year"]),
        ("about 50 °C", ["~ | 50 | 50 | degC"]),
        ("less than 5%", [" |  | 5 | %"]),
        ("over 1000 hours", [" | 1000 |  | h"]),
    ],
)
def test_english_is_read_as_well(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "管径DN50", "1:3", "IP65", "按 GB/T 22900-2022 评价", "2026年3月5日", "第3批", "三元材料", "Q235钢",
        "027-12345678", "专利号 ZL202410123456.7", "十五五规划", "4K视频", "1920×1080",
    ],
)  # fmt: skip
def test_names_with_digits_are_no_figures(text: str) -> None:
    assert found(text) == []


def test_figures_of_one_sentence_keep_their_order_and_names() -> None:
    text = "外购件吸光率 < 95 %，固化温度160℃；目标：吸光率≥98 %，固化温度≤120℃，工序时间 24 h 以内。"
    assert found(text) == [
        "外购件吸光率 |  | 95 | %",
        "固化温度 | 160 | 160 | degC",
        "吸光率 | 98 |  | %",
        "固化温度 |  | 120 | degC",
        "工序时间 |  | 24 | h",
    ]


def test_traditional_characters_and_full_width_digits_change_nothing() -> None:
    assert found("導熱係數≥５ W/(m·K)") == found("导热系数≥5 W/(m·K)") == ["导热系数 | 5 |  | W/(m*K)"]


def test_reading_twice_reads_the_same() -> None:
    text = "PUE ≤ 1.15，单机柜功率 60 kW 以上，回水 45~50 ℃，投资 300万元。" * 40
    assert figures(text) == figures(text)
    assert len(figures(text)) == 160


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("亩产1000斤", ["亩产 | 1000 | 1000 | jin"]),
        ("重量20斤以内", ["重量 |  | 20 | jin"]),
        ("收购价不低于3元/斤", ["收购价 | 3 |  | CNY/jin"]),
        ("质量300公斤", ["质量 | 300 | 300 | kg"]),
        ("固化温度最高120℃", ["固化温度 |  | 120 | degC"]),
        ("最高120℃，最低-40℃", [" |  | 120 | degC", " | -40 |  | degC"]),
        ("厚度最大 5 mm", ["厚度 |  | 5 | mm"]),
        ("最高温度120℃", ["最高温度 | 120 | 120 | degC"]),
        ("效率最高可达95%", ["效率 | 95 | 95 | %"]),
        ("Cost below 0.35 CNY/m3.", ["Cost |  | 0.35 | CNY/m**3"]),
        ("处理成本 ≤ 2.5 CNY/m3，", ["处理成本 |  | 2.5 | CNY/m**3"]),
        ("floor area 200 m2.", ["floor area | 200 | 200 | m**2"]),
        ("铅含量≤10ug/L。", ["铅含量 |  | 10 | ug/L"]),
        ("铅 ≤ 10 ug/L", ["铅 |  | 10 | ug/L"]),
        ("Residual below 5 ug/L.", ["Residual |  | 5 | ug/L"]),
        ("FOV ≥ 50°，重量 ≤ 80 g", ["FOV | 50 |  | degree", "重量 |  | 80 | g"]),
        ("glasses with FOV ≥ 50° and", ["FOV | 50 |  | degree"]),
    ],
)
def test_units_and_ceilings_as_real_texts_have_them(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("thickness of 20 to 50 micrometres", "thickness | 20 | 50 | um"),
        ("thickness between 20 and 50 micrometers", "thickness | 20 | 50 | um"),
        ("wavelength 400 to 700 nanometers", "wavelength | 400 | 700 | nm"),
        ("a pressure of 5 to 10 megapascals", "pressure | 5 | 10 | MPa"),
        ("power of at least 3 kilowatts", "power | 3 |  | kW"),
        ("voltage of 1 volt", "voltage | 1 | 1 | V"),
        ("volume 15 milliliters", "volume | 15 | 15 | mL"),
        ("dust below 10 milligrams per cubic metre", "dust |  | 10 | mg/m**3"),
        ("floor area of 200 square metres", "floor area | 200 | 200 | m**2"),
        ("temperature 20 to 50 degrees Celsius", "temperature | 20 | 50 | degC"),
    ],
)
def test_units_in_english_words(text: str, expected: str) -> None:
    assert found(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 台设备效率提升至 95%", ["效率 | 95 | 95 | %"]),
        ("5.设备总长度需控制在32米以内", ["总长度 |  | 32 | m"]),
        ("现有缺陷率2.3%，目标降到0.5%以下", ["缺陷率 |  | 0.5 | %"]),
        ("加工效率提高一倍，废品率降到2‰", ["加工效率提高 | 1 | 1 | fold", "废品率 | 2 | 2 | permille"]),
        ("厚度由16μm减薄到9μm", ["厚度 | 9 | 9 | um"]),
        ("一步2成膜，10回路开关", []),
        ("-20℃~-40℃", [" | -40 | -20 | degC"]),
        ("5 MPa ≤ 压力 ≤ 10 MPa", ["压力 | 5 | 10 | MPa"]),
        ("10 MPa ≥ 压力 ≥ 5 MPa", ["压力 | 5 | 10 | MPa"]),
        ("98% ≤ 吸光率", ["吸光率 | 98 |  | %"]),
        ("浓度(1.0±0.2)×10^-3 mol/L", ["浓度 | 0.0008 | 0.0012 | mol/L"]),
        ("负三十度的低温", ["低温 | -30 | -30 | degC"]),
    ],
)
def test_changes_chains_and_brackets(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("合同签订后支付30%", []),
        ("首付款 40%", []),
        ("研发投入占销售收入的比例为6.5%", []),
        ("移动支付终端识别率 99%", ["移动支付终端识别率 | 99 | 99 | %"]),
        ("成本降低 30%", ["成本降低 | 30 | 30 | %"]),
        ("毛利率 35%", ["毛利率 | 35 | 35 | %"]),
    ],
)
def test_percentages_of_money_are_no_figures(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("精度优于≥5%", ["精度 | 5 |  | %"]),
        ("误差 ≤ 5% or better", ["误差 |  | 5 | %"]),
        ("resolution 0.1 mm or better", ["resolution |  | 0.1 | mm"]),
        ("效率 95% 或更优", ["效率 | 95 |  | %"]),
    ],
)
def test_better_beside_a_bound_is_the_bound(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_half_a_kilogram_is_what_a_jin_is() -> None:
    assert conversion("jin", "kg") == (0.5, 0.0)
