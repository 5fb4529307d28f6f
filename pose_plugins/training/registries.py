"""Looks up types in registries as mmengine's builders do, without a word."""

from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

from mmengine.registry import DefaultScope, Registry


def find(registry: Registry, name: str) -> Callable[..., Any] | None:
    """The class of a name, as a builder would find it."""
    try:
        return _here(registry).get(name)
    except (ImportError, RuntimeError):  # no such package, no such path of a class
        return None


def names_in(registry: Registry) -> list[str]:
    """All names in a registry and those above it."""
    names: list[str] = []
    above: Registry | None = _here(registry)
    while above is not None:
        names += above.module_dict
        above = above.parent
    return names


def _here(registry: Registry) -> Registry:
    """A registry's relative in the scope of today, as mmengine finds it, which logs a warning where there is none."""
    scope = DefaultScope.get_current_instance().scope_name
    with suppress(ImportError):
        import_module(f'{scope}.registry')
    waiting = [registry.root]
    for relative in waiting:  # grows
        if relative.scope == scope:
            return relative
        waiting += relative.children.values()
    return registry


def kind_of(registry: Registry) -> str:
    """A registry's name as one says it."""
    return registry.name.lower().replace('_', ' ').removesuffix('s')
