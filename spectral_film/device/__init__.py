"""OpenCL: a device, planes that stay on it, kernels launched by name, blurs."""
