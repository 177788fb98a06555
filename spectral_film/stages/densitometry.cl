// densitometry.cl: printing density as Cineon codes. Reads beside densitometry.py and
// reference/stages/densitometry.py.
//
// From the host: BASE_CODE, LAST_CODE, CODES_PER_DENSITY.

__kernel void cineon(
    __global const float *density, const uint4 density_at,  // printing density  [record]
    __constant float *base_density,                         // unexposed film    [record]
    const uint width,
    __global float *codes, const uint4 codes_at)            // 0 .. LAST_CODE    [record]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    for (uint record = 0; record < 3; ++record) {
        const V above = load(density, density_at, record, x, y, width) - base_density[record];
        const V code = BASE_CODE + above * CODES_PER_DENSITY;
        store(codes, codes_at, record, x, y, width, at_most(at_least(code, 0.0f), LAST_CODE));
    }
}
