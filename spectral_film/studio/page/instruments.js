// What the server read of a pixel, of the films and of the whole picture, drawn.

import { element } from "./controls.js";
import { Plot } from "./plot.js";

const RECORDS = ["var(--red)", "var(--green)", "var(--blue)"];
const LAYERS = { 1: ["var(--text)"], 3: RECORDS };

export class Instruments {
  constructor(page) {
    this.page = page;
    this.light = new Plot(page.light, { label: "relative power", unit: "nm", x: [380, 780], y: [0, 1] });
    this.dyes = new Plot(page.dyes, { label: "spectral density", unit: "nm", x: [380, 780], y: [0, 3] });
    const axes = { label: "density", y: [0, 4] };
    this.film = new Plot(page.filmCurve, { ...axes, unit: "log exposure, lux s", x: [-4, 1] });
    this.print = new Plot(page.printCurve, { ...axes, unit: "log exposure", x: [-1, 3] });
    this.curves = null;
    this.histogram = null;
    this.read = [null, null, null]; // under the cursor, at the pins
  }

  draw() {
    const [here, one, two] = this.read;
    this.numbers(here ?? two ?? one, one, two);
    this.spectra();
    this.curve(this.film, this.curves?.negative, "negative", this.page.filmName);
    this.curve(this.print, this.curves?.print, "print", this.page.printName);
  }

  numbers(here, one, two) {
    const table = element("table");
    const both = one && two;
    const head = element("tr");
    head.append(...["", "R", "G", "B"].map((name) => element("th", {}, name)));
    if (both) head.append(...["R", "2 − 1", "B"].map((name) => element("th", {}, name)));
    const header = element("thead");
    header.append(head);
    const body = element("tbody");
    table.append(header, body);
    if (here) {
      for (const [name, of, digits, sign] of rows(here)) {
        const row = element("tr");
        row.append(element("th", { scope: "row" }, name));
        row.append(...three(of(here)).map((value) => element("td", {}, written(value, digits, sign))));
        if (both) {
          const [from, to] = [of(one), of(two)];
          const apart = from && to ? to.map((value, at) => value - from[at]) : [];
          row.append(...three(apart).map((value, at) =>
            element("td", { className: at ? "" : "apart" }, written(value, digits, true))));
        }
        body.append(row);
      }
    }
    this.page.place.textContent = here ? `x ${here.place[0]}, y ${here.place[1]}` : "";
    this.page.numbers.replaceChildren(here ? table : element("p", {}, "Move over the picture, or click to pin a place; Shift and click for the second."));
  }

  spectra() {
    const styles = [undefined, "5 2", "2 2"];
    const found = this.read.map((read, at) => [read, styles[at]]).filter(([read]) => read);
    const most = Math.max(1e-9, ...found.flatMap(([read]) => read.scene.spectrum));
    this.light.draw({
      lines: found.map(([{ scene }, dash]) => ({
        points: scene.wavelength_nm.map((nm, at) => [nm, scene.spectrum[at] / most]), colour: "var(--text)", dash,
      })),
    });
    const grid = Array.from({ length: 85 }, (_, at) => 360 + 5 * at);
    const of = (film, colour, dash) => film && { points: grid.map((nm, at) => [nm, film.spectral_density[at]]), colour, dash };
    const densest = Math.max(3, ...found.flatMap(([read]) => [...read.negative.spectral_density, ...(read.print?.spectral_density ?? [])]));
    this.dyes.y = [0, Math.ceil(densest)];
    this.dyes.draw({
      lines: found.flatMap(([read, dash]) => [of(read.negative, "var(--amber)", dash), of(read.print, "var(--violet)", dash)]).filter(Boolean),
      names: found.length ? [[found[0][0].print ? "negative" : "film", "var(--amber)"], ...(found[0][0].print ? [["print", "var(--violet)"]] : [])] : [],
    });
  }

  curve(plot, curves, film, name) {
    name.textContent = curves ? `${curves.name}, ${curves.densitometry}` : "not printed";
    if (!curves) {
      plot.box.replaceChildren();
      return;
    }
    const colours = LAYERS[curves.density.length];
    const h = curves.log_exposure;
    const histogram = film === "negative" ? this.histogram : null;
    plot.x = histogram ? [histogram.edges[0], histogram.edges.at(-1)] : [h[0], h.at(-1)];
    plot.y = [0, Math.ceil(2 * Math.max(...curves.density.flat())) / 2];
    const sheet = curves.published;
    const dots = sheet.density.flatMap((record, at) => record.map((y, i) => ({ x: sheet.log_exposure[i], y, colour: colours[at], open: true })));
    for (const read of this.read) {
      const log = film === "print" ? read?.print?.log_exposure : read?.exposure.lux_s.map((one) => Math.log10(Math.max(one, 1e-10)));
      if (log) dots.push(...log.map((x, at) => ({ x, y: read[film].density[at], colour: colours[at] })));
    }
    const drawn = {
      lines: curves.density.map((record, at) => ({ points: record.map((y, i) => [h[i], y]), colour: colours[at] })),
      dots,
      rules: curves.grey === null ? [] : [{ x: curves.grey, name: "18 %" }],
    };
    if (histogram) {
      const { edges, count } = histogram;
      const ends = [sheet.log_exposure[0], sheet.log_exposure.at(-1)];
      drawn.rules.push({ x: Math.min(...ends), name: "" }, { x: Math.max(...ends), name: "sheet ends" });
      const most = Math.max(...count.map((layer) => Math.max(...layer.slice(1, -1))), 1);
      drawn.bars = count.map((layer, at) => ({ edges, heights: layer.map((one) => Math.min(1, (0.9 * one) / most)), colour: colours[at] }));
    }
    plot.draw(drawn);
  }
}

// Name, values, digits, and whether a sign belongs to them.
function rows({ scene, print }) {
  return [
    ...(scene.rgb ? [["scene, linear", (read) => read.scene.rgb, 3]] : []),
    ["exposure, stops", (read) => read.exposure.stops, 2, true],
    [print ? "negative, D" : "film, D", (read) => read.negative.density, 2],
    ["dyes C M Y", (read) => read.negative.dyes, 2],
    ...(print ? [["print, D", (read) => read.print?.density, 2], ["dyes C M Y", (read) => read.print?.dyes, 2]] : []),
    ["X Y Z", (read) => read.xyz, 3],
    ["code of 255", (read) => read.codes.map((code) => 255 * Math.max(0, Math.min(1, code))), 0],
  ];
}

const three = (values) => Array.from({ length: 3 }, (_, at) => values?.[at]);

function written(value, digits, sign) {
  if (value === undefined) return "";
  if (value === null) return "–";
  return (sign && value > 0 ? "+" : "") + value.toFixed(digits).replace("-", "−");
}
