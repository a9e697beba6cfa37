"""Grades gradients derived by hand: runs them in a sandbox and compares them with torch.autograd."""

__version__ = "0.1.0"
