// transmission.cl: dye amounts -> light through the film on three receivers: the layers of a print
// stock, the filters of a densitometer, the eye. Reads beside transmission.py and
// reference/stages/transmission.py.
//
//   light_r = veil_r + sum_w response_through_base_r(w) * 10^-(sum_d dyes_d * dye_density_d(w))
//
// The minimum density is inside response_through_base = response * 10^-dmin_density.
// From the host: WAVELENGTHS; DENSITY 1 gives -log10(light) instead of light.

#define LEAST_DYE -4.0f  // what edges undershoot by is hundredths

__kernel void transmit(
    __global const float *dyes, const uint4 dyes_at,  // dye amount                [dye]
    __constant float *dye_density,           // density per dye amount    [dye][wavelength]
    __constant float *response_through_base, // receiver's unit           [receiver][wavelength]
    __constant float *veil,                  // receiver's unit           [receiver]
    const uint width,
    __global float *received, const uint4 received_at)  // receiver's unit, density  [receiver]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    // Held from below, so that no exponent in the loop needs a limit above.
    const V cyan = at_least(load(dyes, dyes_at, 0, x, y, width), LEAST_DYE) * -LOG2_10;
    const V magenta = at_least(load(dyes, dyes_at, 1, x, y, width), LEAST_DYE) * -LOG2_10;
    const V yellow = at_least(load(dyes, dyes_at, 2, x, y, width), LEAST_DYE) * -LOG2_10;

    V r0 = veil[0], r1 = veil[1], r2 = veil[2];
    for (uint w = 0; w < WAVELENGTHS; ++w) {
        const V transmittance = exp2_of_loss(cyan * dye_density[w]
                                             + magenta * dye_density[WAVELENGTHS + w]
                                             + yellow * dye_density[2 * WAVELENGTHS + w]);
        r0 += transmittance * response_through_base[w];
        r1 += transmittance * response_through_base[WAVELENGTHS + w];
        r2 += transmittance * response_through_base[2 * WAVELENGTHS + w];
    }
    const V sound = cyan + magenta + yellow;  // the exponents make numbers of some that are none
    r0 = sound == sound ? r0 : sound;
    r1 = sound == sound ? r1 : sound;
    r2 = sound == sound ? r2 : sound;
#if DENSITY
    r0 = -log10_(r0);
    r1 = -log10_(r1);
    r2 = -log10_(r2);
#endif
    store(received, received_at, 0, x, y, width, r0);
    store(received, received_at, 1, x, y, width, r1);
    store(received, received_at, 2, x, y, width, r2);
}
