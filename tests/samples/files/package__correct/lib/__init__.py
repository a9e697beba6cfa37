from .deep import *
__all__ = ["two"]
