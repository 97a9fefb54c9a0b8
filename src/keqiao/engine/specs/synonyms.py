"""Names of one quantity, Chinese and English. The first of each group stands for all."""

from __future__ import annotations

import functools
import re

from keqiao.engine.text import fold

_GROUPS = """
吸光率 吸收率 光吸收率 光吸收 吸光度率 absorptance absorptivity absorption_rate light_absorption optical_absorption
pue 电能利用效率 电能使用效率 能源使用效率 power_usage_effectiveness
导热系数 热导率 导热率 thermal_conductivity
抗拉强度 拉伸强度 极限抗拉强度 tensile_strength ultimate_tensile_strength
屈服强度 yield_strength
抗压强度 压缩强度 compressive_strength
弯曲强度 抗弯强度 flexural_strength bending_strength
冲击强度 冲击韧性 impact_strength
断裂伸长率 延伸率 伸长率 elongation elongation_at_break
弹性模量 杨氏模量 young's_modulus elastic_modulus
硬度 hardness
密度 density
厚度 thickness
粒径 平均粒径 粒度 颗粒尺寸 particle_size grain_size
孔径 pore_size
孔隙率 porosity
比表面积 specific_surface_area surface_area
表面粗糙度 粗糙度 ra surface_roughness roughness
折射率 refractive_index
透光率 透过率 光透过率 可见光透过率 transmittance light_transmittance
反射率 reflectance reflectivity
介电常数 dielectric_constant permittivity
介电损耗 介质损耗 dielectric_loss
电导率 导电率 electrical_conductivity conductivity
电阻率 resistivity
工作温度 使用温度 运行温度 工作温度范围 使用温度范围 operating_temperature working_temperature service_temperature
储存温度 存储温度 贮存温度 storage_temperature
沸点 boiling_point
熔点 melting_point
温度 temperature
工作电压 电压 voltage operating_voltage
功率 power
功耗 power_consumption
能耗 单位能耗 energy_consumption
能量密度 energy_density specific_energy
功率密度 power_density
循环寿命 循环次数 cycle_life
使用寿命 寿命 服役寿命 service_life lifetime lifespan
容量 capacity
效率 efficiency
光电转换效率 转换效率 photoelectric_conversion_efficiency conversion_efficiency power_conversion_efficiency
转化率 conversion conversion_rate
回收率 recovery recovery_rate
去除率 脱除率 removal_rate removal_efficiency
纯度 purity
收率 产率 得率 yield
检出限 检测限 最低检出限 limit_of_detection detection_limit lod
灵敏度 sensitivity
特异性 specificity
准确率 正确率 识别准确率 accuracy
精度 精确度 precision
定位精度 positioning_accuracy
测量精度 measurement_accuracy
分辨率 分辨力 resolution
误差 error
误报率 虚警率 false_alarm_rate false_positive_rate
漏报率 漏检率 miss_rate
响应时间 响应速度 response_time
时延 延迟 延时 latency delay
噪声 噪音 noise noise_level
带宽 bandwidth
频率 frequency
波长 wavelength
流量 flow_rate flow
压力 pressure
耐压 耐压强度 击穿场强 breakdown_strength
速度 speed velocity
重量 质量 weight mass
成本 cost
价格 单价 售价 price unit_price
预算 经费 资金预算 项目预算 budget
产能 产量 年产能 生产能力 年产量 output production_capacity annual_output
处理量 处理能力 日处理量 throughput treatment_capacity
附着力 粘结强度 adhesion
剥离强度 peel_strength
摩擦系数 friction_coefficient coefficient_of_friction
磨损率 wear_rate
含水率 水分 含水量 moisture moisture_content water_content
固含量 solid_content
粘度 黏度 viscosity
发射率 辐射率 emissivity
热膨胀系数 线膨胀系数 thermal_expansion_coefficient coefficient_of_thermal_expansion cte
续航里程 续航 range driving_range
续航时间 endurance
探测距离 检测距离 作用距离 detection_range
信噪比 snr signal-to-noise_ratio
盐雾 耐盐雾 中性盐雾 耐盐雾时间 盐雾试验 salt_spray salt_spray_resistance
合格率 良品率 良率 yield_rate qualification_rate
工期 周期 研发周期 项目周期 duration
"""


@functools.cache
def _canonical() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in _GROUPS.strip().splitlines():
        first, *rest = [word.replace("_", " ") for word in line.split()]
        for word in (first, *rest):
            table.setdefault(word, first)
    return table


@functools.lru_cache(maxsize=65536)
def canonical_name(name: str) -> str:
    """One name for all its synonyms; a synonym at the end of a longer name is replaced there."""
    plain = re.sub(r"\s+", " ", fold(name)).strip()
    table = _canonical()
    if plain in table:
        return table[plain]
    for start in range(1, len(plain) - 1):
        if (
            plain[start:] in table
            and len(plain) - start >= 3
            and (not plain[start].isascii() or plain[start - 1] == " ")
        ):
            return plain[:start].rstrip() + table[plain[start:]]
    return plain
