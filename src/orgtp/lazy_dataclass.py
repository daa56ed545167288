"""A `dataclass` decorator like the standard library's whose methods are generated on their first call.

The standard library generates and compiles five or six methods per class when its module is imported. A command imports
sixty such classes but uses few of their methods, which took a fifth of the time of `score add`. This decorator defines
the fields at once, and generates each method when it is first called.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414  (exported by this name)
else:

    def dataclass(cls=None, /, **options):
        """Like `dataclasses.dataclass`, with the same options."""
        return _make_lazy(cls, options) if cls is not None else lambda cls: _make_lazy(cls, options)


# The options of the standard library that generate each method.
_OPTIONS = {
    "__init__": {"init": True},
    "__repr__": {"repr": True},
    "__eq__": {"eq": True},
    "__hash__": {"eq": True, "unsafe_hash": True},
}
_NONE = {"init": False, "repr": False, "eq": False}


def _make_lazy(cls: type, options: dict[str, bool]) -> type:
    own = vars(cls)
    is_odd = options.keys() - {"frozen", "slots", "eq", "repr"} or "__eq__" in own or "__hash__" in own
    if is_odd or any(map(dataclasses.is_dataclass, cls.__mro__)):
        return dataclasses.dataclass(**options)(cls)
    frozen, eq = options.get("frozen", False), options.get("eq", True)
    made: type = dataclasses.dataclass(**_NONE, slots=options.get("slots", False))(cls)
    names = {"__init__", *(["__repr__"] if options.get("repr", True) else ()), *(["__eq__"] if eq else ())}
    names |= {"__hash__"} if eq and frozen else set()
    for name in names - own.keys():
        setattr(made, name, _generate_later(made, name, frozen=frozen))
    if eq and not frozen:
        made.__hash__ = None  # type: ignore[assignment]  # mutable objects are not hashable
    if frozen:
        made.__setattr__ = _refuse_assignment  # type: ignore[assignment, method-assign]
        made.__delattr__ = _refuse_deletion  # type: ignore[assignment, method-assign]
        if options.get("slots"):
            made.__getstate__ = _get_state  # type: ignore[assignment, method-assign]
            made.__setstate__ = _set_state  # type: ignore[attr-defined]
    return made


def _generate_later(cls: type, name: str, *, frozen: bool) -> Any:
    """A method that replaces itself with the generated one when it is first called."""

    def generate_and_call(self: object, *args: object, **named: object) -> object:
        fields = dataclasses.fields(cls)
        is_plain = name == "__init__" and all(field.init and not field.kw_only for field in fields)
        method = _write_init(cls, fields, frozen=frozen) if is_plain else _copy_method(cls, name, frozen=frozen)
        setattr(cls, name, method)
        return method(self, *args, **named)

    return generate_and_call


def _write_init(cls: type, fields: tuple[dataclasses.Field[Any], ...], *, frozen: bool) -> Any:
    """Generate the same `__init__` as the standard library, but faster, because most classes need it."""
    known: dict[str, Any] = {"_set": object.__setattr__, "_new": object()}
    parameters, body = ["self"], []
    for number, field in enumerate(fields):
        name = value = field.name
        if field.default_factory is not dataclasses.MISSING:
            known[f"_{number}"] = field.default_factory
            parameters.append(f"{name}=_new")
            value = f"_{number}() if {name} is _new else {name}"
        elif field.default is not dataclasses.MISSING:
            known[f"_{number}"] = field.default
            parameters.append(f"{name}=_{number}")
        else:
            parameters.append(name)
        body.append(f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    body += ["self.__post_init__()"] if hasattr(cls, "__post_init__") else []
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(body or ["pass"]), known)  # noqa: S102  (generated from our own classes)
    known["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    return known["__init__"]


def _copy_method(cls: type, name: str, *, frozen: bool) -> Any:
    """The method that the standard library generates for a copy of the class."""
    fields = {field.name: field for field in dataclasses.fields(cls)}
    annotations = {name: field.type for name, field in fields.items()}
    after = {"__post_init__": cls.__post_init__} if hasattr(cls, "__post_init__") else {}
    facts = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "__doc__": cls.__doc__}
    double = type(cls.__name__, (), {**facts, **fields, **after, "__annotations__": annotations})
    frozen = frozen and name == "__init__"
    return vars(dataclasses.dataclass(**{**_NONE, **_OPTIONS[name]}, frozen=frozen)(double))[name]


def _refuse_assignment(_: object, name: str, __: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deletion(_: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _get_state(self: Any) -> list[object]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[object]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
