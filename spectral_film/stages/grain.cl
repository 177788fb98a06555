// grain.cl: clouds of dye at random. Reads beside grain.py, grain/filtered.py, grain/network.py and
// reference/stages/grain.py; the names below are the names there.
//
//   white      z(x, y): normal noise, a function of a key and of the place on the frame
//   bend       amplitude (z + kappa (z^2 - 1))             the fast form, a plane a layer
//   smooth     grainy = dyes + sum_j filter_j S_j(bent)
//   threshold  sum_k second_kj a_k                         the network, a plane an orbit
//   gather     grainy = dyes + sum_j S_j(clouds_j)
//
// S_j is the sum over an orbit: the pixels of a square that its eight turns and mirrorings put in
// each other's places. A launch is a layer, over a `region`: its first column and row, its end
// column and row, in pixels of the frame, beyond which noise is counted on and dye keeps its edge
// value. A plane comes as its buffer and `_at`: where the frame's pixel (0, 0) would be, and the
// stride from row to row; `_plane` is that from plane to plane.
//
// From the host: FIELDS of noise a layer; NODES of the tables over dye; RADIUS of the filters; of the
// network ORBITS, CHANNELS, POWERS, MEAN_POWERS.

#define ROWS 8

#if VW == 1
typedef uint VU;
#define AS_VU as_uint
#else
typedef JOIN(uint, VW) VU;
#define AS_VU JOIN(as_uint, VW)
#endif

// Every bit of v, of a vector or not, comes to depend on all of them.
#define SCATTER(v)        \
    {                     \
        v ^= v >> 16;     \
        v *= 0x7feb352du; \
        v ^= v >> 15;     \
        v *= 0x846ca68bu; \
        v ^= v >> 16;     \
    }

// Where the normal distribution reaches (n + 1/2) / 2^24, n being the upper bits of `bits`. As
// x = 2 (n + 1/2) / 2^24 - 1, which a float holds, times a polynomial in -log2(1 - x^2), or in its
// root far out: relative errors of 8e-8 and 3e-7.
V normal(const VU bits)
{
    const V x = TO_V(AS_VI((bits >> 8) * 2u + 1u) - 16777216) * 0x1p-24f;
    const V away = AS_V(AS_VI(x) & 0x7fffffff);
    const V w = -log2_((1.0f - away) * (1.0f + away));
    const V c = w - 3.5f;
    V p = 2.54716959e-9f * c + 3.64131445e-8f;
    p = p * c - 5.8910706e-7f;
    p = p * c - 6.48625189e-7f;
    p = p * c + 7.1850227e-5f;
    p = p * c - 6.20933424e-4f;
    p = p * c - 2.64473492e-3f;
    p = p * c + 0.242356911f;
    p = p * c + 2.09747577f;
    if (ANY(w > 7.0f)) {
        const V s = w * rsqrt_(at_least(w, 1.0f)) - 3.7f;
        V q = 4.89754311e-4f * s - 1.7303935e-3f;
        q = q * s + 3.10012815e-3f;
        q = q * s - 4.87933075e-3f;
        q = q * s + 7.62310531e-3f;
        q = q * s + 1.1810056f;
        q = q * s + 4.1204834f;
        p = w > 7.0f ? q : p;
    }
    return x * p;
}

VU columns_from(const int x)
{
#if VW == 1
    return (uint)x;
#else
    union { VU all; uint lane[VW]; } columns;
    for (uint i = 0; i < VW; ++i)
        columns.lane[i] = (uint)x + i;
    return columns.all;
#endif
}

// A pair of hashes: of a sum of column and row, rows would be shifted copies of each other.
__kernel void white(
    __constant uint2 *keys,  // [layer][field]
    const int layer,
    __global float *noise, const int2 noise_at, const int noise_plane,  // [field]
    const int4 region)
{
    const int x = region.x + VW * (int)get_global_id(0), y = region.y + ROWS * (int)get_global_id(1);
    if (x >= region.z || y >= region.w)
        return;
    for (int field = 0; field < FIELDS; ++field) {
        const uint2 key = keys[layer * FIELDS + field];
        __global float *plane = noise + field * noise_plane;
        VU across = columns_from(x) + key.x;
        SCATTER(across)
        for (int row = y; row < min(y + ROWS, region.w); ++row) {
            uint down = (uint)row + key.y;
            SCATTER(down)
            VU bits = across ^ down;
            SCATTER(bits)
            keep(plane + place_of(noise_at, 0, row), x, region.x, region.z, normal(bits));
        }
    }
}

// Dye of a layer at a pixel, within and beyond what is `held` of it.
V dye_at(__global const float *plane, const int2 at, const int4 held, const int x, const int y)
{
    __global const float *row = plane + place_of(at, 0, clamp(y, held.y, held.w - 1));
#if VW == 1
    return row[clamp(x, held.x, held.z - 1)];
#else
    if (x >= held.x && x + VW <= held.z)
        return samples(row + x);
    Lanes v;
    for (int i = 0; i < VW; ++i)
        v.lane[i] = row[clamp(x + i, held.x, held.z - 1)];
    return v.all;
#endif
}

