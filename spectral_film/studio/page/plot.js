// A small drawing of curves on axes, as SVG.

const NAMESPACE = "http://www.w3.org/2000/svg";
const MARGIN = { left: 30, right: 8, top: 6, bottom: 24 };

export class Plot {
  constructor(box, { label, unit, x, y }) {
    this.box = box;
    this.names = { x: unit, y: label };
    this.x = x;
    this.y = y;
  }

  // Draw from anew: `lines` of {points, colour, dash}, `dots` of {x, y, colour, open}, `bars` of
  // {edges, heights, colour} whose heights are shares of the plot, `rules` of {x, name}.
  draw({ lines = [], dots = [], bars = [], rules = [], names = [] }) {
    const [width, height] = [this.box.clientWidth || 200, this.box.clientHeight || 120];
    this.size = [width, height];
    const svg = node("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${this.names.y} over ${this.names.x}` });
    const floor = height - MARGIN.bottom;
    svg.append(node("path", { class: "axis", d: `M${MARGIN.left} ${MARGIN.top}V${floor}H${width - MARGIN.right}` }));
    for (const at of ticks(this.x, width / 60)) {
      svg.append(word(at, this.right(at), floor + 11, "middle"));
    }
    for (const at of ticks(this.y, height / 35)) {
      svg.append(word(at, MARGIN.left - 4, this.up(at) + 3, "end"));
    }
    svg.append(word(this.names.x, width - MARGIN.right, height - 2, "end"));
    for (const { edges, heights, colour } of bars) {
      const tops = heights.map((share, at) => {
        const top = floor - share * (floor - MARGIN.top);
        return `L${this.right(edges[at])} ${top}L${this.right(edges[at + 1])} ${top}`;
      });
      const ends = [this.right(edges[0]), this.right(edges.at(-1))];
      svg.append(node("path", { class: "bars", fill: colour, d: `M${ends[0]} ${floor}${tops.join("")}L${ends[1]} ${floor}Z` }));
    }
    for (const [at, { x, name }] of rules.entries()) {
      svg.append(node("path", { class: "axis", d: `M${this.right(x)} ${MARGIN.top}V${floor}`, "stroke-dasharray": "2 3" }));
      const late = this.right(x) > 0.7 * width; // where a word to the right would leave the drawing
      svg.append(word(name, this.right(x) + (late ? -3 : 3), MARGIN.top + 8 + 10 * at, late ? "end" : "start"));
    }
    for (const { points, colour, dash } of lines) {
      svg.append(node("path", { class: "line", stroke: colour, "stroke-dasharray": dash ?? "none", d: this.path(points) }));
    }
    for (const { x, y, colour, open } of dots) {
      if (x === null || y === null) continue;
      const place = { cx: this.right(x), cy: this.up(y), r: open ? 1.6 : 3.6 };
      svg.append(node("circle", { ...place, fill: open ? "none" : colour, stroke: colour }));
    }
    names.forEach(([name, colour], at) => {
      const text = word(name, width - MARGIN.right - 2, MARGIN.top + 9 + 11 * at, "end");
      text.style.fill = colour;
      svg.append(text);
    });
    this.box.replaceChildren(svg);
  }

  right(value) {
    const room = this.size[0] - MARGIN.left - MARGIN.right;
    return clip(MARGIN.left + (room * (value - this.x[0])) / (this.x[1] - this.x[0]), -9, 9999);
  }

  up(value) {
    const room = this.size[1] - MARGIN.top - MARGIN.bottom;
    const share = (value - this.y[0]) / (this.y[1] - this.y[0]);
    return MARGIN.top + room * (1 - clip(share, -0.02, 1.02));
  }

  path(points) {
    let pen = "M";
    return points.map(([x, y]) => {
      if (y === null || x === null) {
        pen = "M";
        return "";
      }
      const step = `${pen}${this.right(x).toFixed(1)} ${this.up(y).toFixed(1)}`;
      pen = "L";
      return step;
    }).join("");
  }
}

const clip = (value, low, high) => Math.max(low, Math.min(high, value));

function node(tag, attributes) {
  const made = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function word(text, x, y, anchor) {
  const made = node("text", { x, y, "text-anchor": anchor });
  made.textContent = typeof text === "number" ? Number(text.toFixed(6)).toString().replace("-", "−") : text;
  return made;
}

// Round numbers, so many at most.
function ticks([low, high], most) {
  const rough = (high - low) / Math.max(2, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step / 1e6; at += step) found.push(at);
  return found;
}
