"""A shot: pictures of one name that are numbered, made one after the other.

numbering.py  shot.####.exr and what else stands for a number; which frames there are
conveyor.py   reading, making and writing frames at the same time
earlier.py    whether a file that is there was made by the settings of this run
"""
