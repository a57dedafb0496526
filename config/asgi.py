import gc
import os
import warnings

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Both are about whitenoise, which finds uncollected files by itself and sends each as one short stream.
warnings.filterwarnings("ignore", message="No directory at")
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
application = get_asgi_application()

# With a thousand open streams a full garbage collection holds every one of them up for 150 ms. What is
# loaded by now stays for good, so it is taken out of the count, and the rest is collected less often; what is
# of middle age soon enough, for a mention and its case point at each other, and a flood brings many.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 5, 100)
