from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Days of the working calendar are rows with verbs: visible, with a state."""

    dependencies = [("kernel", "0004_request_of_a_key")]

    operations = [
        migrations.RemoveConstraint(model_name="calendarday", name="calendar_day_once"),
        migrations.AddField(
            model_name="calendarday",
            name="levels",
            field=models.JSONField(blank=True, default=dict, verbose_name="每个字段的保密级别"),
        ),
        migrations.AddField(
            model_name="calendarday",
            name="state",
            field=models.CharField(
                choices=[("set", "有效"), ("withdrawn", "已撤销")], default="set", max_length=20, verbose_name="状态"
            ),
        ),
        migrations.AlterField(model_name="calendarday", name="day", field=models.DateField(verbose_name="日期")),
        migrations.AlterField(
            model_name="calendarday", name="is_working", field=models.BooleanField(verbose_name="上班")
        ),
        migrations.AlterField(
            model_name="calendarday",
            name="name",
            field=models.CharField(blank=True, max_length=60, verbose_name="说明"),
        ),
        migrations.AlterField(
            model_name="calendarday",
            name="node",
            field=models.CharField(blank=True, max_length=20, verbose_name="节点"),
        ),
        migrations.AddConstraint(
            model_name="calendarday",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "set")), fields=("node", "day"), name="calendar_day_once"
            ),
        ),
    ]
