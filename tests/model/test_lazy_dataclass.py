"""A lazy dataclass is one of the standard library in all that can be told from outside."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from orgtp import lazy_dataclass

Decorator = Callable[..., Any]
BOTH = pytest.mark.parametrize("decorate", [dataclasses.dataclass, lazy_dataclass.dataclass])
OPTIONS = pytest.mark.parametrize(
    "options", [{}, {"frozen": True}, {"slots": True}, {"frozen": True, "slots": True}, {"frozen": True, "repr": False}]
)


def make(decorate: Decorator, **options: bool) -> Any:
    """A class with every kind of field that the package has."""

    class Thing:
        """A thing."""

        name: str
        kind: ClassVar[str] = "thing"
        size: int = 3
        parts: list[str] = dataclasses.field(default_factory=list)
        note: str = dataclasses.field(default="", compare=False, repr=False)

    return decorate(**options)(Thing)


@dataclasses.dataclass(frozen=True, slots=True)
class Eager:
    """A value, made by the standard library."""

    name: str
    size: int = 3


@lazy_dataclass.dataclass(frozen=True, slots=True)
class Lazy:
    """The same, made lazily."""

    name: str
    size: int = 3


@BOTH
@OPTIONS
def test_it_is_made_shown_and_compared(decorate: Decorator, options: dict[str, bool]) -> None:
    cls = make(decorate, **options)
    one, other = cls("a", parts=["b"]), cls("a", 3, ["b"], note="x")
    assert one == other
    assert one != cls("b")
    assert one != "a"
    assert (cls("a").parts, cls("a").parts is cls("a").parts) == ([], False)
    shown = "make.<locals>.Thing(name='a', size=3, parts=['b'])"
    assert (repr(one) == shown) is options.get("repr", True)
    assert (cls.kind, cls.__match_args__) == ("thing", ("name", "size", "parts", "note"))
    assert [field.name for field in dataclasses.fields(cls)] == ["name", "size", "parts", "note"]
    assert dataclasses.replace(one, name="z") == cls("z", 3, ["b"])
    assert dataclasses.asdict(one) == {"name": "a", "size": 3, "parts": ["b"], "note": ""}
    assert copy.deepcopy(one) == one
    assert copy.copy(one).parts is one.parts


@BOTH
@OPTIONS
def test_what_does_not_fit_is_refused(decorate: Decorator, options: dict[str, bool]) -> None:
    cls = make(decorate, **options)
    wrongs: list[tuple[Any, ...]] = [(), ("a", 1, [], "", 5)]
    for wrong in wrongs:
        with pytest.raises(TypeError, match="__init__"):
            cls(*wrong)
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        cls("a", colour="red")
    one = cls("a")
    if options.get("frozen"):
        with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
            one.name = "b"
        with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
            del one.name
    else:
        one.name = "b"
        assert one.name == "b"
        with pytest.raises(TypeError, match="unhashable"):
            hash(one)
    assert hasattr(one, "__dict__") is not options.get("slots", False)


@pytest.mark.parametrize("cls", [Eager, Lazy])
def test_a_frozen_one_is_hashed_and_pickled(cls: Any) -> None:
    assert hash(cls("a")) == hash(("a", 3))
    assert {cls("a"): 1}[cls("a", 3)] == 1
    assert pickle.loads(pickle.dumps(cls("a", 5))) == cls("a", 5)  # noqa: S301  (our own)


@BOTH
def test_a_method_of_its_own_stays(decorate: Decorator) -> None:
    @decorate(frozen=True)
    class Named:
        name: str

        def __repr__(self) -> str:
            return f"<{self.name}>"

        def __hash__(self) -> int:
            return 7

    cls: Any = Named
    assert (repr(cls("a")), hash(cls("a")), cls("a") == cls("a")) == ("<a>", 7, True)


@BOTH
def test_what_comes_after_is_done_after(decorate: Decorator) -> None:
    @decorate
    class Checked:
        name: str
        known: list[str] = dataclasses.field(default_factory=list)

        def __post_init__(self) -> None:
            self.known.append(self.name)

    cls: Any = Checked
    assert cls("a").known == ["a"]


@BOTH
def test_a_child_has_the_fields_of_its_parent(decorate: Decorator) -> None:
    @decorate
    class Parent:
        name: str

    @decorate
    class Child(Parent):
        size: int = 1

    parent: Any = Parent
    child: Any = Child
    assert (child("a", 2).size, child("a") == child("a", 1), parent("a").name) == (2, True, "a")
