from django.db import migrations, models


def name_the_state(apps, schema_editor):
    """What was taken back before there were states."""
    tokens = apps.get_model("api", "AccessToken").objects.exclude(revoked_at=None)
    tokens.update(state="revoked")


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0002_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="accesstoken",
            name="expires_at",
            field=models.DateTimeField(null=True, verbose_name="有效期至"),
        ),
        migrations.AddField(
            model_name="accesstoken",
            name="levels",
            field=models.JSONField(blank=True, default=dict, verbose_name="每个字段的保密级别"),
        ),
        migrations.AddField(
            model_name="accesstoken",
            name="state",
            field=models.CharField(
                choices=[("active", "有效"), ("revoked", "已停用"), ("expired", "已过期")],
                default="active",
                max_length=20,
                verbose_name="状态",
            ),
        ),
        migrations.AlterField(
            model_name="accesstoken",
            name="last_used_on",
            field=models.DateField(null=True, verbose_name="上次使用"),
        ),
        migrations.AlterField(
            model_name="accesstoken",
            name="name",
            field=models.CharField(max_length=60, verbose_name="用途"),
        ),
        migrations.RunPython(name_the_state, migrations.RunPython.noop),
    ]
