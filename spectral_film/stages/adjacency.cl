// adjacency.cl: interimage and adjacency in the playable form. Reads beside adjacency.py and
// reference/stages/adjacency.py.
//
//   log H'_c = log H_c + sum_j coupling_cj (F_j(log H_c) - inhibitor_j)
//
// Where a neighbourhood released more inhibitor than a neutral patch of this layer's own exposure
// would, the layer acts as if it had been exposed less. `inhibitor` is what every layer would have
// developed, F_j(log H_j), after its diffusion.
// From the host: SUBLAYERS, RICHARDS, EXPOSURE_FLOOR (lux s).

__kernel void inhibit(
    __global const float *restrict exposure,   // lux s, linear  [layer][pixel]
    __global const float *restrict inhibitor,  // dye amount     [layer][pixel]
    __constant float *coupling,                // log10 per dye  [layer][from layer]
    __constant float *density_range,
    __constant float *log_exposure_mid,
    __constant float *log_exposure_spread,
    __constant float *exponent,
    const uint pixels,
    __global float *restrict effective_exposure)  // lux s, linear  [layer][pixel]
{
    const size_t at = get_global_id(0) * VW;
    if (at >= pixels)
        return;
    for (size_t layer = 0; layer < 3; ++layer) {
        const V light = at_least(load(exposure + layer * pixels, at, pixels), EXPOSURE_FLOOR);
        const V h = log10_(light);
        V gain = 0.0f;
        for (size_t from = 0; from < 3; ++from)
            gain += coupling[layer * 3 + from]
                  * (developed(h, from, density_range, log_exposure_mid, log_exposure_spread,
                               exponent)
                     - load(inhibitor + from * pixels, at, pixels));
        store(effective_exposure + layer * pixels, at, pixels, light * exp10_(gain));
    }
}
