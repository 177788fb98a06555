// reciprocity.cl: what of a long exposure still counts. Reads beside reciprocity.py and
// reference/stages/reciprocity.py.

__kernel void reciprocity(
    __global const float *exposure, const uint4 exposure_at,    // lux s, linear  [layer]
    __constant float *efficiency,                               //                [layer]
    const uint width,
    __global float *effective, const uint4 effective_at)        // lux s, linear  [layer]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    for (uint layer = 0; layer < 3; ++layer)
        store(effective, effective_at, layer, x, y, width,
              efficiency[layer] * load(exposure, exposure_at, layer, x, y, width));
}
