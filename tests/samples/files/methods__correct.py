import functools
import abc


class Base(abc.ABC):
    @abc.abstractmethod
    def f(self): ...

    @staticmethod
    def grad_W(X, W, Y):
        return 2 * X.T @ (X @ W - Y)

    @classmethod
    def grad_Y(cls, X, W, Y):
        return 2 * (Y - X @ W)

    def __call__(self, X, W, Y):
        return type(self).grad_W(X, W, Y)


class Child(Base):
    def f(self): pass


grad_W = Child()
grad_Y = functools.lru_cache(maxsize=None)(Base.grad_Y)
