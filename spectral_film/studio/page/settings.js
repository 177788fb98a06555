// The settings that are chosen, as a recipe says them, and how they came about.

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export class Settings {
  constructor(usual, start, changed) {
    this.usual = usual;
    this.start = start;
    this.now = { ...start };
    this.changed = changed;
    this.past = [];
    this.future = [];
    this.kept = this.now; // as they were when last committed
  }

  get(key) {
    return this.now[key] ?? this.usual[key];
  }

  isUsual(key) {
    return same(this.get(key), this.usual[key]);
  }

  // A hand that still moves a slider commits nothing: one step back undoes the whole move.
  set(key, value, commit = true) {
    this.replace({ ...this.now, [key]: value }, commit);
  }

  replace(settings, commit = true) {
    this.now = Object.fromEntries(
      Object.entries(settings).filter(([key, value]) => value !== null && !same(value, this.usual[key])));
    if (commit && !same(this.now, this.kept)) {
      this.past.push(this.kept);
      this.future = [];
      this.kept = this.now;
    }
    this.changed();
  }

  undo() {
    this.travel(this.past, this.future);
  }

  redo() {
    this.travel(this.future, this.past);
  }

  travel(from, to) {
    if (!from.length) return;
    to.push(this.kept);
    this.kept = this.now = from.pop();
    this.changed();
  }
}