// Where an amount of dye lies on the axis of the tables, in nodes; what is no number, on the first.
V position_of(const V dye, const float2 axis)
{
    const V share = at_most(at_least((dye - axis.x) * axis.y, 1e-30f), 1.0f);
    const V position = share * rsqrt_(share) * (NODES - 1);
    return position > 0.0f ? position : 0.0f;
}

// Two functions of dye from one table of value, step, value, step: straight lines between nodes.
typedef struct { V first, second; } Pair;

Pair between(__global const float4 *nodes, const V position)
{
    const VI below = TO_VI(at_most(position, NODES - 2));
    const V along = at_most(position - TO_V(below), 1.0f);
    Pair found;
#if VW == 16
    // Whole nodes, turned round in registers.
    const float16 a = (float16)(nodes[below.s0], nodes[below.s1], nodes[below.s2], nodes[below.s3]);
    const float16 b = (float16)(nodes[below.s4], nodes[below.s5], nodes[below.s6], nodes[below.s7]);
    const float16 c = (float16)(nodes[below.s8], nodes[below.s9], nodes[below.sa], nodes[below.sb]);
    const float16 d = (float16)(nodes[below.sc], nodes[below.sd], nodes[below.se], nodes[below.sf]);
    found.first = (V)(a.s048c, b.s048c, c.s048c, d.s048c)
                + along * (V)(a.s159d, b.s159d, c.s159d, d.s159d);
    found.second = (V)(a.s26ae, b.s26ae, c.s26ae, d.s26ae)
                 + along * (V)(a.s37bf, b.s37bf, c.s37bf, d.s37bf);
#else
    IntLanes node;
    Lanes value[2], step[2];
    node.all = below;
    for (uint i = 0; i < VW; ++i) {
        const float4 read = nodes[node.lane[i]];
        value[0].lane[i] = read.x;
        step[0].lane[i] = read.y;
        value[1].lane[i] = read.z;
        step[1].lane[i] = read.w;
    }
    found.first = value[0].all + along * step[0].all;
    found.second = value[1].all + along * step[1].all;
#endif
    return found;
}

// The sum over the orbit of (dx, dy), 0 <= dy <= dx.
V orbit(__global const float *at, const int stride, const int dx, const int dy)
{
    if (dx == 0)
        return samples(at);
    if (dy == 0)
        return (samples(at - dx) + samples(at + dx))
             + (samples(at - dx * stride) + samples(at + dx * stride));
    V sum = (samples(at - dx - dy * stride) + samples(at + dx - dy * stride))
          + (samples(at - dx + dy * stride) + samples(at + dx + dy * stride));
    if (dx != dy)
        sum += (samples(at - dy - dx * stride) + samples(at + dy - dx * stride))
             + (samples(at - dy + dx * stride) + samples(at + dy + dx * stride));
    return sum;
}

#ifndef CHANNELS
__kernel void bend(
    __global const float *dyes, const int2 dyes_at, const int4 held,
    __global const float4 *nodes,  // kappa, its step, amplitude, its step  [layer][node]
    __constant float2 *axis,       // first dye, 1 / all dye                [layer]
    const int layer,
    __global float *noise, const int2 noise_at,  // in: white; out: bent
    const int4 region)
{
    const int x = region.x + VW * (int)get_global_id(0), y = region.y + (int)get_global_id(1);
    if (x >= region.z)
        return;
    const V dye = dye_at(dyes, dyes_at, held, x, y);
    const Pair at = between(nodes + layer * NODES, position_of(dye, axis[layer]));
    __global float *row = noise + place_of(noise_at, 0, y);
    const V z = samples(row + x);
    keep(row, x, region.x, region.z, at.second * (z + at.first * (z * z - 1.0f)));
}

__kernel void smooth(
    __global const float *dyes, const int2 dyes_at,
    __global const float *noise, const int2 noise_at,
    __constant float *filter,  // [layer][orbit]
    const int layer,
    __global float *grainy, const int2 grainy_at,
    const int4 region)
{
    const int x = region.x + VW * (int)get_global_id(0), y = region.y + (int)get_global_id(1);
    if (x >= region.z)
        return;
    __global const float *at = noise + place_of(noise_at, x, y);
    __constant float *weight = filter + layer * (RADIUS + 1) * (RADIUS + 2) / 2;
    V sum = 0.0f;
    #pragma unroll
    for (int dx = 0; dx <= RADIUS; ++dx)
        #pragma unroll
        for (int dy = 0; dy <= dx; ++dy)
            sum += weight[dx * (dx + 1) / 2 + dy] * orbit(at, noise_at.y, dx, dy);
    const V dye = dye_at(dyes, dyes_at, region, x, y);
    keep(grainy + place_of(grainy_at, 0, y), x, region.x, region.z, dye + sum);
}
#else
V polynomial(__constant float *powers, const V v)
{
    V sum = powers[POWERS - 1];
    #pragma unroll
    for (int n = POWERS - 2; n >= 0; --n)
        sum = sum * v + powers[n];
    return sum;
}

