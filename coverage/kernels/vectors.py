"""Array types of the kernels, and the options under which loops over them work on several entries at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Heights = NDArray[np.float64]
Indices = NDArray[np.int32]

# no reassociation: the order of sums must stay
VECTOR: dict[str, Any] = {"fastmath": {"contract", "nsz", "arcp"}}
