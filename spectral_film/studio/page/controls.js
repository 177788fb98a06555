// The controls of a lab, built from what the server says of them.

const MOST_STEPS = 400; // a slider of more is too fine for a hand

export class Controls {
  constructor(form, about, state, settings) {
    this.settings = settings;
    this.stocks = Object.fromEntries(state.stocks.map((stock) => [stock.id, stock]));
    this.rows = [];
    form.addEventListener("submit", (event) => event.preventDefault());
    const lights = element("datalist", { id: "lights" });
    lights.append(...state.lights.map((name) => element("option", { value: name })));
    form.append(lights);
    for (const [name, panel] of Object.entries(state.panels)) {
      const box = element("details", { open: true });
      box.append(element("summary", {}, name));
      for (const control of panel) box.append(this.row(control, about));
      form.append(box);
    }
    this.update();
  }

  row(control, about) {
    const id = `set-${control.key}`;
    const row = element("div", { className: "control" });
    const label = element("label", { htmlFor: id }, control.label);
    if (control.unit) label.append(element("small", {}, control.unit));
    const undo = element("button", { type: "button", className: "undo", title: "As usual" }, "↺");
    undo.setAttribute("aria-label", `${control.label}: as usual`);
    undo.addEventListener("click", () => this.settings.set(control.key, null));
    const made = { number, points, switch: toggle, choice, text }[control.kind](control, id, this);
    row.append(...(control.kind === "points" ? [made.element] : [label, made.element, undo]));
    if (control.kind === "points") made.element.firstChild.append(undo);
    const tell = () => { about.textContent = control.about; };
    row.addEventListener("focusin", tell);
    row.addEventListener("pointerenter", tell);
    for (const field of row.querySelectorAll("input, select")) field.setAttribute("aria-description", control.about);
    this.rows.push({ control, row, made });
    return row;
  }

  update() {
    for (const { control, row, made } of this.rows) {
      made.show(this.settings.get(control.key));
      row.classList.toggle("changed", !this.settings.isUsual(control.key));
    }
  }

  get film() {
    return this.stocks[this.settings.get("film")];
  }

  get print() {
    const name = this.settings.get("print");
    return this.stocks[name === "own" ? this.film?.usual_print : name];
  }

  // What can be chosen, where that hangs on the films.
  choices(control) {
    const of = (role) => Object.values(this.stocks).filter((stock) => stock.role === role)
      .map((stock) => [stock.id, stock.name]);
    const own = (name) => [null, name ? `the film's own, ${name}` : "the film's own"];
    switch (control.key) {
      case "film": return withOther(of("camera"), this.settings.get("film"));
      case "print": {
        const usual = this.stocks[this.film?.usual_print];
        const none = ["none", this.film?.positive ? "none, the slide itself" : "none, on the light box"];
        const prints = this.film?.positive ? [] : of("print");
        return withOther([["own", usual ? `usual: ${usual.name}` : "usual"], none, ...prints], this.settings.get("print"));
      }
      case "development": return [own(this.film?.development), ...named(this.film?.developments)];
      case "print-development": return [own(this.print?.development), ...named(this.print?.developments)];
      case "push": return [[0, "none"], ...(this.film?.pushes ?? []).map((n) => [n, n > 0 ? `+${n}` : `${n}`])];
      case "backing": return [own(this.film?.backing), ...named(this.film?.backings)];
      default: return withOther(control.choices, this.settings.get(control.key));
    }
  }

  // What a film has itself, to stand in an empty field.
  own(key) {
    return { ei: this.film?.index, flare: (this.print ?? this.film)?.flare, illuminant: this.film?.balance }[key];
  }

  // Another film has other developments: what only the one before had falls away.
  choose(key, value) {
    const next = { ...this.settings.now, [key]: value };
    if (key === "film") for (const one of ["development", "push", "backing", "ei"]) delete next[one];
    if (key === "film" && this.stocks[value]?.positive) delete next.print;
    if (key === "film" || key === "print") delete next["print-development"];
    this.settings.replace(next);
  }
}

const named = (names) => (names ?? []).map((name) => [name, name]);

function withOther(choices, value) {
  const there = choices.some(([said]) => JSON.stringify(said) === JSON.stringify(value ?? null));
  return there || value === null || value === undefined ? choices : [...choices, [value, String(value)]];
}

