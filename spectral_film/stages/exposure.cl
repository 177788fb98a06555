// exposure.cl: light of the scene -> layer exposure. Reads beside exposure.py, upsampling.py and
// reference/stages/exposure.py.
//
//   exposure_c = sum_w light(w) * exposure_weight_c(w)        lux s
//
// From the host: BANDS of a cube; or WAVELENGTHS of the grid and NODES of the up-sampling table.

#ifdef BANDS
__kernel void expose_spectra(
    __global const float *light, const uint4 light_at,    // radiance or reflectance  [band]
    __constant float *exposure_weight,                    // lux s                    [layer][band]
    const uint width,
    __global float *exposure, const uint4 exposure_at)    // lux s                    [layer]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    V red = 0.0f, green = 0.0f, blue = 0.0f;
    for (uint band = 0; band < BANDS; ++band) {
        const V seen = load(light, light_at, band, x, y, width);
        red += seen * exposure_weight[band];
        green += seen * exposure_weight[BANDS + band];
        blue += seen * exposure_weight[2 * BANDS + band];
    }
    store(exposure, exposure_at, 0, x, y, width, red);
    store(exposure, exposure_at, 1, x, y, width, green);
    store(exposure, exposure_at, 2, x, y, width, blue);
}
#endif

#ifdef NODES
typedef struct { V c0, c1, c2, scale; } Spectra;

// How far a component may keep its distance from grey before it leaves the table; 1: it is inside.
V room_to_grey(const V component, const V luminance, const V most, const float lowest)
{
    const V need = (luminance - component) + lowest * (most - luminance);
    const V room = (1.0f - lowest) * luminance;
    return need > room ? room / need : 1.0f;
}

// Where a ratio to the brightest component lies on its axis of a face, in nodes.
V node_position(const V ratio, const V lowest)
{
    return (NODES - 1) * (1.0f - (1.0f - ratio) / (1.0f - lowest));
}

VI node_below(const V position)
{
    const VI node = TO_VI(position);
    return node < 0 ? (VI)0 : node > NODES - 2 ? (VI)(NODES - 2) : node;
}

// The spectra of VW colours; the steps are those of upsampling.py.
Spectra upsample(
    V r, V g, V b,
    __global const float *upsampling_coefficients,
    __constant float *lowest_ratio,
    __constant float *luminance_weight)
{
    const V light = luminance_weight[0] * r + luminance_weight[1] * g + luminance_weight[2] * b;
    const VI lit = light > 0.0f;
    const V y = lit ? light : 1.0f;  // where it is dark any colour will do: the scale is 0
    r = lit ? r : 1.0f;
    g = lit ? g : 1.0f;
    b = lit ? b : 1.0f;

    V most = r > g ? r : g;
    most = most > b ? most : b;
    const V keep_r = room_to_grey(r, y, most, lowest_ratio[0]);
    const V keep_g = room_to_grey(g, y, most, lowest_ratio[1]);
    const V keep_b = room_to_grey(b, y, most, lowest_ratio[2]);
    V keep = keep_r < keep_g ? keep_r : keep_g;
    keep = keep < keep_b ? keep : keep_b;
    r = keep < 1.0f ? y + keep * (r - y) : r;
    g = keep < 1.0f ? y + keep * (g - y) : g;
    b = keep < 1.0f ? y + keep * (b - y) : b;
    most = keep < 1.0f ? y + keep * (most - y) : most;

    const VI red = r >= g && r >= b, green = g >= b;
    const V lowest_r = lowest_ratio[0], lowest_g = lowest_ratio[1], lowest_b = lowest_ratio[2];
    // Chosen as floats: Oclgrind 21.10, which watches the tests, widens chosen integers wrongly.
    const VI face = TO_VI(red ? (V)0.0f : green ? (V)1.0f : (V)2.0f);
    const V p = node_position((red ? g : green ? b : r) / most,
                              red ? lowest_g : green ? lowest_b : lowest_r);
    const V q = node_position((red ? b : green ? r : g) / most,
                              red ? lowest_b : green ? lowest_r : lowest_g);
    const VI i = node_below(p), j = node_below(q);

    IntLanes corner;
    Lanes along_p, along_q, c0, c1, c2, gain;
    corner.all = (face * NODES + i) * NODES + j;
    along_p.all = p - TO_V(i);
    along_q.all = q - TO_V(j);
    for (size_t n = 0; n < VW; ++n) {
        __global const float4 *node = (__global const float4 *)upsampling_coefficients
                                    + corner.lane[n];
        const float4 on_near = node[0] + along_q.lane[n] * (node[1] - node[0]);
        const float4 on_far = node[NODES] + along_q.lane[n] * (node[NODES + 1] - node[NODES]);
        const float4 c = on_near + along_p.lane[n] * (on_far - on_near);
        c0.lane[n] = c.x;
        c1.lane[n] = c.y;
        c2.lane[n] = c.z;
        gain.lane[n] = c.w;
    }
    Spectra found;
    found.c0 = c0.all;
    found.c1 = c1.all;
    found.c2 = c2.all;
    found.scale = lit ? at_least(2.0f * most * gain.all, 0.0f) : 0.0f * light;  // or no number
    return found;
}

