"""The adapters, found by themselves: every module here that holds an `adapter`."""

import importlib
import pkgutil
from functools import cache

from listening.sources.contract import Adapter
from listening.sources.push import Pushes


@cache
def adapters() -> dict[str, Adapter]:
    """Every adapter by its kind."""
    modules = [
        importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)
    ]
    found = [module.adapter for module in modules if hasattr(module, "adapter")]
    return {adapter.kind: adapter for adapter in found}


def adapter_for(kind: str) -> Adapter:
    """The adapter of that kind; KeyError names the kinds there are."""
    try:
        return adapters()[kind]
    except KeyError:
        raise KeyError(f"no source is called {kind!r}; there are {', '.join(sorted(adapters()))}") from None


def pushing() -> list[str]:
    """Kinds that are listened to by `manage.py stream`, and not polled."""
    return sorted(kind for kind, adapter in adapters().items() if isinstance(adapter, Pushes))
