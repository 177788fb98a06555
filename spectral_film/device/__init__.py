"""OpenCL: a device, planes that stay on it, kernels launched by name, blurs."""

from spectral_film.device.caches import settle_caches

settle_caches()  # before anything in here imports pyopencl