// The sigmoid 1/2 + x / (2 sqrt(1 + x^2)). Far below 0 that is a difference of two near numbers,
// good to 1e-7 of a white; `in_the_dark` is the same function, and keeps its digits there.
V sigmoid(const V x, const int in_the_dark)
{
    const V square = x * x + 1.0f, inverse_root = rsqrt_(square);
    if (!in_the_dark)
        return 0.5f * x * inverse_root + 0.5f;
    const V size = x < 0.0f ? -x : x;
    const V rest = 0.5f * inverse_root / (square * inverse_root + size);
    return x < 0.0f ? rest : 1.0f - rest;
}

typedef struct { V red, green, blue; } Layers;

Layers integrated(
    const Spectra colour,
    __constant float *wavelength,
    __constant float *exposure_weight,
    const int in_the_dark)
{
    Layers sum = { 0.0f, 0.0f, 0.0f };
    for (uint w = 0; w < WAVELENGTHS; ++w) {
        const V x = (colour.c0 * wavelength[w] + colour.c1) * wavelength[w] + colour.c2;
        const V s = sigmoid(x, in_the_dark);
        sum.red += s * exposure_weight[w];
        sum.green += s * exposure_weight[WAVELENGTHS + w];
        sum.blue += s * exposure_weight[2 * WAVELENGTHS + w];
    }
    return sum;
}

__kernel void expose_rgb(
    __global const float *light, const uint4 light_at,    // linear Rec.709, unclamped   [3]
    __global const float *upsampling_coefficients,        // [face][node][node][4]
    __constant float *lowest_ratio,      // where the faces begin        [3]
    __constant float *luminance_weight,  //                              [3]
    __constant float *wavelength,        // normalised, -1 .. 1          [wavelength]
    __constant float *exposure_weight,   // lux s per unit reflectance   [layer][wavelength]
    __constant float *dark,              // lux s, of a reflectance of 1 %  [layer]
    const uint width,
    __global float *exposure, const uint4 exposure_at)    // lux s                       [layer]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    const Spectra colour = upsample(
        load(light, light_at, 0, x, y, width),
        load(light, light_at, 1, x, y, width),
        load(light, light_at, 2, x, y, width),
        upsampling_coefficients, lowest_ratio, luminance_weight);
    Layers sum = integrated(colour, wavelength, exposure_weight, 0);
    const VI is_dark = sum.red < dark[0] || sum.green < dark[1] || sum.blue < dark[2];
    if (ANY(is_dark)) {  // pixel by pixel all the same: a picture does not depend on its neighbours
        const Layers exact = integrated(colour, wavelength, exposure_weight, 1);
        sum.red = is_dark ? exact.red : sum.red;
        sum.green = is_dark ? exact.green : sum.green;
        sum.blue = is_dark ? exact.blue : sum.blue;
    }
    store(exposure, exposure_at, 0, x, y, width, sum.red * colour.scale);
    store(exposure, exposure_at, 1, x, y, width, sum.green * colour.scale);
    store(exposure, exposure_at, 2, x, y, width, sum.blue * colour.scale);
}
#endif
