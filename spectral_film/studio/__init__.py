"""The studio: a page on this machine that shows the film live, with instruments.

    page/  the browser's part
      |    settings, and which pixels
    guard      who may ask, and how much
    server     what may be asked; questions: in which words
    turns      one thing at a time on the device, the newest of its kind
      |
    bench      the picture on the light table: `path.rendering.LightTable`, which keeps its signals
      +- instruments   what lies under the cursor, and where the picture lies on the curves
    orders     what is written: commands, run beside the page

Settings travel as a recipe has them, so what is chosen here means the same to the command line.
"""
