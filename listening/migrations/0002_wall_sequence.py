from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("listening", "0001_first")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE listening_wall_seq", "DROP SEQUENCE listening_wall_seq"),
    ]
