// undevelopment.cl: dye amounts -> the exposure that even film would have needed for them. Reads
// beside undevelopment.py and reference/stages/undevelopment.py.
//
//   h'_c = F_c^-1(n_c),   h_c + sum_j coupling_cj F_j(h_c) = h'_c + sum_j coupling_cj F_j(h_j)
//
// coupling_cc is 0 here: on both sides it is the same.
// From the host: SUBLAYERS, RICHARDS, EXPOSURE_FLOOR (lux s), NODES of the tables and where they lie,
// SWEEPS, HIGHEST (log10 lux s), REVERSAL 1 where dye is what did not develop first.

inline V first_developed(const V dye, const float most)
{
#if REVERSAL
    return most - dye;
#else
    return dye;
#endif
}

__kernel void undevelop(
    __global const float *dyes, const uint4 dyes_at,  // dye amount                       [dye]
    __constant float *density_range,
    __constant float *log_exposure_mid,
    __constant float *log_exposure_spread,
    __constant float *exponent,
    __constant float *most_dye,            // dye amount, all couplers used up           [layer]
    __constant float *least_told,          // dye amount that still tells of light       [layer]
    __constant float *most_told,           //                                            [layer]
    __global const float *log_exposure,    // of log2(n / (most - n)), log10 lux s       [layer][node]
    __global const float *held_back,       // by h alike in all layers, of the sum       [layer][node]
    __constant float *coupling,            // log10 lux s per dye amount          [layer][from layer]
    __constant float *efficiency,          // share of the exposure that counted         [layer]
    const uint width,
    __global float *exposure, const uint4 exposure_at)  // lux s                         [layer]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    V acted[3], h[3], made[3];
    for (uint layer = 0; layer < 3; ++layer) {
        const V dye = first_developed(load(dyes, dyes_at, layer, x, y, width), most_dye[layer]);
        V amount = dye < 0.0f ? -dye : dye;
        amount = amount > least_told[layer] ? amount : least_told[layer];  // not a number: the least
        amount = at_most(amount, most_told[layer]);
        const V developed_share = log2_(amount) - log2_(most_dye[layer] - amount);
        acted[layer] = on_line(log_exposure + layer * NODES, NODES,
                               (developed_share - DEVELOPED_LOWEST) * DEVELOPED_PER_UNIT);
        h[layer] = acted[layer];
        made[layer] = amount;
    }
    for (uint sweep = 0; sweep < SWEEPS; ++sweep) {
        for (uint layer = 0; layer < 3; ++layer) {
            __constant float *row = coupling + 3 * layer;
            const V sum = acted[layer] + row[0] * made[0] + row[1] * made[1] + row[2] * made[2];
            h[layer] = sum - on_line(held_back + layer * NODES, NODES,
                                     (sum - COMPENSATED_LOWEST) * COMPENSATED_PER_UNIT);
            made[layer] = developed(h[layer], layer, density_range, log_exposure_mid,
                                    log_exposure_spread, exponent);
        }
    }
    for (uint layer = 0; layer < 3; ++layer) {
        const V dye = first_developed(load(dyes, dyes_at, layer, x, y, width), most_dye[layer]);
        const V light = exp10_(at_most(h[layer], HIGHEST)) / efficiency[layer];
        const V told = dye < 0.0f ? -light : light;
        store(exposure, exposure_at, layer, x, y, width, dye == dye ? told : dye);
    }
}
