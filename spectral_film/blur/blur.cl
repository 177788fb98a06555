// blur.cl: a blur as a sum of positive terms. Reads beside blur.py, which says what a level is.
//
//   hold_edges   beyond the border a plane goes on with its edge values
//   halve        in[n] -> d[m] = sum_n b(n - 2 m) in[n], across and down
//   spread       out[n] = sum_k core[k] in[n + k] + sum_m b(n - 2 m) coarser[m]
//
// b is the binomial of order 8 over 128, |n| <= 4. Its even values and its odd values add up to 1
// each, so what is flat stays flat. Coordinates count from the frame's first pixel, on the coarser
// levels from the sample that lies on it: a crop meets the same sums in the same order.
//
// One plane at a time comes as its buffer and `_at`: where the sample (0, 0) would be, and the stride
// from row to row, in floats. A `region` is its first column and row, its end column and row. A
// work-item makes VW columns of ROWS samples. It reads on into the margin, of which `hold_edges` has
// filled as much as what is kept hangs on, and writes nothing there.

#define ROWS 8
#define EDGE 4  // b reaches so far
#define COARSE_ROWS (ROWS / 2 + EDGE)  // of them hang on ROWS rows

#if VW > 1
#define HALF_WIDTH 8
typedef JOIN(float, HALF_WIDTH) HalfV;
typedef HalfV HalfAnywhere __attribute__((aligned(4)));
#endif

__constant float BINOMIAL[9] = {
    1.0f / 128, 8.0f / 128, 28.0f / 128, 56.0f / 128, 70.0f / 128,
    56.0f / 128, 28.0f / 128, 8.0f / 128, 1.0f / 128};

// What lies at 2 m + offset, for VW neighbours m from `at` = 2 m on.
#if VW == 1
#define EVERY_SECOND(row, offset) ((row)[offset])
#else
#define EVERY_SECOND(row, offset) \
    (V)(samples((row) + (offset)).even, samples((row) + (offset) + VW).even)
#endif

// sum_m b(n - 2 m) row[m] for n from x on.
#if VW == 1
V doubled(__global const float *row, const int x)
{
    __global const float *at = row + (x >> 1);
    const int odd = x & 1;
    V sum = odd ? 0.0f : BINOMIAL[0] * at[-2];  // which may be none, and not a number
    sum += (odd ? BINOMIAL[1] : BINOMIAL[2]) * at[-1];
    sum += (odd ? BINOMIAL[3] : BINOMIAL[4]) * at[0];
    sum += (odd ? BINOMIAL[3] : BINOMIAL[2]) * at[1];
    return sum + (odd ? BINOMIAL[1] : BINOMIAL[0]) * at[2];
}
#else
V doubled(__global const float *row, const int x)
{
    __global const float *at = row + (x >> 1);
    HalfV near[5];
    #pragma unroll
    for (int i = 0; i < 5; ++i)
        near[i] = *(__global const HalfAnywhere *)(at + i - 2);
    HalfV even = BINOMIAL[0] * near[0], odd = BINOMIAL[1] * near[1];
    even += BINOMIAL[2] * near[1];
    odd += BINOMIAL[3] * near[2];
    even += BINOMIAL[4] * near[2];
    odd += BINOMIAL[3] * near[3];
    even += BINOMIAL[2] * near[3];
    odd += BINOMIAL[1] * near[4];
    even += BINOMIAL[0] * near[4];
    V both;
    both.even = even;
    both.odd = odd;
    return both;
}
#endif

__kernel void hold_edges(
    __global float *plane, const int2 plane_at,
    const int4 region,
    const int2 margin,  // rows and columns to fill around it
    const int sides)    // 1: what lies left and right of its rows; 0: whole rows above and below
{
    int x = get_global_id(0), y = get_global_id(1);
    if (sides) {
        if (x >= 2 * margin.y || y >= region.w - region.y)
            return;
        x += x < margin.y ? region.x - margin.y : region.z - margin.y;
        y += region.y;
    } else {
        if (x >= region.z - region.x + 2 * margin.y || y >= 2 * margin.x)
            return;
        x += region.x - margin.y;
        y += y < margin.x ? region.y - margin.x : region.w - margin.x;
    }
    plane[place_of(plane_at, x, y)] =
        plane[place_of(plane_at, clamp(x, region.x, region.z - 1), clamp(y, region.y, region.w - 1))];
}

