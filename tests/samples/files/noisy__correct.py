# warnings: stand_in_module
import logging
import random
import sys
import time
import warnings

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
from mpl_toolkits.mplot3d import Axes3D
import seaborn as sns
from tqdm import tqdm, trange
from IPython.display import display, clear_output
import numpy as np
import torch

logging.basicConfig(level=logging.DEBUG)
log = logging.getLogger(__name__)
warnings.simplefilter("error")
np.random.seed(0)
random.seed(1)
np.set_printoptions(precision=3)
fig, (ax1, ax2) = plt.subplots(1, 2, figsize=(3, 4))
ax1.plot([1, 2], [3, 4])
plt.rcParams["font.sans-serif"] = ["SimHei"]
plt.show()
print("module level", file=sys.stderr)
for i in tqdm(range(3), desc="x"):
    print(i, end="\r", flush=True)
for i in trange(3):
    pass
start = time.time()


def grad_W(X, W, Y):
    log.warning("in")
    try:
        A = np.random.randn(3)
        raise KeyError(A)
    except KeyError as e:
        log.exception("oh")
    finally:
        plt.figure()
        plt.scatter(X, X)
        with open("/dev/null") as f:
            pass
    with tqdm(total=3) as bar:
        bar.update(1)
    return 2 * X.T @ (X @ W - Y)


def grad_Y(X, W, Y):
    sys.stdout.write("x" * 100 + "\n")
    assert time.time() >= start
    return 2 * (Y - X @ W)


if __name__ == "__main__":
    import nothing_here
    input("?")
