// tone_curve.cl: layer exposure -> dye amounts, the H&D curves. Reads beside tone_curve.py and
// reference/stages/tone_curve.py; the names below are the names there.
//
//   dye(log H) = sum_s density_range_s / (1 + 10^((log_exposure_mid_s - log H) / spread_s))^exponent_s
//
// From the host: SUBLAYERS, RICHARDS, EXPOSURE_FLOOR (lux s).

__kernel void tone_curve(
    __global const float *exposure, const uint4 exposure_at,  // lux s, linear   [layer]
    __constant float *density_range,                          // dye amount      [layer][sublayer]
    __constant float *log_exposure_mid,                       // log10(lux s)    [layer][sublayer]
    __constant float *log_exposure_spread,                    // log10(lux s)    [layer][sublayer]
    __constant float *exponent,                               //                 [layer][sublayer]
    const uint width,
    __global float *dyes, const uint4 dyes_at)                // dye amount      [dye]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    for (uint layer = 0; layer < 3; ++layer) {
        const V light = load(exposure, exposure_at, layer, x, y, width);
        const V h = log10_(at_least(light, EXPOSURE_FLOOR));
        const V dye = developed(
            h, layer, density_range, log_exposure_mid, log_exposure_spread, exponent);
        store(dyes, dyes_at, layer, x, y, width, dye);
    }
}