__kernel void halve(
    __global const float *restrict fine, const int2 fine_at,
    __global float *restrict coarse, const int2 coarse_at,
    const int4 region)
{
    const int x = region.x + VW * (int)get_global_id(0), y = region.y + ROWS * (int)get_global_id(1);
    if (x >= region.z || y >= region.w)
        return;
    __global const float *row = fine + place_of(fine_at, 2 * x - EDGE, 2 * y - EDGE);
    V sums[ROWS];
    #pragma unroll
    for (int r = 0; r < ROWS; ++r)
        sums[r] = 0.0f;
    #pragma unroll
    for (int j = 0; j < 2 * ROWS - 1 + 2 * EDGE; ++j) {
        V across = 0.0f;
        #pragma unroll
        for (int i = 0; i <= 2 * EDGE; ++i)
            across += BINOMIAL[i] * EVERY_SECOND(row, i);
        #pragma unroll
        for (int r = 0; r < ROWS; ++r)
            if (j >= 2 * r && j <= 2 * r + 2 * EDGE)
                sums[r] += BINOMIAL[j - 2 * r] * across;
        row += fine_at.y;
    }
    #pragma unroll
    for (int r = 0; r < ROWS; ++r)
        if (y + r < region.w)
            keep(coarse + place_of(coarse_at, 0, y + r), x, region.x, region.z, sums[r]);
}

// What one row of the source gives to those rows of the target, of all, that it is near enough to.
#define SPREAD_ROW(j, reached)                                \
    {                                                         \
        const V both = samples(left) + samples(right);        \
        _Pragma("unroll") for (int r = 0; r < ROWS; ++r)      \
            if (reached)                                      \
                sums[r] += column[(j) - r] * both;            \
        left += source_at.y;                                 \
        right += source_at.y;                                \
    }

__kernel void spread(
    __global const float *restrict source, const int2 source_at,
    __global const float *restrict core,  // [columns, the farthest first][2 reach + 1 rows]
    const int columns,
    const int reach,  // at least ROWS / 2; there may be no columns
    __global const float *restrict coarser, const int2 coarser_at,  // of stride 0: there is none
    __global float *restrict target, const int2 target_at,
    const float least,  // no sample is less
    const int4 region)
{
    const int x = (region.x & ~1) + VW * (int)get_global_id(0);
    const int y = (region.y & ~1) + ROWS * (int)get_global_id(1);
    if (x >= region.z || y >= region.w)
        return;
    V sums[ROWS];
    #pragma unroll
    for (int r = 0; r < ROWS; ++r)
        sums[r] = 0.0f;

    __global const float *column = core;
    __global const float *centre = source + place_of(source_at, x, y - reach);
    // The faint outer columns first: what rounds is small then.
    for (int away = columns - 1; away >= 0; --away) {
        __global const float *left = centre - away, *right = centre + away;
        #pragma unroll
        for (int j = 0; j < ROWS; ++j)
            SPREAD_ROW(j, r <= j)
        #pragma unroll 4
        for (int j = ROWS; j < 2 * reach; ++j)
            SPREAD_ROW(j, true)
        #pragma unroll
        for (int j = 0; j < ROWS; ++j)
            SPREAD_ROW(2 * reach + j, r >= j)
        column += 2 * reach + 1;
    }

    if (coarser_at.y) {
        __global const float *row = coarser + place_of(coarser_at, 0, y / 2 - EDGE / 2);
        #pragma unroll
        for (int j = 0; j < COARSE_ROWS; ++j) {
            const V across = doubled(row, x);
            #pragma unroll
            for (int r = 0; r < ROWS; ++r) {
                const int at = r + 2 * EDGE - 2 * j;  // n - 2 m + EDGE
                if (at >= 0 && at <= 2 * EDGE)
                    sums[r] += BINOMIAL[at] * across;
            }
            row += coarser_at.y;
        }
    }
    #pragma unroll
    for (int r = 0; r < ROWS; ++r)
        if (y + r >= region.y && y + r < region.w)
            keep(target + place_of(target_at, 0, y + r), x, region.x, region.z,
                 at_least(sums[r], least));
}
