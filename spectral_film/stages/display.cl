// display.cl: XYZ on the screen -> RGB of a display. Reads beside display.py and
// reference/stages/display.py.
//
// From the host: ENCODING 0 display-linear, 1 sRGB (IEC 61966-2-1), 2 a power 1/GAMMA.

V encoded(const V linear)
{
#if ENCODING == 0
    return linear;
#else
    const V light = at_least(linear, 0.0f);
    const V lit = at_least(light, 1e-30f);
#if ENCODING == 1
    return light <= 0.0031308f ? 12.92f * light
                               : 1.055f * exp2_(log2_(lit) * (1.0f / 2.4f)) - 0.055f;
#else
    return light <= 1e-30f ? (V)0.0f : exp2_(log2_(lit) * (1.0f / GAMMA));
#endif
#endif
}

__kernel void display(
    __global const float *restrict xyz,  // Y = 1 for the open gate        [3][pixel]
    __constant float *xyz_to_rgb,        // adaptation, scale, primaries   [3][3]
    const uint pixels,
    __global float *restrict rgb)        // display white = 1              [3][pixel]
{
    const size_t at = get_global_id(0) * VW;
    if (at >= pixels)
        return;
    const V x = load(xyz, at, pixels);
    const V y = load(xyz + pixels, at, pixels);
    const V z = load(xyz + 2 * (size_t)pixels, at, pixels);
    for (size_t i = 0; i < 3; ++i)
        store(rgb + i * pixels, at, pixels,
              encoded(xyz_to_rgb[3 * i] * x + xyz_to_rgb[3 * i + 1] * y + xyz_to_rgb[3 * i + 2] * z));
}
