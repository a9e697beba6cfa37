from . import other
from .other import ONE


def two():
    return ONE + other.ONE
