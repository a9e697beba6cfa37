"""Inert modules in the place of those that only draw or show: whatever is done with them works and does nothing.

    plt.plot(x)  fig, (a, b) = plt.subplots(1, 2)  with plt.style.context("dark"): ...  for i in tqdm(range(3)): ...

What is asked of them besides (a number, a truth value, a length) is zero, false, nothing.
"""

import sys
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

NAMES = frozenset({"matplotlib", "mpl_toolkits", "seaborn", "plotly", "IPython", "tqdm"})

UNPACKED = {"plot": 1, "hist": 3, "hist2d": 4, "boxplot": 1, "pie": 2, "get_legend_handles_labels": 2}
"""Functions whose result is unpacked, and into how many."""


class Inert:
    """Answers everything with another of its kind; unpacks into `length` of them."""

    def __init__(self, length: int = 0) -> None:
        self.__dict__["length"] = length

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _member(name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        decorates = len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType)
        return args[0] if decorates else self

    def __iter__(self) -> Iterator[Any]:
        return iter([Inert() for _ in range(self.__dict__["length"])])

    def __len__(self) -> int:
        return int(self.__dict__["length"])

    def __enter__(self) -> "Inert":
        return self

    def __exit__(self, *exception: object) -> None: ...

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return ()

    def __getitem__(self, key: object) -> "Inert":
        return Inert()

    def __setitem__(self, key: object, value: object) -> None: ...

    def __setattr__(self, name: str, value: object) -> None: ...

    def __bool__(self) -> bool:
        return False

    def __index__(self) -> int:
        return 0

    def __int__(self) -> int:
        return 0

    def __float__(self) -> float:
        return 0.0

    def __contains__(self, item: object) -> bool:
        return False

    def _itself(self, other: object = None) -> "Inert":
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _itself
    __truediv__ = __rtruediv__ = __floordiv__ = __mod__ = __pow__ = __neg__ = __or__ = __ror__ = _itself


class Progress:
    """A progress bar that shows nothing, and iterates over what it was given."""

    def __init__(self, iterable: Iterable[Any] = (), *args: Any, **kwargs: Any) -> None:
        self._iterable = iterable

    def __iter__(self) -> Iterator[Any]:
        return iter(self._iterable)

    def __len__(self) -> int:
        return len(self._iterable) if isinstance(self._iterable, Sequence) else 0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *exception: object) -> None: ...

    def __getattr__(self, name: str) -> Inert:
        return Inert()

    @staticmethod
    def write(text: str, *args: Any, **kwargs: Any) -> None:
        print(text)


def _trange(*args: int, **kwargs: Any) -> Progress:
    return Progress(range(*args))


def _subplots(nrows: int = 1, ncols: int = 1, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
    """A figure and its axes, which unpack as the real ones do."""
    if nrows == 1 or ncols == 1:
        several = max(nrows, ncols)
        return Inert(), Inert(several) if several > 1 else Inert()
    return Inert(), _Grid(nrows, ncols)


class _Grid(Inert):
    """Axes in rows and columns: unpacks into rows, which unpack into axes."""

    def __init__(self, nrows: int, ncols: int) -> None:
        super().__init__(nrows)
        self.__dict__["ncols"] = ncols

    def __iter__(self) -> Iterator[Any]:
        return iter([Inert(self.__dict__["ncols"]) for _ in range(len(self))])


def _unpacking(length: int) -> Callable[..., Inert]:
    return lambda *args, **kwargs: Inert(length)


def _member(name: str) -> Any:
    """What a stand-in has under this name."""
    if name == "subplots":
        return _subplots
    return _unpacking(UNPACKED[name]) if name in UNPACKED else Inert()


class StandIn(types.ModuleType):
    """A module, package and all, of which every name can be imported."""

    __all__: Sequence[str] = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        if self.__name__.partition(".")[0] == "tqdm":
            return {"tqdm": Progress, "tqdm_notebook": Progress, "trange": _trange}.get(name, Inert())
        return _member(name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return Inert()


class StandInFinder(MetaPathFinder, Loader):
    """Makes stand-ins of `NAMES` and their submodules on import, and notes which."""

    def __init__(self) -> None:
        self.used: list[str] = []

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        top = fullname.partition(".")[0]
        if top not in NAMES:
            return None
        if top not in self.used:
            self.used.append(top)
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> StandIn:
        return StandIn(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        # `import a.b` binds b in a only after b is loaded; a stand-in would answer for it before.
        parent, _, name = module.__name__.rpartition(".")
        if parent:
            setattr(sys.modules[parent], name, module)
