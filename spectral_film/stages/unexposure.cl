// unexposure.cl: layer exposure -> the RGB whose surface exposes film so. Reads beside unexposure.py
// and reference/stages/unexposure.py.
//
//   minimise over rgb  sum_c ((H_c - X_c(rgb)) / X_c)^2,   scene = to_space (rgb + M^-1 (H - X(rgb)))
//
// A colour is turned here so that its largest component comes first, then the two after it.
// From the host: NODES of the up-sampling table, STARTS of the table of first colours, STEPS,
// LEAST_RATIO of exposures.

// Where a position lies in a table of so many nodes.
VI node_below(const V position, const int count)
{
    const VI node = TO_VI(position);
    return node < 0 ? (VI)0 : node > count - 2 ? (VI)(count - 2) : node;
}

// A ratio of exposures on its axis, in nodes: even in its square root.
V start_position(const V ratio) { return (STARTS - 1) * (ratio * rsqrt_(ratio)); }

// What a colour exposes, and how that changes with its components.
typedef struct { V made[3], by_most[3], by_first[3], by_second[3]; } Exposed;

void expose(const V *colour, __global const float4 *node_exposure, __constant float *lowest_ratio,
            VI *face, Exposed *seen)
{
    const VI red = colour[0] >= colour[1] && colour[0] >= colour[2], green = colour[1] >= colour[2];
    const V r = colour[0], g = colour[1], b = colour[2];
    const V most = red ? r : green ? g : b;
    const V first = red ? g : green ? b : r, second = red ? b : green ? r : g;
    const V low_r = lowest_ratio[0], low_g = lowest_ratio[1], low_b = lowest_ratio[2];
    const V per_p = (NODES - 1) / (1.0f - (red ? low_g : green ? low_b : low_r));
    const V per_q = (NODES - 1) / (1.0f - (red ? low_b : green ? low_r : low_g));
    const V p = (NODES - 1) - per_p * (1.0f - first / most);
    const V q = (NODES - 1) - per_q * (1.0f - second / most);
    const VI i = node_below(p, NODES), j = node_below(q, NODES);
    // Chosen as floats: Oclgrind 21.10, which watches the tests, widens chosen integers wrongly.
    *face = TO_VI(red ? (V)0.0f : green ? (V)1.0f : (V)2.0f);

    IntLanes corner;
    Lanes along_p, along_q, mix[3], by_p[3], by_q[3];
    corner.all = (*face * NODES + i) * NODES + j;
    along_p.all = p - TO_V(i);
    along_q.all = q - TO_V(j);
    for (size_t n = 0; n < VW; ++n) {
        __global const float4 *node = node_exposure + corner.lane[n];
        const float far = along_p.lane[n], near = 1.0f - far;
        const float right = along_q.lane[n], left = 1.0f - right;
        const float4 at_left = near * node[0] + far * node[NODES];
        const float4 at_right = near * node[1] + far * node[NODES + 1];
        const float4 all = left * at_left + right * at_right, across = at_right - at_left;
        const float4 down = left * (node[NODES] - node[0]) + right * (node[NODES + 1] - node[1]);
        mix[0].lane[n] = all.x, mix[1].lane[n] = all.y, mix[2].lane[n] = all.z;
        by_p[0].lane[n] = down.x, by_p[1].lane[n] = down.y, by_p[2].lane[n] = down.z;
        by_q[0].lane[n] = across.x, by_q[1].lane[n] = across.y, by_q[2].lane[n] = across.z;
    }
    for (uint layer = 0; layer < 3; ++layer) {
        seen->made[layer] = 2.0f * most * mix[layer].all;
        seen->by_first[layer] = 2.0f * per_p * by_p[layer].all;
        seen->by_second[layer] = 2.0f * per_q * by_q[layer].all;
        seen->by_most[layer] = 2.0f * mix[layer].all - (first / most) * seen->by_first[layer]
                             - (second / most) * seen->by_second[layer];
    }
}

