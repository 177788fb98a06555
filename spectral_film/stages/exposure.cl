// exposure.cl: light of the scene -> layer exposure. Reads beside exposure.py, upsampling.py and
// reference/stages/exposure.py.
//
//   exposure_c = sum_w light(w) * exposure_weight_c(w)        lux s
//
// From the host: BANDS of a cube; WAVELENGTHS of the grid and NODES of the up-sampling table.

#ifdef BANDS
__kernel void expose_spectra(
    __global const float *restrict planes,  // radiance or reflectance  [band][pixel]
    __constant float *exposure_weight,      // lux s                    [layer][band]
    const uint pixels,
    __global float *restrict exposure)      // lux s                    [layer][pixel]
{
    const size_t at = get_global_id(0) * VW;
    if (at >= pixels)
        return;
    V red = 0.0f, green = 0.0f, blue = 0.0f;
    for (size_t band = 0; band < BANDS; ++band) {
        const V light = load(planes + band * pixels, at, pixels);
        red += light * exposure_weight[band];
        green += light * exposure_weight[BANDS + band];
        blue += light * exposure_weight[2 * BANDS + band];
    }
    store(exposure, at, pixels, red);
    store(exposure + pixels, at, pixels, green);
    store(exposure + 2 * (size_t)pixels, at, pixels, blue);
}
#endif
