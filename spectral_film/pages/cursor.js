// Curves under the cursor. Values are read off the drawn lines themselves: a panel says where it is
// (box) and what lies at its edges (x, y), the rest is interpolation.
{
  const NS = "http://www.w3.org/2000/svg";

  // `value` to about a thousandth of `span`.
  const written = (value, span, round) => {
    if (!Number.isFinite(value)) return "\u2013";
    const places = Math.min(8, Math.max(0, round(-Math.log10(span / 1000))));
    return value.toFixed(places).replace(/^-(?=0\.?0*$)/, "").replace("-", "\u2212");
  };

  // The vertices of a line, piece by piece: it may have gaps.
  const pieces = (id) => document.querySelector("#" + id + " path").getAttribute("d")
    .split("M").slice(1)
    .map((piece) => piece.match(/-?[\d.]+/g).map(Number))
    .map((flat) => flat.filter((_, i) => i % 2 === 0).map((x, i) => [x, flat[2 * i + 1]]));

  const heightAt = (line, x) => {
    for (const piece of line)
      for (let i = 1; i < piece.length; i++) {
        const [[x0, y0], [x1, y1]] = [piece[i - 1], piece[i]];
        if (x0 <= x && x <= x1) return x1 > x0 ? y0 + (y1 - y0) * (x - x0) / (x1 - x0) : y0;
      }
    return NaN;
  };

  const prepare = (figure) => {
    const svg = figure.querySelector("svg");
    const texts = figure.querySelectorAll(".reading");
    const columns = [];
    for (const panel of JSON.parse(svg.dataset.panels)) {
      let column = columns.find((c) => c.box[0] === panel.box[0] && c.box[2] === panel.box[2]);
      if (!column) {
        column = { ...panel, panels: [], text: texts[columns.length] };
        columns.push(column);
      }
      panel.lines = panel.lines.map((id) => ({ id, vertices: pieces(id) }));
      panel.hair = svg.appendChild(document.createElementNS(NS, "line"));
      panel.hair.setAttribute("class", "hair");
      panel.hair.setAttribute("y1", panel.box[1]);
      panel.hair.setAttribute("y2", panel.box[3]);
      column.panels.push(panel);
    }

    let at = null;  // the column that is read, and where along it, 0..1

    const clear = () => {
      for (const column of columns) {
        column.text.classList.remove("now");
        for (const panel of column.panels) panel.hair.removeAttribute("x1");
      }
    };

    // Where the curves of a column begin and end, 0..1 along it.
    const extent = ({ box: [left, , right], panels }) => {
      const along = panels.flatMap((p) => p.lines.flatMap((l) => l.vertices.flat().map(([x]) => x)));
      return [Math.min(...along), Math.max(...along)].map((x) => (x - left) / (right - left));
    };

    const read = (column, share) => {
      clear();
      at = { column, share };
      const [left, , right] = column.box;
      const [low, high] = column.logarithmic ? column.x.map(Math.log10) : column.x;
      const here = low + (high - low) * share;
      const px = left + (right - left) * share;
      column.text.querySelector(".along").textContent = column.logarithmic
        ? Number((10 ** here).toPrecision(3)).toString()
        : written(here, high - low, Math.floor);
      for (const panel of column.panels) {
        panel.hair.setAttribute("x1", px);
        panel.hair.setAttribute("x2", px);
        const [top, bottom, [y0, y1]] = [panel.box[1], panel.box[3], panel.y];
        for (const line of panel.lines) {
          const value = y0 + (y1 - y0) * (bottom - heightAt(line.vertices, px)) / (bottom - top);
          column.text.querySelector(`[data-curve="${line.id}"]`).textContent =
            written(value, Math.abs(y1 - y0), Math.ceil);
        }
      }
      column.text.classList.add("now");
    };

    svg.addEventListener("pointermove", (event) => {
      const on = new DOMPoint(event.clientX, event.clientY).matrixTransform(
        svg.getScreenCTM().inverse());
      const column = columns.find((c) => c.box[0] <= on.x && on.x <= c.box[2]);
      if (column) read(column, (on.x - column.box[0]) / (column.box[2] - column.box[0]));
    });
    svg.addEventListener("pointerleave", clear);
    svg.addEventListener("blur", clear);
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -0.01, ArrowRight: 0.01, Home: -1, End: 1 }[event.key];
      if (event.key === "Escape") clear();
      if (step === undefined) return;
      event.preventDefault();
      const { column, share } = at ?? { column: columns[0], share: 0.5 };
      const next = columns[columns.indexOf(column) + Math.sign(step)];
      const [from, until] = extent(column);
      const to = share + (event.shiftKey ? 10 : 1) * step;
      if (next && (to < from || to > until) && Math.abs(step) < 1)
        read(next, extent(next)[step < 0 ? 1 : 0]);
      else read(column, Math.min(until, Math.max(from, to)));
    });
  };

  document.querySelectorAll("figure.curves").forEach(prepare);
}
