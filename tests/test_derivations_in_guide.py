"""The derivations in the guide for teachers are those of the shipped assignments."""

from tests.derivations_in_guide import BETWEEN, FOLDER, GUIDE, renewed

RELU = r"""
### relu_frobenius

$$
\begin{aligned}
  Z &= X \, W \\
  H &= \max(Z, 0) \\
  f &= \|H - Y\|_F^2
\end{aligned}
$$

$$
\begin{aligned}
  \bar{H} &= 2 \, (H - Y) \\
  \bar{Z} &= \bar{H} \odot \mathbf{1}[Z > 0] \\
  \bar{X} &= \bar{Z} \, W^\top \\
  \bar{W} &= X^\top \, \bar{Z} \\
  \bar{Y} &= -2 \, (H - Y)
\end{aligned}
$$

$$
\begin{aligned}
  \bar{X} &= 2 \, ((H - Y) \odot \mathbf{1}[Z > 0]) \, W^\top \\
  \bar{W} &= 2 \, X^\top \, ((H - Y) \odot \mathbf{1}[Z > 0]) \\
  \bar{Y} &= -2 \, (H - Y)
\end{aligned}
$$
"""


def test_derivations_in_the_guide_are_those_of_the_files() -> None:
    """An assignment or an adjoint that changes is derived anew."""
    guide = GUIDE.read_text(encoding="utf-8")
    assert renewed(guide) == guide, "renew them with: python -m tests.derivations_in_guide"


def test_derivations_in_the_guide_are_of_every_assignment() -> None:
    """Each file has its section, and the first sheet's is what the textbook says."""
    (written,) = BETWEEN.findall(GUIDE.read_text(encoding="utf-8"))
    assert all(f"\n### {path.stem}\n" in written for path in FOLDER.glob("*.yaml"))
    assert RELU in written
