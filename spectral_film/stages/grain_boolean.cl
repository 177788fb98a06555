// grain_boolean.cl: grain by its definition, disc by disc. Reads beside grain_boolean.py and
// reference/stages/grain_boolean.py.
//
// `cover` throws the discs of a Poisson process over a pixel and weighs the samples they cover by
// where each lies in the apertures of the pixels around; `look` adds up what an aperture sees.
// Whether a disc is there, and which samples it covers, is decided in integers, on any device alike.
// From the host: FIELDS, one a sublayer; SIDE, pixels across an aperture, and LANES, as many as a
// vector has for them; HIGHEST_DYE of the tables, whose nodes, one more than that needs, are
// 2^-NODE_BITS apart. `origin` is where the first pixel lies on the frame, whence cells are counted.

#define CELL_BITS 12  // of a disc's place in its cell, along each axis
#define IN_CELL ((1 << CELL_BITS) - 1)
#define SLAB_BITS 24  // of a disc's threshold; a slab of thresholds has one disc a cell on average
#define DYE_BITS 20   // of a dye amount behind the point
#define TILE 32       // samples across: a row of them is a word
#define MOST 12       // discs of a slab in a cell: more are as rare as 2^-32
#define GOLDEN 0x9e3779b9u

typedef JOIN(float, LANES) Across;
typedef union { Across all; float lane[LANES]; } AcrossLanes;

typedef struct {
    uint key_x, key_y;
    int cells_x, cells_y;    // of a pixel, log2
    int radius_x, radius_y;  // of a disc, 2^-CELL_BITS of a cell
    int samples;             // of a pixel along each axis, log2
    int half_width, taps;    // where its own begin
} Sublayer;

// Of 2^32 cells, those that hold so many discs or fewer: Poisson's distribution of mean 1.
__constant uint AT_MOST[MOST] = {
    1580030168u, 3160060337u, 3950075421u, 4213413783u, 4279248373u, 4292415291u,
    4294609777u, 4294923276u, 4294962463u, 4294966817u, 4294967252u, 4294967292u};

// The bits of a number stirred until each depends on all: lowbias32.
uint mixed(uint v)
{
    v = (v ^ (v >> 16)) * 0x7feb352du;
    v = (v ^ (v >> 15)) * 0x846ca68bu;
    return v ^ (v >> 16);
}

// What a table holds for a dye amount, a straight line from node to node, in integers.
uint threshold_of(__global const uint *nodes, const int position)
{
    const int bits = DYE_BITS - NODE_BITS, node = position >> bits;
    const long rise = (long)nodes[node + 1] - nodes[node];
    return nodes[node] + (int)((rise * (position & ((1 << bits) - 1))) >> bits);
}

float amplitude_of(__global const float *nodes, const int position)
{
    const int bits = DYE_BITS - NODE_BITS, node = position >> bits;
    const float along = (float)(position & ((1 << bits) - 1)) / (1 << bits);
    return nodes[node] + along * (nodes[node + 1] - nodes[node]);
}

// One disc onto a tile: x, y from the tile's corner. Samples lie in the middle of their steps.
void paint(
    uint *rows, const int x, const int y, const int size, const int step_x, const int step_y,
    const int radius_y, __global const int *half_width)
{
    const int half_x = 1 << (step_x - 1), half_y = 1 << (step_y - 1);
    const int first = max((y - radius_y + half_y - 1) >> step_y, 0);
    const int last = min((y + radius_y - half_y) >> step_y, size - 1);
    for (int row = first; row <= last; ++row) {
        const int wide = half_width[abs((row << step_y) + half_y - y)];
        const int left = max((x - wide + half_x - 1) >> step_x, 0);
        const int right = min((x + wide - half_x) >> step_x, size - 1);
        if (left <= right)
            rows[row] |= (0xffffffffu << left) & (0xffffffffu >> (31 - right));
    }
}

// All discs whose threshold lies below `threshold` onto a tile of a pixel. The cells of the pixel
// begin at `cell_x`, `cell_y`; the tile at `tile_x`, `tile_y` in 2^-CELL_BITS of a cell.
void throw_discs(
    uint *rows, const Sublayer s, __global const int *half_width, const uint threshold,
    const uint cell_x, const uint cell_y, const int tile_x, const int tile_y, const int size)
{
    const int step_x = CELL_BITS + s.cells_x - s.samples, step_y = CELL_BITS + s.cells_y - s.samples;
    const int left = (tile_x - s.radius_x) >> CELL_BITS;
    const int right = (tile_x + (size << step_x) + s.radius_x) >> CELL_BITS;
    const int top = (tile_y - s.radius_y) >> CELL_BITS;
    const int bottom = (tile_y + (size << step_y) + s.radius_y) >> CELL_BITS;
    for (int row = 0; row < size; ++row)
        rows[row] = 0;
    for (int cy = top; cy <= bottom; ++cy) {
        const uint row_key = mixed(cell_y + (uint)cy + s.key_y);
        for (int cx = left; cx <= right; ++cx) {
            // The numbers of a cell are those that mixed() makes of draw, draw + GOLDEN ...: of
            // each slab how many discs it has, of each of them its threshold and its place. The
            // key comes in twice, lest near keys throw the same discs some way off.
            uint draw = mixed((mixed(cell_x + (uint)cx + s.key_x) ^ row_key) + s.key_x);
            for (uint slab = 0; slab <= threshold >> SLAB_BITS; ++slab) {
                const uint many = mixed(draw), rest = threshold - (slab << SLAB_BITS);
                draw += GOLDEN;
                for (uint disc = 0; disc < MOST && many >= AT_MOST[disc]; ++disc) {
                    const uint when = mixed(draw) >> (32 - SLAB_BITS);
                    const uint where = mixed(draw + GOLDEN);
                    draw += 2 * GOLDEN;
                    if (when < rest)
                        paint(rows, (cx << CELL_BITS) + (int)(where >> CELL_BITS & IN_CELL) - tile_x,
                              (cy << CELL_BITS) + (int)(where & IN_CELL) - tile_y,
                              size, step_x, step_y, s.radius_y, half_width);
                }
            }
        }
    }
}

