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
    __global const float *xyz, const uint4 xyz_at,  // Y = 1 for the open gate        [3]
    __constant float *xyz_to_rgb,                   // adaptation, scale, primaries   [3][3]
    const uint width,
    __global float *rgb, const uint4 rgb_at)        // display white = 1              [3]
{
    const uint at = get_global_id(0) * VW, row = get_global_id(1);
    if (at >= width)
        return;
    const V x = load(xyz, xyz_at, 0, at, row, width);
    const V y = load(xyz, xyz_at, 1, at, row, width);
    const V z = load(xyz, xyz_at, 2, at, row, width);
    for (uint i = 0; i < 3; ++i) {
        __constant float *to = xyz_to_rgb + 3 * i;
        store(rgb, rgb_at, i, at, row, width, encoded(to[0] * x + to[1] * y + to[2] * z));
    }
}
