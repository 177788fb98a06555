// tone_curve.cl: layer exposure -> dye amounts, the H&D curves. Reads beside tone_curve.py and
// reference/stages/tone_curve.py; the names below are the names there.
//
//   dye(log H) = sum_s density_range_s / (1 + 10^((log_exposure_mid_s - log H) / spread_s))^exponent_s
//
// One work-item per VW pixels, all layers. From the host: SUBLAYERS, RICHARDS,
// EXPOSURE_FLOOR (lux s).

__kernel void tone_curve(
    __global const float *restrict exposure,  // lux s, linear   [layer][pixel]
    __constant float *density_range,          // dye amount      [layer][sublayer]
    __constant float *log_exposure_mid,       // log10(lux s)    [layer][sublayer]
    __constant float *log_exposure_spread,    // log10(lux s)    [layer][sublayer]
    __constant float *exponent,               //                 [layer][sublayer]
    const uint pixels,
    __global float *restrict dyes)            // dye amount      [dye][pixel]
{
    const size_t at = get_global_id(0) * VW;
    if (at >= pixels)
        return;
    for (size_t layer = 0; layer < 3; ++layer) {
        const V h = log10_(at_least(load(exposure + layer * pixels, at, pixels), EXPOSURE_FLOOR));
        const V dye = developed(
            h, layer, density_range, log_exposure_mid, log_exposure_spread, exponent);
        store(dyes + layer * pixels, at, pixels, dye);
    }
}
