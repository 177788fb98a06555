// common.cl: the vocabulary of every kernel. It is put in front of each source.
//
// Kernels take planes and how they lie: `dyes` and `dyes_at`. Row y of the region is get_global_id(1).
// A work-item handles VW neighbouring pixels of planar images as one vector `V`: on a CPU that is
// a register (VW 16), on a GPU one float. Arithmetic is written a*b + c and left to the
// compiler's contraction: fma() and mad() are slow calls on some CPU devices. exp2 and log2 are
// our own polynomials, so that every device gives the same picture to about 1e-7.

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

#if VW == 1
typedef float V;
typedef int VI;
#define AS_V as_float
#define ANY(c) (c)
#define AS_VI as_int
#define TO_V convert_float
#define TO_VI convert_int
#else
typedef JOIN(float, VW) V;
typedef JOIN(int, VW) VI;
#define AS_V JOIN(as_float, VW)
#define ANY(c) any(c)
#define AS_VI JOIN(as_int, VW)
#define TO_V JOIN(convert_float, VW)
#define TO_VI JOIN(convert_int, VW)
#endif

#define LOG2_10 3.32192809488736f
#define LOG10_2 0.301029995663981f

// One vector seen lane by lane, for what has no vector form (table look-ups, the last pixels).
typedef union { V all; float lane[VW]; } Lanes;
typedef union { VI all; int lane[VW]; } IntLanes;

#if VW > 1
// A vector anywhere among floats. Through a pointer, not vload(): that is a call on some CPU
// devices, and spills every register.
typedef V __attribute__((aligned(4))) VAnywhere;
#endif

// How planes lie in their buffer, in floats: before the first pixel, from row to row, from plane
// to plane, from pixel to pixel.
size_t place(const uint4 at, const uint plane, const uint x, const uint y)
{
    return at.s0 + plane * (size_t)at.s2 + y * (size_t)at.s1 + x * (size_t)at.s3;
}

// The pixels of a row from x on; beyond its last one that is repeated.
V load(__global const float *planes, const uint4 at, const uint plane, const uint x, const uint y,
       const uint width)
{
    __global const float *row = planes + place(at, plane, 0, y);
#if VW == 1
    return row[x * at.s3];
#else
    if (x + VW <= width && at.s3 == 1)
        return *(__global const VAnywhere *)(row + x);
#if VW == 16
    if (x + VW < width && at.s3 == 3) {  // interleaved: every third of three vectors
        __global const VAnywhere *all = (__global const VAnywhere *)(row + 3 * x);
        const V a = all[0], b = all[1], c = all[2];
        return (V)(a.s0, a.s3, a.s6, a.s9, a.sc, a.sf, b.s2, b.s5, b.s8, b.sb, b.se,
                   c.s1, c.s4, c.s7, c.sa, c.sd);
    }
#endif
    Lanes v;
    for (uint i = 0; i < VW; ++i)
        v.lane[i] = row[min(x + i, width - 1) * at.s3];
    return v.all;
#endif
}

void store(__global float *planes, const uint4 at, const uint plane, const uint x, const uint y,
           const uint width, const V v)
{
    __global float *row = planes + place(at, plane, 0, y);
#if VW == 1
    row[x] = v;
#else
    if (x + VW <= width) {
        *(__global VAnywhere *)(row + x) = v;
        return;
    }
    Lanes rest;
    rest.all = v;
    for (uint i = 0; x + i < width; ++i)
        row[x + i] = rest.lane[i];
#endif
}

// By the pixels of the frame: `at` is where its pixel (0, 0) would be, and the stride from row to row.
int place_of(const int2 at, const int x, const int y) { return at.x + y * at.y + x; }

#if VW == 1
V samples(__global const float *at) { return *at; }
#else
V samples(__global const float *at) { return *(__global const VAnywhere *)at; }
#endif

// The pixels of a row from x on, of which only those from `first` to before `end` are ours.
void keep(
    __global float *row, const int x, const int first, const int end, const V v)
{
#if VW == 1
    if (x >= first && x < end)
        row[x] = v;
#else
    if (x >= first && x + VW <= end) {
        *(__global VAnywhere *)(row + x) = v;
        return;
    }
    Lanes some;
    some.all = v;
    for (int i = 0; i < VW; ++i)
        if (x + i >= first && x + i < end)
            row[x + i] = some.lane[i];
#endif
}

