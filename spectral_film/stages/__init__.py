"""The stages of the path of light, each beside its kernel; `pipeline.py` puts them in order."""