// What apertures around see of a tile's covered samples: from row to row, and along it.
// `below`: weight of all samples of a row before one, which turns a run into a difference.
void weigh(
    Across *seen, const uint *rows, const int size,
    __global const Across *below, __global const float *weight)
{
    for (int row = 0; row < size; ++row) {
        Across along = 0.0f;
        float sign = -1.0f;
        for (ulong ends = rows[row] ^ ((ulong)rows[row] << 1); ends; ends &= ends - 1) {
            along += sign * below[63 - clz(ends & -ends)];
            sign = -sign;
        }
        for (int d = 0; d < SIDE; ++d)
            seen[d] += weight[row * LANES + d] * along;
    }
}

__kernel void cover(
    __global const float *dyes, const int2 dyes_at,  // dye amount of the layer
    __global const Sublayer *sublayers,
    __global const int *half_width,   // of a disc, at each distance from its middle, across
    __global const uint *threshold,      // of discs that are there  [sublayer][node]
    __global const float *amplitude,     // dye of a disc            [sublayer][node]
    __constant float *log2_bare,         // log2(1 - coverage) per threshold  [sublayer]
    __global const float *taps,          // weights of samples in apertures: of those before, of each
    const int4 frame, const int2 origin, const int4 region,
    __global float *moments, const int2 moments_at, const int moments_plane)  // dye  [tap]
{
    const int x = region.x + (int)get_global_id(0), y = region.y + (int)get_global_id(1);
    if (x >= region.z)
        return;
    // Beside the frame the picture goes on as it ends.
    const float dye = dyes[place_of(
        dyes_at, clamp(x, frame.x, frame.z - 1), clamp(y, frame.y, frame.w - 1))];
    const int position = dye > 0.0f  // not a number: as if there were none
        ? convert_int_rte(min(dye, (float)HIGHEST_DYE) * (1 << DYE_BITS)) : 0;
    AcrossLanes sum[SIDE];
    for (int d = 0; d < SIDE; ++d)
        sum[d].all = 0.0f;
    for (int i = 0; i < FIELDS; ++i) {
        const Sublayer s = sublayers[i];
        const uint below_which = threshold_of(threshold + i * NODES, position);
        __global const Across *below = (__global const Across *)(taps + s.taps);
        const int samples = 1 << s.samples, size = min(samples, TILE);
        __global const float *weight = (__global const float *)(below + samples + 1);
        uint rows[TILE];
        Across seen[SIDE];
        for (int d = 0; d < SIDE; ++d)
            seen[d] = 0.0f;
        for (int down = 0; down < samples; down += size)
            for (int right = 0; right < samples; right += size) {
                throw_discs(
                    rows, s, half_width + s.half_width, below_which,
                    (uint)(x + origin.x) << s.cells_x, (uint)(y + origin.y) << s.cells_y,
                    right << (CELL_BITS + s.cells_x - s.samples),
                    down << (CELL_BITS + s.cells_y - s.samples), size);
                weigh(seen, rows, size, below + right, weight + down * LANES);
            }
        Lanes bare;
        bare.all = exp2_of_loss((V)(log2_bare[i] * (float)below_which));
        const float a = amplitude_of(amplitude + i * NODES, position);
        const Across whole = below[samples];
        __global const float *all = (__global const float *)(below + samples);
        for (int d = 0; d < SIDE; ++d)
            sum[d].all += a * (seen[d] - (1.0f - bare.lane[0]) * all[d] * whole);
    }
    __global float *to = moments + place_of(moments_at, x, y);
    for (int d = 0; d < SIDE; ++d)
        for (int e = 0; e < SIDE; ++e)
            to[(d * SIDE + e) * moments_plane] = sum[d].lane[e];
}

// The dye of a pixel, and what its aperture sees of the grain around.
__kernel void look(
    __global const float *dyes, const uint4 dyes_at,        // dye amount of the layer
    __global const float *moments, const uint4 moments_at,  // dye  [tap]; from SIDE / 2 before
    const uint width,
    __global float *grainy, const uint4 grainy_at)        // dye amount of the layer
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    V sum = 0.0f;
    for (uint d = 0; d < SIDE; ++d)
        for (uint e = 0; e < SIDE; ++e)
            sum += load(moments, moments_at, d * SIDE + e, x + SIDE - 1 - e, y + SIDE - 1 - d,
                        width + SIDE - 1);
    store(grainy, grainy_at, 0, x, y, width, load(dyes, dyes_at, 0, x, y, width) + sum);
}