// A quintic smooth step from -1 to 1.
V step_of(const V x)
{
    const V t = at_most(at_least(x, -1.0f), 1.0f);
    const V tt = t * t;
    return t * (1.875f + tt * (0.375f * tt - 1.25f));
}

__kernel void threshold(
    __global const float *dyes, const int2 dyes_at, const int4 held,
    __global const float4 *nodes,  // coverage, its step, amplitude, its step  [layer][field][node]
    __constant float2 *axis,       // first dye, 1 / all dye                   [layer]
    __constant float *first,       // [layer][field][channel][orbit]
    __constant float *second,      // [layer][field][channel][orbit]
    __constant float *gain,        // [layer][field][channel][power]
    __constant float *slope,       // [layer][field][channel][power]
    __constant float *shift,       // [layer][field][channel][power]
    __constant float *mean,        // [layer][field][orbit][power]
    const int layer,
    __global const float *noise, const int2 noise_at, const int noise_plane,  // [field]
    __global float *clouds, const int2 clouds_at, const int clouds_plane,     // [orbit]
    const int4 region)
{
    const int x = region.x + VW * (int)get_global_id(0), y = region.y + (int)get_global_id(1);
    if (x >= region.z)
        return;
    const V dye = dye_at(dyes, dyes_at, held, x, y);
    const V position = position_of(dye, axis[layer]);
    V sums[ORBITS];
    #pragma unroll
    for (int j = 0; j < ORBITS; ++j)
        sums[j] = 0.0f;
    for (int field = 0; field < FIELDS; ++field) {
        const int of = layer * FIELDS + field;
        const Pair here = between(nodes + of * NODES, position);
        const V v = here.first;
        __global const float *at = noise + field * noise_plane + place_of(noise_at, x, y);
        V z[ORBITS], texture[ORBITS];
        #pragma unroll
        for (int dx = 0; dx <= RADIUS; ++dx)
            #pragma unroll
            for (int dy = 0; dy <= dx; ++dy)
                z[dx * (dx + 1) / 2 + dy] = orbit(at, noise_at.y, dx, dy);
        #pragma unroll
        for (int j = 0; j < ORBITS; ++j) {
            __constant float *powers = mean + (of * ORBITS + j) * MEAN_POWERS;
            V off = powers[MEAN_POWERS - 1];
            #pragma unroll
            for (int n = MEAN_POWERS - 2; n >= 0; --n)
                off = off * v + powers[n];
            texture[j] = -off;
        }
        for (int k = of * CHANNELS; k < (of + 1) * CHANNELS; ++k) {
            V blurred = first[k * ORBITS] * z[0];
            #pragma unroll
            for (int j = 1; j < ORBITS; ++j)
                blurred += first[k * ORBITS + j] * z[j];
            const V passed = polynomial(gain + k * POWERS, v)
                           * step_of(polynomial(slope + k * POWERS, v) * blurred
                                     + polynomial(shift + k * POWERS, v));
            #pragma unroll
            for (int j = 0; j < ORBITS; ++j)
                texture[j] += second[k * ORBITS + j] * passed;
        }
        #pragma unroll
        for (int j = 0; j < ORBITS; ++j)
            sums[j] += here.second * texture[j];
    }
    #pragma unroll
    for (int j = 0; j < ORBITS; ++j)
        keep(clouds + j * clouds_plane + place_of(clouds_at, 0, y), x, region.x, region.z, sums[j]);
}

__kernel void gather(
    __global const float *dyes, const int2 dyes_at,
    __global const float *clouds, const int2 clouds_at, const int clouds_plane,  // [orbit]
    __global float *grainy, const int2 grainy_at,
    const int4 region)
{
    const int x = region.x + VW * (int)get_global_id(0), y = region.y + (int)get_global_id(1);
    if (x >= region.z)
        return;
    __global const float *at = clouds + place_of(clouds_at, x, y);
    V sum = 0.0f;
    #pragma unroll
    for (int dx = 0; dx <= RADIUS; ++dx)
        #pragma unroll
        for (int dy = 0; dy <= dx; ++dy)
            sum += orbit(at + (dx * (dx + 1) / 2 + dy) * clouds_plane, clouds_at.y, dx, dy);
    const V dye = dye_at(dyes, dyes_at, region, x, y);
    keep(grainy + place_of(grainy_at, 0, y), x, region.x, region.z, dye + sum);
}
#endif
