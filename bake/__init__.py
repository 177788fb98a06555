"""Packages the film for other software: 3D LUTs and packs of spatial kernels.

Nothing is baked yet; see the CHANGELOG for what is.
"""
