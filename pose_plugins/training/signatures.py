"""Tells which arguments a class takes, along its bases where it hands them on."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import torch


@dataclass
class Signature:
    """The arguments that can be given by name.

    Attributes:
        names: All that are known.
        required: Those that must be given.
        numbers: Those that are declared as numbers.
        open: Whether others may be taken as well: only what is certain is told.
    """

    names: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    open: bool = False


@cache
def signature_of(target: Callable[..., Any]) -> Signature:
    """The arguments of a class or a function.

    ``**kwargs`` is looked through where a constructor does nothing with it but hand it to that of its base.

    Args:
        target: What is called with them.

    Returns:
        What is certain of them.
    """
    if not inspect.isclass(target):
        return _signature(target, bound=False)
    if type(target).__call__ is not type.__call__ or any('__new__' in vars(c) for c in target.__mro__ if _own(c)):
        return Signature(open=True)
    result = Signature()
    given: set[str] = set()  # by the constructor before
    for base in target.__mro__:
        init = vars(base).get('__init__')
        if init is None or base in (object, torch.nn.Module):  # these take none
            continue
        level = _signature(init, bound=True)
        result.numbers |= level.numbers - result.names
        result.names |= level.names
        result.required |= level.required - given
        if not level.open:
            return result
        handed = _handed_on(init, level)
        if handed is None:
            return replace(result, open=True)
        positional, given = handed
        above = target.__mro__[target.__mro__.index(base) + 1 :]
        parent = next(vars(c)['__init__'] for c in above if '__init__' in vars(c))
        given = given | set(list(inspect.signature(parent).parameters)[1 : 1 + positional])
    return result


def _own(base: type) -> bool:
    """Whether a class is more than one of Python's own scaffolding."""
    return base is not object and base.__module__ != 'typing'


def _signature(function: Callable[..., Any], bound: bool) -> Signature:
    """The arguments of one function; ``bound`` leaves its first one out."""
    try:
        parameters = list(inspect.signature(function).parameters.values())[bound:]
    except (TypeError, ValueError):  # of a built-in
        return Signature(open=True)
    named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    return Signature(
        {p.name for p in named},
        {p.name for p in named if p.default is p.empty},
        {p.name for p in named if p.annotation in (int, float)},
        # a decorator may take other names for those of old
        hasattr(function, '__wrapped__') or any(p.kind is p.VAR_KEYWORD for p in parameters),
    )


def _handed_on(init: Callable[..., Any], level: Signature) -> tuple[int, set[str]] | None:
    """How many arguments by place and which by name a constructor gives that of its base together with its ``**kwargs``; None
    if it does anything else with these."""
    if hasattr(init, '__wrapped__'):
        return None
    try:
        (function,) = ast.parse(textwrap.dedent(inspect.getsource(init))).body
    except (OSError, SyntaxError, TypeError, ValueError):
        return None
    if not isinstance(function, ast.FunctionDef) or function.args.kwarg is None:
        return None
    name = function.args.kwarg.arg
    uses = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == name]
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and _is_super_init(node)]
    if len(uses) != 1 or len(calls) != 1:
        return None
    (call,) = calls
    if not any(keyword.arg is None and keyword.value is uses[0] for keyword in call.keywords):
        return None
    places = [argument for argument in call.args if not isinstance(argument, ast.Starred)]
    return len(places), {keyword.arg for keyword in call.keywords if keyword.arg}


def _is_super_init(call: ast.Call) -> bool:
    """Whether it is ``super().__init__(...)``."""
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr == '__init__'
        and isinstance(function.value, ast.Call)
        and isinstance(function.value.func, ast.Name)
        and function.value.func.id == 'super'
    )
