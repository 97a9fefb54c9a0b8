"""Ways of writing figures, class by class, as the sentences of thirty fields showed them; written as in the tables of
`test_forms_of_figures`.
"""

from __future__ import annotations

import pytest

from tests.engine.test_forms_of_figures import found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("熔融指数3 g/10min", ["熔融指数 | 0.3 | 0.3 | g/min"]),
        ("熔融指数3～8 g/10 min", ["熔融指数 | 0.3 | 0.8 | g/min"]),
        ("熔融指数8±1 g/10min", ["熔融指数 | 0.7 | 0.9 | g/min"]),
        ("流动性≤35 s/50g", ["流动性 |  | 0.7 | s/g"]),
        ("磨耗速率0.08mm/百万吨以内", ["磨耗速率 |  | 8e-08 | mm/t"]),
        ("透湿量大于2400克/平方米·24小时", ["透湿量 | 100 |  | g/(m**2*h)"]),
        ("透过率小于1 cm³/(m²·d·0.1MPa)", ["透过率 |  | 10 | cm**3/(m**2*day*MPa)"]),
        ("供电220V/50Hz", ["供电 | 220 | 220 | V", " | 50 | 50 | Hz"]),
        ("150℃/30min固化", [" | 150 | 150 | degC", " | 30 | 30 | min"]),
        ("DC 12V/24V", ["DC | 12 | 12 | V", " | 24 | 24 | V"]),
    ],
)
def test_an_amount_below_the_line_divides_and_two_conditions_stay_two(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("重量轻于2千克", ["重量 |  | 2 | kg"]),
        ("厚度不得薄于3mm", ["厚度 | 3 |  | mm"]),
        ("初凝不早于45min，终凝不迟于10h", ["初凝 | 45 |  | min", "终凝 |  | 10 | h"]),
        ("流速不快于0.5米/秒", ["流速 |  | 0.5 | m/s"]),
        ("偏差不超出±3%", ["偏差 | -3 | 3 | %"]),
        ("charging takes no longer than 90 minutes", ["charging takes |  | 90 | min"]),
        ("a film not thinner than 5 mm", ["film | 5 |  | mm"]),
        ("Yield strength 690 MPa min., width 3 mm max.", ["Yield strength | 690 |  | MPa", "width |  | 3 | mm"]),
        ("至少要有八成的回用率", ["回用率 | 80 |  | %"]),
        ("年节约成本200余万元", ["节约成本 | 2e+06 |  | CNY"]),
    ],
)
def test_every_comparison_has_its_opposite(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("剂量率0.1μSv/h～10Sv/h", ["剂量率 | 1e-07 | 10 | Sv/h"]),
        ("双面率80±5%", ["双面率 | 75 | 85 | %"]),
        ("尺寸 10mm±20μm", ["尺寸 | 9.98 | 10.02 | mm"]),
        ("隔膜厚度12+4 μm", ["隔膜厚度 | 16 | 16 | um"]),
        ("水平精度2cm+1ppm", ["水平精度 | 2 | 2 | cm"]),
        ("浓度≥1 mg/L且≤5 mg/L", ["浓度 | 1 | 5 | mg/L"]),
        ("孔径大于5nm小于0.1μm", ["孔径 | 0.005 | 0.1 | um"]),
        ("刹车距离（100-0 km/h）35米", [" | 0 | 100 | km/h", "刹车距离 | 35 | 35 | m"]),
        ("频率范围：DC～40GHz", ["频率 | 0 | 40 | GHz"]),
        ("驻波比≤1.3:1", ["驻波比 |  | 1.3 | "]),
        ("Budget: CNY 2–3 million", ["Budget | 2e+06 | 3e+06 | CNY"]),
        ("price under US$ 3,000 per tonne", ["price |  | 3000 | USD/t"]),
        ("串扰小于满量程的2%", ["串扰 |  | 2 | %"]),
        ("磷、硫含量分别不高于0.010%和0.003%", ["硫含量 |  | 0.01 | %", " |  | 0.003 | %"]),
    ],
)
def test_intervals_of_two_parts(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("response time within half a second", ["response time |  | 0.5 | s"]),
        ("It lasts for at least twenty-five years", ["lasts | 25 |  | year"]),
        ("weight under a kilogram", ["weight |  | 1 | kg"]),
        ("error rate less than 1 in 10,000", ["error rate |  | 0.01 | %"]),
        ("losses lower by two thirds", ["losses lower | 66.6667 | 66.6667 | %"]),
        ("检测下限十亿分之一", ["检测下限 | 1e-07 | 1e-07 | %"]),
        ("能耗下降了一半，效率翻了两番", ["能耗下降 | 50 | 50 | %", "效率 | 3 | 3 | fold"]),
        ("能耗减半", ["能耗 | 50 | 50 | %"]),
        ("two patents and a third party", []),
        ("one of the best, a kilogram of it", []),
        ("一半的员工", []),
    ],
)
def test_numbers_in_words(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("处理水量每天1.5万方", ["处理水量 | 15000 | 15000 | m**3/day"]),
        ("流量每千瓦1.2升/分钟", ["流量 | 1.2 | 1.2 | L/min/kW"]),
        ("速度每小时一千万颗以上", ["速度 | 1e+07 |  | count/h"]),
        ("包装速度不低于每分钟120包", ["包装速度 | 120 |  | count/min"]),
        ("剂量每公斤体重5毫克", ["剂量体重 | 5 | 5 | mg/kg"]),
        ("列车运行时速400公里", ["列车运行时速 | 400 | 400 | km/h"]),
        ("航速3节", ["航速 | 3 | 3 | knot"]),
        ("12节电池", []),
        ("每天工作8小时", ["工作 | 8 | 8 | h"]),
    ],
)
def test_what_is_said_to_be_each_divides(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("透过率在420-680nm波段不低于99.5%", [" | 420 | 680 | nm", "透过率 | 99.5 |  | %"]),
        ("甲醛去除率24h达95%", [" | 24 | 24 | h", "甲醛去除率 | 95 | 95 | %"]),
        ("强度28天达到80MPa", [" | 28 | 28 | day", "强度 | 80 | 80 | MPa"]),
        ("固化时间24h达95%", ["固化时间 | 24 | 24 | h", " | 95 | 95 | %"]),
        ("共模抑制比大于105分贝", ["共模抑制比 | 105 |  | dB"]),
        ("采收率预计提高5个百分点", ["采收率提高 | 5 | 5 | %"]),
        ("整车能耗较现有车型下降15%", ["整车能耗下降 | 15 | 15 | %"]),
        ("均匀性（3σ）需做到2%以内", ["均匀性 |  | 2 | %"]),
        ("capacity of the silicon anode exceeds 1,500 mAh/g", ["capacity | 1500 |  | mA*h/g"]),
        ("coefficient of friction below 0.1", ["coefficient of friction |  | 0.1 | "]),
        ("Wafer bow after grinding must stay below 30 µm", ["Wafer bow |  | 30 | um"]),
        ("12英寸硅片厚度控制在0.8毫米以下", [" | 12 | 12 | inch", "硅片厚度 |  | 0.8 | mm"]),
    ],
)
def test_a_value_gets_the_name_of_what_it_is_the_value_of(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("吞吐率TPS≥5000", ["TPS | 5000 |  | "]),
        ("分子量大于5×10^5", ["分子量 | 500000 |  | "]),
        ("齿轮精度达到5级", []),
        ("安全等级达到3级", ["安全等级 | 3 | 3 | "]),
        ("副瓣电平优于-20dB", ["副瓣电平 |  | -20 | dB"]),
        ("耐-20度低温", ["低温 | -20 | -20 | degC"]),
        ("偏航角-20度", ["偏航角 | -20 | -20 | degree"]),
        ("脉冲宽度小于500飞秒", ["脉冲宽度 |  | 500 | fs"]),
        ("强度18厘牛/特以上", ["强度 | 18 |  | cN/tex"]),
    ],
)
def test_bare_numbers_classes_and_signs(text: str, expected: list[str]) -> None:
    assert found(text) == expected
