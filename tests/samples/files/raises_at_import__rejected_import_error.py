import numpy as np
raise ValueError("nope")
