// exposure.cl: light of the scene -> layer exposure. Reads beside exposure.py, upsampling.py and
// reference/stages/exposure.py.
//
//   exposure_c = sum_w light(w) * exposure_weight_c(w)        lux s
//
// Of RGB, light is a mixture of the four surfaces around it in the up-sampling table, and the host
// has summed over wavelength what each of them exposes.
//
// From the host: BANDS of a cube; or NODES of the up-sampling table.

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

// The steps are those of upsampling.py.
__kernel void expose_rgb(
    __global const float *light, const uint4 light_at,    // linear Rec.709, unclamped   [3]
    __global const float4 *node_exposure,                 // lux s          [face][node][node]
    __constant float *lowest_ratio,                       // where the faces begin       [3]
    __constant float *luminance_weight,                   //                             [3]
    const uint width,
    __global float *exposure, const uint4 exposure_at)    // lux s                       [layer]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    V r = load(light, light_at, 0, x, y, width);
    V g = load(light, light_at, 1, x, y, width);
    V b = load(light, light_at, 2, x, y, width);

    const V luminance = luminance_weight[0] * r + luminance_weight[1] * g + luminance_weight[2] * b;
    const VI lit = luminance > 0.0f;
    const V at = lit ? luminance : 1.0f;  // where it is dark any colour will do: the scale is 0
    r = lit ? r : 1.0f;
    g = lit ? g : 1.0f;
    b = lit ? b : 1.0f;

    V most = r > g ? r : g;
    most = most > b ? most : b;
    const V keep_r = room_to_grey(r, at, most, lowest_ratio[0]);
    const V keep_g = room_to_grey(g, at, most, lowest_ratio[1]);
    const V keep_b = room_to_grey(b, at, most, lowest_ratio[2]);
    V keep = keep_r < keep_g ? keep_r : keep_g;
    keep = keep < keep_b ? keep : keep_b;
    r = keep < 1.0f ? at + keep * (r - at) : r;
    g = keep < 1.0f ? at + keep * (g - at) : g;
    b = keep < 1.0f ? at + keep * (b - at) : b;
    most = keep < 1.0f ? at + keep * (most - at) : most;

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
    Lanes along_p, along_q, red_layer, green_layer, blue_layer;
    corner.all = (face * NODES + i) * NODES + j;
    along_p.all = p - TO_V(i);
    along_q.all = q - TO_V(j);
    for (size_t n = 0; n < VW; ++n) {
        __global const float4 *node = node_exposure + corner.lane[n];
        // Of two shares one is 0 on a node, so that a grey is the white node to the last bit.
        const float far = along_p.lane[n], near = 1.0f - far;
        const float right = along_q.lane[n], left = 1.0f - right;
        const float4 mix = near * (left * node[0] + right * node[1])
                         + far * (left * node[NODES] + right * node[NODES + 1]);
        red_layer.lane[n] = mix.x;
        green_layer.lane[n] = mix.y;
        blue_layer.lane[n] = mix.z;
    }
    const V scale = lit ? 2.0f * most : 0.0f * luminance;  // or no number
    store(exposure, exposure_at, 0, x, y, width, at_least(scale * red_layer.all, 0.0f));
    store(exposure, exposure_at, 1, x, y, width, at_least(scale * green_layer.all, 0.0f));
    store(exposure, exposure_at, 2, x, y, width, at_least(scale * blue_layer.all, 0.0f));
}
#endif
