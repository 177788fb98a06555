// tables.cl: the look-up tables of a pack. Reads beside device_tables.py; its twin is OpenColorIO.
//
// Where VW pixels fall is computed as vectors, what lies there is fetched pixel by pixel. A table may
// write where it reads. From the host: NODES of the table along an axis, two or more.

// Where a value lies on its axis, in nodes; beyond the domain at its end.
V node_position(const V value, const float low, const float nodes_per_unit)
{
    const V position = (value - low) * nodes_per_unit;
    return at_most(position > 0.0f ? position : 0.0f, NODES - 1);  // not a number: node 0
}

// The node below; the last one belongs to the cell before it.
VI node_below(const V position) { return TO_VI(at_most(position, NODES - 2)); }

__kernel void table_1d(
    __global const float *wire, const uint4 wire_at,  // in units of the domain  [3]
    __global const float *nodes,                      // what comes out          [3][node]
    const float low,                                  // of the domain: where node 0 lies
    const float nodes_per_unit,
    const uint width,
    __global float *made, const uint4 made_at)        //                         [3]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    for (uint channel = 0; channel < 3; ++channel) {
        const V value = load(wire, wire_at, channel, x, y, width);
        const V position = node_position(value, low, nodes_per_unit);
        IntLanes below;
        Lanes near, next;
        below.all = node_below(position);
        for (uint n = 0; n < VW; ++n) {
            __global const float *node = nodes + channel * NODES + below.lane[n];
            near.lane[n] = node[0];
            next.lane[n] = node[1];
        }
        const V along = position - TO_V(below.all);
        const V found = near.all * (1.0f - along) + next.all * along;
        store(made, made_at, channel, x, y, width, value == value ? found : value);
    }
}

// What is no number in one channel is none in any; nothing is read beside the table for it.
//
// A cell of the cube is six tetrahedra about its diagonal from the near corner to the far one. A
// colour lies in the one whose path along the edges takes its largest fraction first: four nodes,
// weighted by the steps from each fraction, in order of size, to the next. On a seam two fractions
// are equal, the node between them weighs nothing, and either path will do.
__kernel void table_3d(
    __global const float *wire, const uint4 wire_at,  // in units of the domain  [3]
    __global const float4 *nodes,                     // fourth one unused       [r][g][b]
    const float low,                                  // of the domain: where node 0 lies
    const float nodes_per_unit,
    const uint width,
    __global float *made, const uint4 made_at)        // in units of the nodes   [3]
{
    const uint x = get_global_id(0) * VW, y = get_global_id(1);
    if (x >= width)
        return;
    V r = load(wire, wire_at, 0, x, y, width);
    V g = load(wire, wire_at, 1, x, y, width);
    V b = load(wire, wire_at, 2, x, y, width);
    const V none = r != r ? r : g != g ? g : b;  // a number if all are
    r = node_position(r, low, nodes_per_unit);
    g = node_position(g, low, nodes_per_unit);
    b = node_position(b, low, nodes_per_unit);
    const VI i = node_below(r), j = node_below(g), k = node_below(b);
    r -= TO_V(i);
    g -= TO_V(j);
    b -= TO_V(k);

    // From node to node along each axis. Floats, as they are chosen from: Oclgrind 21.10, which
    // watches the tests, widens chosen integers wrongly.
    const V step_r = (float)NODES * NODES, step_g = NODES, step_b = 1.0f;
    const float diagonal = (float)NODES * NODES + NODES + 1.0f;
    const V larger = r > g ? r : g, smaller = r > g ? g : r;
    const V most = larger > b ? larger : b, least = smaller < b ? smaller : b;
    const V rest = larger < b ? larger : b, middle = smaller > rest ? smaller : rest;

    IntLanes corner, first, second;
    Lanes near, at_first, at_second, far, red, green, blue;
    corner.all = (i * NODES + j) * NODES + k;
    first.all = TO_VI(r >= g && r >= b ? step_r : g >= b ? step_g : step_b);
    second.all = TO_VI(diagonal - (b <= g && b <= r ? step_b : g <= r ? step_g : step_r));
    near.all = 1.0f - most;
    at_first.all = most - middle;
    at_second.all = middle - least;
    far.all = least;
    for (uint n = 0; n < VW; ++n) {
        __global const float4 *cell = nodes + corner.lane[n];
        const float4 found = near.lane[n] * cell[0] + at_first.lane[n] * cell[first.lane[n]]
            + at_second.lane[n] * cell[second.lane[n]] + far.lane[n] * cell[(int)diagonal];
        red.lane[n] = found.x;
        green.lane[n] = found.y;
        blue.lane[n] = found.z;
    }
    store(made, made_at, 0, x, y, width, none == none ? red.all : none);
    store(made, made_at, 1, x, y, width, none == none ? green.all : none);
    store(made, made_at, 2, x, y, width, none == none ? blue.all : none);
}