export function element(tag, properties = {}, text = "") {
  const made = Object.assign(document.createElement(tag), properties);
  if (text) made.textContent = text;
  return made;
}

function choice(control, id, controls) {
  const field = element("select", { id });
  let known = [];
  field.addEventListener("change", () => controls.choose(control.key, known[field.selectedIndex][0]));
  return {
    element: field,
    show(value) {
      const choices = controls.choices(control);
      if (JSON.stringify(choices) !== JSON.stringify(known)) {
        known = choices;
        field.replaceChildren(...known.map(([, name]) => element("option", {}, name)));
        field.disabled = known.length < 2;
      }
      const at = known.findIndex(([said]) => JSON.stringify(said) === JSON.stringify(value ?? null));
      if (field.selectedIndex !== at) field.selectedIndex = at;
    },
  };
}

function toggle(control, id, controls) {
  const field = element("input", { id, type: "checkbox" });
  field.addEventListener("change", () => controls.settings.set(control.key, field.checked));
  return { element: field, show: (value) => { field.checked = value; } };
}

function text(control, id, controls) {
  const field = element("input", { id, type: "text", spellcheck: false });
  field.setAttribute("list", "lights");
  field.addEventListener("change", () => controls.settings.set(control.key, field.value.trim() || null));
  return {
    element: field,
    show(value) {
      field.value = value ?? "";
      field.placeholder = `${control.own}${controls.own(control.key) ? `, ${controls.own(control.key)}` : ""}`;
    },
  };
}

// A slider and a number that say the same; the number may lie beyond the slider's ends.
function pair(control, id, name, tell) {
  const box = element("div", { className: "number" });
  const { low: min, high: max, step } = control;
  const slider = element("input", { type: "range", min, max, step, ariaLabel: `${name}, slider` });
  const field = element("input", { id, type: "number", step, title: control.unit });
  field.setAttribute("aria-label", `${name}, ${control.unit}`);
  slider.addEventListener("input", () => tell(slider.valueAsNumber, false));
  slider.addEventListener("change", () => tell(slider.valueAsNumber, true));
  field.addEventListener("change", () => tell(field.value === "" ? null : field.valueAsNumber, true));
  if ((max - min) / step > MOST_STEPS) box.classList.add("bare");
  else box.append(slider);
  box.append(field);
  return {
    element: box,
    show(value, own) {
      field.placeholder = own ?? "";
      if (document.activeElement !== field || value === null || Number(field.value) !== value) field.value = value ?? "";
      slider.value = value ?? own ?? min;
    },
  };
}

function number(control, id, controls) {
  const switched = control.key === "halation"; // on and off are 1 and 0 times its own
  const told = (value) => (switched && (value === 1 || value === 0) ? Boolean(value) : value);
  const made = pair(control, id, control.label, (value, commit) => controls.settings.set(control.key, told(value), commit));
  return {
    element: made.element,
    show: (value) => made.show(typeof value === "boolean" ? Number(value) : value, controls.own(control.key)),
  };
}

function points(control, id, controls) {
  const box = element("div", { className: "points" });
  const heard = (change) => (value, commit) => {
    const now = [...controls.settings.get(control.key)];
    if (value !== null) controls.settings.set(control.key, change(now, value), commit);
  };
  const mean = (three) => three.reduce((sum, one) => sum + one, 0) / 3;
  const fields = [
    ["Printer lights", heard((now, value) => now.map((one) => round(one + value - mean(now))))],
    ...["red", "green", "blue"].map((name, at) => [name, heard((now, value) => now.with(at, value))]),
  ].map(([name, tell], at) => {
    const row = element("div");
    const field = pair(control, at ? `${id}-${name}` : id, at ? `Printer light ${name}` : "All printer lights", tell);
    const label = element("label", { htmlFor: at ? `${id}-${name}` : id }, name);
    if (!at) label.append(element("small", {}, control.unit));
    row.append(label, field.element);
    box.append(row);
    return field;
  });
  return {
    element: box,
    show(value) {
      [round(mean(value)), ...value].forEach((one, at) => fields[at].show(one));
    },
  };
}

const round = (value) => Math.round(value * 1e4) / 1e4;
