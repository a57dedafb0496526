import gc
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_asgi_application()

# Hundreds of open streams make many long-lived objects: without this a full collection now and then
# holds every stream up for more than a tenth of a second.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 100)