// A step of Levenberg and Marquardt, relative to the exposures; the largest component counts as 1.
// Damped by what is still missing: far off it goes carefully, near by as Newton would.
void go_nearer(V *colour, const V *wanted, const V largest, __global const float4 *node_exposure,
               __constant float *lowest_ratio)
{
    Exposed seen;
    VI face;
    expose(colour, node_exposure, lowest_ratio, &face, &seen);
    V most = colour[0] > colour[1] ? colour[0] : colour[1];
    most = most > colour[2] ? most : colour[2];
    V aa = 0.0f, bb = 0.0f, cc = 0.0f, ab = 0.0f, ac = 0.0f, bc = 0.0f;
    V at_a = 0.0f, at_b = 0.0f, at_c = 0.0f, missing = 1e-6f;
    for (uint layer = 0; layer < 3; ++layer) {
        const V least = 1e-3f * largest;
        const V per = 1.0f / (seen.made[layer] > least ? seen.made[layer] : least);
        const V off = (wanted[layer] - seen.made[layer]) * per;
        const V a = seen.by_most[layer] * most * per;
        const V b = seen.by_first[layer] * most * per;
        const V c = seen.by_second[layer] * most * per;
        aa += a * a, bb += b * b, cc += c * c, ab += a * b, ac += a * c, bc += b * c;
        at_a += a * off, at_b += b * off, at_c += c * off;
        missing += off * off;
    }
    aa += missing, bb += missing, cc += missing;
    // The inverse of a symmetric 3 x 3 by its cofactors.
    const V c_aa = bb * cc - bc * bc, c_ab = ac * bc - ab * cc, c_ac = ab * bc - ac * bb;
    const V c_bb = aa * cc - ac * ac, c_bc = ab * ac - aa * bc, c_cc = aa * bb - ab * ab;
    const V per = 1.0f / (aa * c_aa + ab * c_ab + ac * c_ac);
    const V da = per * (c_aa * at_a + c_ab * at_b + c_ac * at_c);
    const V db = per * (c_ab * at_a + c_bb * at_b + c_bc * at_c);
    const V dc = per * (c_ac * at_a + c_bc * at_b + c_cc * at_c);
    const V far_a = da < 0.0f ? -da : da, far_b = db < 0.0f ? -db : db, far_c = dc < 0.0f ? -dc : dc;
    V farthest = far_a > far_b ? far_a : far_b;
    farthest = farthest > far_c ? farthest : far_c;
    const V length = most * (farthest > 0.1f ? 0.1f / farthest : 1.0f);
    const VI red = face == 0, green = face == 1;
    colour[0] += length * (red ? da : green ? dc : db);
    colour[1] += length * (red ? db : green ? da : dc);
    colour[2] += length * (red ? dc : green ? db : da);
}

__kernel void unexpose(
    __global const float *exposure, const uint4 exposure_at,  // lux s                    [layer]
    __constant float *white_exposure,                         // lux s                    [layer]
    __global const float4 *node_exposure,                     // white 1      [face][node][node]
    __constant float *lowest_ratio,                           // where its faces begin        [3]
    __global const float4 *first_colour,                      // linear Rec.709 [face][node][node]
    __constant float *left_over,                              // exposure -> Rec.709       [3][3]
    __constant float *to_space,                               // from linear Rec.709       [3][3]
    const uint width,
    __global float *light, const uint4 light_at)              // 1 = perfect white            [3]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    V held[3], wanted[3], colour[3];
    for (uint layer = 0; layer < 3; ++layer)
        held[layer] = load(exposure, exposure_at, layer, x, y, width) / white_exposure[layer];
    V largest = held[0] > held[1] ? held[0] : held[1];
    largest = largest > held[2] ? largest : held[2];
    // Where nothing is exposed, or no number is, any colour will do: the scale is 0.
    const VI lit = largest > 0.0f && largest < 1e30f;
    const V scale = lit ? largest : 0.0f;
    for (uint layer = 0; layer < 3; ++layer) {
        const V ratio = lit ? held[layer] / largest : 1.0f;
        wanted[layer] = ratio > LEAST_RATIO ? ratio : LEAST_RATIO;
    }

    const VI red = wanted[0] >= wanted[1] && wanted[0] >= wanted[2], green = wanted[1] >= wanted[2];
    const VI face = TO_VI(red ? (V)0.0f : green ? (V)1.0f : (V)2.0f);
    const V p = start_position(red ? wanted[1] : green ? wanted[2] : wanted[0]);
    const V q = start_position(red ? wanted[2] : green ? wanted[0] : wanted[1]);
    const VI i = node_below(p, STARTS), j = node_below(q, STARTS);
    IntLanes corner;
    Lanes along_p, along_q, begin[3];
    corner.all = (face * STARTS + i) * STARTS + j;
    along_p.all = p - TO_V(i);
    along_q.all = q - TO_V(j);
    for (size_t n = 0; n < VW; ++n) {
        __global const float4 *node = first_colour + corner.lane[n];
        const float far = along_p.lane[n], near = 1.0f - far;
        const float right = along_q.lane[n], left = 1.0f - right;
        const float4 mix = near * (left * node[0] + right * node[1])
                         + far * (left * node[STARTS] + right * node[STARTS + 1]);
        begin[0].lane[n] = mix.x, begin[1].lane[n] = mix.y, begin[2].lane[n] = mix.z;
    }
    for (uint i = 0; i < 3; ++i)
        colour[i] = begin[i].all;
    for (uint step = 0; step < STEPS; ++step)
        go_nearer(colour, wanted, (V)1.0f, node_exposure, lowest_ratio);

    Exposed seen;
    VI at_last;
    expose(colour, node_exposure, lowest_ratio, &at_last, &seen);
    V rgb[3];
    for (uint i = 0; i < 3; ++i) {
        __constant float *row = left_over + 3 * i;
        rgb[i] = scale * colour[i];
        for (uint layer = 0; layer < 3; ++layer)
            rgb[i] += row[layer] * (held[layer] - scale * seen.made[layer]);
    }
    for (uint i = 0; i < 3; ++i) {
        __constant float *row = to_space + 3 * i;
        store(light, light_at, i, x, y, width, row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]);
    }
}
