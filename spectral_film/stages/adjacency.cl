// adjacency.cl: interimage and adjacency. Reads beside adjacency.py and
// reference/stages/adjacency.py.
//
//   h'_c = G_c(h_c) - sum_j coupling_cj (b * F_j(h_j)),   G_c(h) = h + sum_j coupling_cj F_j(h)
//
// `release` gives G and the F that set inhibitor free; what diffuses it lies between; `inhibit`
// develops along h'. Where a neighbourhood released more than a neutral patch of the layer's own
// exposure would, the layer acts as if it had been exposed less.
// From the host: SUBLAYERS, RICHARDS, EXPOSURE_FLOOR (lux s), NODES of the table.

#ifdef NODES
__kernel void release(
    __global const float *exposure, const uint4 exposure_at,  // lux s, linear   [layer]
    __constant float *density_range,
    __constant float *log_exposure_mid,
    __constant float *log_exposure_spread,
    __constant float *exponent,
    __global const float *neutral_inhibition,  // sum_j coupling_cj F_j(h)  [layer][node]
    const uint width,
    __global float *compensated, const uint4 compensated_at,  // G, log10 lux s  [layer]
    __global float *inhibitor, const uint4 inhibitor_at)      // F, dye amount   [layer]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    for (uint layer = 0; layer < 3; ++layer) {
        const V light = load(exposure, exposure_at, layer, x, y, width);
        const V h = log10_(at_least(light, EXPOSURE_FLOOR));
        store(compensated, compensated_at, layer, x, y, width,
              h + on_line(neutral_inhibition + layer * NODES, NODES, (h - LOWEST) * NODES_PER_UNIT));
        store(inhibitor, inhibitor_at, layer, x, y, width,
              developed(h, layer, density_range, log_exposure_mid, log_exposure_spread, exponent));
    }
}
#endif

#ifdef INHIBIT
__kernel void inhibit(
    __global const float *compensated, const uint4 compensated_at,  // G, log10 lux s  [layer]
    __global const float *inhibitor, const uint4 inhibitor_at,      // b * F, dye      [layer]
    __constant float *coupling,  // log10 lux s per dye  [layer][from layer]
    __constant float *density_range,
    __constant float *log_exposure_mid,
    __constant float *log_exposure_spread,
    __constant float *exponent,
    const uint width,
    __global float *dyes, const uint4 dyes_at)                      // dye amount      [dye]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    const V from_red = load(inhibitor, inhibitor_at, 0, x, y, width);
    const V from_green = load(inhibitor, inhibitor_at, 1, x, y, width);
    const V from_blue = load(inhibitor, inhibitor_at, 2, x, y, width);
    for (uint layer = 0; layer < 3; ++layer) {
        __constant float *row = coupling + 3 * layer;
        const V h = load(compensated, compensated_at, layer, x, y, width)
                  - (row[0] * from_red + row[1] * from_green + row[2] * from_blue);
        store(dyes, dyes_at, layer, x, y, width,
              developed(h, layer, density_range, log_exposure_mid, log_exposure_spread, exponent));
    }
}
#endif

#ifdef EDGES
// The classical form: D + gain (D - b * D).
__kernel void sharpen(
    __global const float *dyes, const uint4 dyes_at,            // dye amount  [dye]
    __global const float *inhibitor, const uint4 inhibitor_at,  // b * D       [dye]
    __constant float *gain,                                     //             [dye]
    const uint width,
    __global float *sharpened, const uint4 sharpened_at)        // dye amount  [dye]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    for (uint layer = 0; layer < 3; ++layer) {
        const V dye = load(dyes, dyes_at, layer, x, y, width);
        const V around = load(inhibitor, inhibitor_at, layer, x, y, width);
        store(sharpened, sharpened_at, layer, x, y, width, dye + gain[layer] * (dye - around));
    }
}
#endif
