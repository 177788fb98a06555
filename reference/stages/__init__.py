"""One file per stage of the engine; keywords are the names of the film file's datasets.

Everything is differentiable in every array it takes. Geometry (`pitch_um`, `reach_um`, a form's
name) is plain Python, because it decides the sizes of arrays.
"""
