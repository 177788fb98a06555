"""Camera RAW: what the sensor counted, as light of the scene.

reading.py     a file -> a scene: levels and mosaic by LibRaw, then the others in this order
words.py       what the file says: its camera, the white of the shot, matrices, exposure
clipping.py    a channel that the sensor clipped, where others went on
colour.py      the camera's channels -> linear Rec.709, by whatever is known of the camera
"""
