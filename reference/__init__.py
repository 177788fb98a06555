"""The same physics once more, in float64 JAX: the yardstick of the kernels, and what is fitted.

`reference.stages` holds one pure, differentiable function per stage of the engine, under the
same names. `reference.fit` makes film files from datasheets by descending through them.
"""

import jax

# A yardstick in float32 would be no better than what it measures.
jax.config.update("jax_enable_x64", True)
