// arithmetic.cl: the steps of a pack between its tables and kernels; `steps.py` has the equations,
// played.py launches them. Each may write where it reads.

__kernel void power(
    __global const float *wire, const uint4 wire_at,  // log10, or density where direction is -1  [3]
    const float direction,
    const float offset,                               // of the light
    const uint width,
    __global float *made, const uint4 made_at)        // light, linear                       [3]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    for (uint channel = 0; channel < 3; ++channel) {
        const V light = exp10_(direction * load(wire, wire_at, channel, x, y, width)) - offset;
        store(made, made_at, channel, x, y, width, at_least(light, 0.0f));
    }
}

__kernel void logarithm(
    __global const float *wire, const uint4 wire_at,  // light, linear           [3]
    const float lowest,                               // light that counts as the least
    __constant float *plus,                           // log10                   [3]
    const uint width,
    __global float *made, const uint4 made_at)        // log10                   [3]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    for (uint channel = 0; channel < 3; ++channel) {
        const V light = at_least(load(wire, wire_at, channel, x, y, width), lowest);
        store(made, made_at, channel, x, y, width, log10_(light) + plus[channel]);
    }
}

__kernel void hold_back(
    __global const float *wire, const uint4 wire_at,            // log10 lux s     [layer]
    __global const float *inhibitor, const uint4 inhibitor_at,  // dye amount      [layer]
    __constant float *coupling,             // log10 lux s per dye  [layer][from layer]
    const uint width,
    __global float *made, const uint4 made_at)                  // log10 lux s     [layer]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    const V from_red = load(inhibitor, inhibitor_at, 0, x, y, width);
    const V from_green = load(inhibitor, inhibitor_at, 1, x, y, width);
    const V from_blue = load(inhibitor, inhibitor_at, 2, x, y, width);
    for (uint layer = 0; layer < 3; ++layer) {
        __constant float *row = coupling + 3 * layer;
        store(made, made_at, layer, x, y, width,
              load(wire, wire_at, layer, x, y, width)
                  - (row[0] * from_red + row[1] * from_green + row[2] * from_blue));
    }
}

__kernel void not_below(
    __global const float *wire, const uint4 wire_at,  // [3]
    const float low,
    const uint width,
    __global float *made, const uint4 made_at)        // [3]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    for (uint channel = 0; channel < 3; ++channel)
        store(made, made_at, channel, x, y, width,
              at_least(load(wire, wire_at, channel, x, y, width), low));
}
