// survey.cl: what is asked of a whole picture, answered where it lies. Reads beside survey.py.
//
// ITEMS work-items share a row, each with a column of its own in the planes of answers, which the
// host adds up. A survey goes over VW pixels at a time; lanes beyond the row count for nothing.

#if VW == 1
#define LANES 0
#define ONE_WHERE(c) ((c) ? 1.0f : 0.0f)
#else
#define LANES (VI)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define ONE_WHERE(c) ((c) ? (V)1.0f : (V)0.0f)
#endif

float sum_of(const V v)
{
    Lanes one;
    one.all = v;
    float sum = 0.0f;
    for (uint i = 0; i < VW; ++i)
        sum += one.lane[i];
    return sum;
}

float largest_of(const V v)
{
    Lanes one;
    one.all = v;
    float most = one.lane[0];
    for (uint i = 1; i < VW; ++i)
        most = one.lane[i] > most ? one.lane[i] : most;
    return most;
}

void answer(__global float *answers, const uint4 answers_at, const uint question, const float value)
{
    answers[place(answers_at, question, get_global_id(0), get_global_id(1))] = value;
}

#ifdef EDGES
// Not finite; with a component below zero; of these without luminance; outside the locus.
__kernel void survey_colours(
    __global const float *light, const uint4 light_at,  // linear Rec.709        [3]
    __constant float *luminance_weight,                 //                       [3]
    __constant float *locus_plane,                      // p . rgb > 0: outside  [edge][3]
    const uint width,
    __global float *answers, const uint4 answers_at)    //                       [4]
{
    const uint y = get_global_id(1);
    V broken = 0.0f, negative = 0.0f, dark = 0.0f, outside = 0.0f;
    for (uint x = get_global_id(0) * VW; x < width; x += ITEMS * VW) {
        const VI inside = (VI)(int)x + LANES < (VI)(int)width;
        const V r = load(light, light_at, 0, x, y, width);
        const V g = load(light, light_at, 1, x, y, width);
        const V b = load(light, light_at, 2, x, y, width);
        const V sum = (r - r) + (g - g) + (b - b);  // 0, or NaN
        broken += ONE_WHERE(inside && sum != 0.0f);
        const VI below = inside && (r < 0.0f || g < 0.0f || b < 0.0f);
        if (!ANY(below))
            continue;
        negative += ONE_WHERE(below);
        const V luminance =
            luminance_weight[0] * r + luminance_weight[1] * g + luminance_weight[2] * b;
        dark += ONE_WHERE(below && luminance <= 0.0f);
        V farthest = 0.0f;
        for (uint edge = 0; edge < EDGES; ++edge) {
            __constant float *plane = locus_plane + 3 * edge;
            const V beyond = plane[0] * r + plane[1] * g + plane[2] * b;
            farthest = beyond > farthest ? beyond : farthest;
        }
        outside += ONE_WHERE(below && luminance > 0.0f && farthest > 0.0f);
    }
    answer(answers, answers_at, 0, sum_of(broken));
    answer(answers, answers_at, 1, sum_of(negative));
    answer(answers, answers_at, 2, sum_of(dark));
    answer(answers, answers_at, 3, sum_of(outside));
}
#endif

#ifdef BANDS
// Not finite; below zero.
__kernel void survey_spectra(
    __global const float *light, const uint4 light_at,  // radiance or reflectance  [band]
    const uint width,
    __global float *answers, const uint4 answers_at)    //                          [2]
{
    const uint y = get_global_id(1);
    V broken = 0.0f, negative = 0.0f;
    for (uint x = get_global_id(0) * VW; x < width; x += ITEMS * VW) {
        const VI inside = (VI)(int)x + LANES < (VI)(int)width;
        for (uint band = 0; band < BANDS; ++band) {
            const V v = load(light, light_at, band, x, y, width);
            broken += ONE_WHERE(inside && v - v != 0.0f);
            negative += ONE_WHERE(inside && v < 0.0f);
        }
    }
    answer(answers, answers_at, 0, sum_of(broken));
    answer(answers, answers_at, 1, sum_of(negative));
}
#endif

#ifdef LATITUDE
// The most; above the curve; below it; sum of the stops of the green-sensitive layer over grey.
__kernel void survey_exposure(
    __global const float *exposure, const uint4 exposure_at,  // lux s  [layer]
    __constant float *lowest,                                 // lux s  [layer]
    __constant float *highest,                                // lux s  [layer]
    const float grey,                                         // lux s
    const uint width,
    __global float *answers, const uint4 answers_at)          //        [4]
{
    const uint y = get_global_id(1);
    V most = 0.0f, above = 0.0f, below = 0.0f, stops = 0.0f, broken = 0.0f;
    for (uint x = get_global_id(0) * VW; x < width; x += ITEMS * VW) {
        const VI inside = (VI)(int)x + LANES < (VI)(int)width;
        const V r = load(exposure, exposure_at, 0, x, y, width);
        const V g = load(exposure, exposure_at, 1, x, y, width);
        const V b = load(exposure, exposure_at, 2, x, y, width);
        broken += (r - r) + (g - g) + (b - b);  // 0, or NaN
        most = r > most ? r : most;
        most = g > most ? g : most;
        most = b > most ? b : most;
        above += ONE_WHERE(inside && (r > highest[0] || g > highest[1] || b > highest[2]));
        below += ONE_WHERE(inside && (r < lowest[0] || g < lowest[1] || b < lowest[2]));
        const V seen = at_most(at_least(g, lowest[1]), highest[1]);
        stops += inside ? log2_(seen / grey) : (V)0.0f;
    }
    answer(answers, answers_at, 0, largest_of(most) + sum_of(broken));
    answer(answers, answers_at, 1, sum_of(above));
    answer(answers, answers_at, 2, sum_of(below));
    answer(answers, answers_at, 3, sum_of(stops));
}
#endif

#ifdef SHOWN
// With a component below 0 or above 1; the farthest of these.
__kernel void survey_display(
    __global const float *xyz, const uint4 xyz_at,   // Y = 1 for the open gate       [3]
    __constant float *xyz_to_rgb,                    // adaptation, scale, primaries  [3][3]
    const float slack,                               // display white = 1
    const uint width,
    __global float *answers, const uint4 answers_at) //                               [2]
{
    const uint row = get_global_id(1);
    V outside = 0.0f, farthest = 0.0f;
    for (uint at = get_global_id(0) * VW; at < width; at += ITEMS * VW) {
        const VI inside = (VI)(int)at + LANES < (VI)(int)width;
        const V x = load(xyz, xyz_at, 0, at, row, width);
        const V y = load(xyz, xyz_at, 1, at, row, width);
        const V z = load(xyz, xyz_at, 2, at, row, width);
        V beyond = 0.0f;
        for (uint i = 0; i < 3; ++i) {
            __constant float *to = xyz_to_rgb + 3 * i;
            const V light = to[0] * x + to[1] * y + to[2] * z;
            beyond = -light > beyond ? -light : beyond;
            beyond = light - 1.0f > beyond ? light - 1.0f : beyond;
        }
        outside += ONE_WHERE(inside && beyond > slack);
        farthest = beyond > farthest ? beyond : farthest;
    }
    answer(answers, answers_at, 0, sum_of(outside));
    answer(answers, answers_at, 1, largest_of(farthest));
}
#endif
