// display.cl: XYZ on the screen -> RGB of a display. Reads beside display.py and
// reference/stages/display.py.
//
// From the host: ENCODING 0 display-linear, 1 sRGB (IEC 61966-2-1), 2 a power 1/GAMMA; COMPRESS 1
// rolls colours outside 0..1 in; KNEE, where that begins.

typedef struct { V r, g, b; } Light;

// How far from grey (0) to the boundary (1) -> nearer: itself up to KNEE, never more than 1. At the
// knee it is as straight as a line.
V rolled(const V distance)
{
    const V beyond = at_most((distance - KNEE) * (1.0f / (1.0f - KNEE)), 1e6f);
    const V square = beyond * beyond;
    const V root = rsqrt_(1.0f + square * square);
    return KNEE + (1.0f - KNEE) * beyond * root * rsqrt_(root);
}

// Straight to the grey of its luminance where a component falls below 0; then dimmer where one
// rises above 1. Either leaves the hue. What is no number is left alone. Inlined, as a call would
// send the light through memory: three times the time of the kernel on the bundled CPU device.
__attribute__((always_inline)) Light within_gamut(
    const Light light, __constant float *luminance_weight)
{
    const V luminance = luminance_weight[0] * light.r + luminance_weight[1] * light.g
                        + luminance_weight[2] * light.b;
    const V grey = at_least(luminance, 0.0f);
    V low = light.r < light.g ? light.r : light.g;
    V high = light.r < light.g ? light.g : light.r;
    low = light.b < low ? light.b : low;
    high = light.b > high ? light.b : high;
    Light in = light;
    const VI below = low < (1.0f - KNEE) * luminance;
    if (ANY(below)) {
        const V distance = (grey - low) / at_least(grey, 1e-30f);
        const V nearer = grey > 0.0f ? rolled(distance) / distance : (V)0.0f;
        in.r = below ? at_least(grey + nearer * (light.r - grey), 0.0f) : light.r;
        in.g = below ? at_least(grey + nearer * (light.g - grey), 0.0f) : light.g;
        in.b = below ? at_least(grey + nearer * (light.b - grey), 0.0f) : light.b;
        high = below ? grey + nearer * (high - grey) : high;
    }
    const V colour = high - grey, room = 1.0f - grey;
    const VI above = colour > KNEE * room;
    if (ANY(above)) {
        const V share = room > 0.0f ? rolled(colour / at_least(room, 1e-30f)) : (V)1.0f;
        const V dimmer = (colour - share * room) / (share * grey + colour);
        in.r = above ? at_most(in.r - in.r * dimmer, 1.0f) : in.r;
        in.g = above ? at_most(in.g - in.g * dimmer, 1.0f) : in.g;
        in.b = above ? at_most(in.b - in.b * dimmer, 1.0f) : in.b;
    }
    return in;
}

V encoded(const V linear)
{
#if ENCODING == 0
    return linear;
#else
    const V light = at_least(linear, 0.0f);
    const V lit = at_least(light, 1e-30f);
#if ENCODING == 1
    const V code = light <= 0.0031308f ? 12.92f * light
                                       : 1.055f * exp2_(log2_(lit) * (1.0f / 2.4f)) - 0.055f;
#else
    const V code = light <= 1e-30f ? (V)0.0f : exp2_(log2_(lit) * (1.0f / GAMMA));
#endif
    return at_most(code, 1.0f);
#endif
}

__kernel void display(
    __global const float *xyz, const uint4 xyz_at,  // Y = 1 for the open gate        [3]
    __constant float *xyz_to_rgb,                   // adaptation, scale, primaries   [3][3]
    __constant float *luminance_weight,             // of the primaries, sum 1        [3]
    const uint width,
    __global float *rgb, const uint4 rgb_at)        // display white = 1              [3]
{
    const uint at = get_global_id(0) * VW, row = get_global_id(1);
    if (at >= width)
        return;
    const V x = load(xyz, xyz_at, 0, at, row, width);
    const V y = load(xyz, xyz_at, 1, at, row, width);
    const V z = load(xyz, xyz_at, 2, at, row, width);
    Light light;
    light.r = xyz_to_rgb[0] * x + xyz_to_rgb[1] * y + xyz_to_rgb[2] * z;
    light.g = xyz_to_rgb[3] * x + xyz_to_rgb[4] * y + xyz_to_rgb[5] * z;
    light.b = xyz_to_rgb[6] * x + xyz_to_rgb[7] * y + xyz_to_rgb[8] * z;
#if COMPRESS
    light = within_gamut(light, luminance_weight);
#endif
    store(rgb, rgb_at, 0, at, row, width, encoded(light.r));
    store(rgb, rgb_at, 1, at, row, width, encoded(light.g));
    store(rgb, rgb_at, 2, at, row, width, encoded(light.b));
}