// Selects, not max() and min(): those are calls on some CPU devices, at twice the time of a loop.
V at_least(const V x, const float low) { return x < low ? (V)low : x; }

V at_most(const V x, const float high) { return x > high ? (V)high : x; }

// 2^x for x <= 126, held below -126; relative error 8e-8 (minimax of degree 5 on half an octave).
V exp2_of_loss(const V exponent_of_two)
{
    const V x = at_least(exponent_of_two, -126.0f);
    const V shifted = x + 12582912.0f;  // 1.5 * 2^23: the fraction's bits are rounded away
    const V f = x - (shifted - 12582912.0f);
    V p = 1.32764454e-3f * f + 9.67554112e-3f;
    p = p * f + 5.55071336e-2f;
    p = p * f + 2.40221197e-1f;
    p = p * f + 6.93146967e-1f;
    p = p * f + 1.00000007f;
    return AS_V(AS_VI(p) + (AS_VI(shifted) << 23));
}

// 2^x, held beyond |x| = 126. What is not a number stays none, whatever its bits.
V exp2_(const V x) { return x == x ? exp2_of_loss(at_most(x, 126.0f)) : x; }

// log2(x) for normal x > 0; absolute error 6e-8 (minimax of degree 9 about 1). What is not a number
// has bits like any other: it is handed on, lest it be taken for a very bright one.
V log2_(const V x)
{
    const VI sqrt_half = 0x3f3504f3;
    const VI bits = AS_VI(x) - sqrt_half;
    const V f = AS_V((bits & 0x007fffff) + sqrt_half) - 1.0f;
    V p = 0.12542768f * f - 0.210289763f;
    p = p * f + 0.217365804f;
    p = p * f - 0.23852119f;
    p = p * f + 0.28765875f;
    p = p * f - 0.360721137f;
    p = p * f + 0.480922423f;
    p = p * f - 0.721347129f;
    p = p * f + 1.44269487f;
    return x == x ? p * f + TO_V(bits >> 23) : x;
}

// 1 / sqrt(x) for normal x > 0; relative error 1e-7. A guess from the bits, and three steps of
// Newton: twice as fast as sqrt() and a division on the bundled CPU device.
V rsqrt_(const V x)
{
    const V half_x = 0.5f * x;
    V y = AS_V(0x5f375a86 - (AS_VI(x) >> 1));
    y = y * (1.5f - half_x * y * y);
    y = y * (1.5f - half_x * y * y);
    return y * (1.5f - half_x * y * y);
}

V exp10_(const V x) { return exp2_(x * LOG2_10); }

V log10_(const V x) { return log2_(x) * LOG10_2; }

// A table of one variable at a position in nodes: straight lines between, held at both ends. What is
// no number is at node 0.
V on_line(__global const float *nodes, const int count, const V position)
{
    const V inside = at_most(position > 0.0f ? position : 0.0f, count - 1);
    IntLanes below;
    Lanes near, next;
    below.all = TO_VI(at_most(inside, count - 2));
    for (uint i = 0; i < VW; ++i) {
        near.lane[i] = nodes[below.lane[i]];
        next.lane[i] = nodes[below.lane[i] + 1];
    }
    const V along = inside - TO_V(below.all);
    return near.all + along * (next.all - near.all);
}

#ifdef SUBLAYERS
// The characteristic curve of one layer, for the kernels that develop (tone_curve, adjacency):
// the dye that its sublayers form at log_exposure. RICHARDS 0 where every exponent is 1.
V developed(
    const V log_exposure,
    const size_t layer,
    __constant float *density_range,
    __constant float *log_exposure_mid,
    __constant float *log_exposure_spread,
    __constant float *exponent)
{
    V dye = 0.0f;
    for (size_t s = layer * SUBLAYERS; s < (layer + 1) * SUBLAYERS; ++s) {
        const float steepness = LOG2_10 / log_exposure_spread[s];
        const V fog = 1.0f + exp2_((log_exposure_mid[s] - log_exposure) * steepness);
#if RICHARDS
        dye += density_range[s] * exp2_(-exponent[s] * log2_(fog));
#else
        dye += density_range[s] / fog;
#endif
    }
    return dye;
}
#endif
