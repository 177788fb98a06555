// Which pixels are seen, and where they lie in the window. Places are in pixels of the whole scene.

export class View {
  constructor(stage, sheet) {
    this.stage = stage;
    this.sheet = sheet;
    this.zoom = 0; // 0: all of it; else screen pixels for each of the scene
    this.open({ width: 1, height: 1, pixel_aspect: 1 });
  }

  open(picture) {
    this.scene = picture;
    this.centre = [picture.width / 2, picture.height / 2];
  }

  // What the server is asked for: the whole at so many columns, or a piece.
  question() {
    const ratio = window.devicePixelRatio;
    const { width, height, pixel_aspect: aspect } = this.scene;
    const room = [this.stage.clientWidth * ratio, this.stage.clientHeight * ratio];
    if (!this.zoom) {
      const shown = Math.min(room[0], (room[1] * width * aspect) / height, width * aspect);
      return { width: Math.max(16, Math.min(width, 4096, Math.round(shown / aspect))) };
    }
    const piece = [
      Math.min(width, Math.max(1, Math.floor(room[0] / this.zoom / aspect))),
      Math.min(height, Math.max(1, Math.floor(room[1] / this.zoom))),
    ];
    const corner = piece.map((size, axis) => {
      const all = axis ? height : width;
      return Math.max(0, Math.min(all - size, Math.round(this.centre[axis] - size / 2)));
    });
    return { crop: [...corner, ...piece] };
  }

  // Lay out a picture that answers a question: so large is it on the page.
  lay(question, { width, height }) {
    const ratio = window.devicePixelRatio;
    const aspect = this.scene.pixel_aspect;
    this.piece = question.crop ?? [0, 0, this.scene.width, this.scene.height];
    this.pixels = [width, height];
    let size = [(width * aspect * (this.zoom || 1)) / ratio, (height * (this.zoom || 1)) / ratio];
    if (!this.zoom) size[1] = (size[0] * this.scene.height) / (this.scene.width * aspect);
    [this.sheet.style.width, this.sheet.style.height] = size.map((side) => `${side}px`);
    this.sheet.classList.toggle("exact", this.zoom > 0);
    this.stage.classList.toggle("pans", this.zoom > 0);
    // Between two pixels of the screen a picture would be blurred.
    this.sheet.style.transform = "none";
    const { left, top } = this.sheet.getBoundingClientRect();
    const [right, down] = [left, top].map((at) => Math.round(at * ratio) / ratio - at);
    this.sheet.style.transform = `translate(${right}px, ${down}px)`;
  }

  // The place under a pointer; null outside.
  place(event) {
    const box = this.sheet.getBoundingClientRect();
    const share = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    if (!this.piece || share.some((one) => one < 0 || one >= 1)) return null;
    return share.map((one, axis) => this.piece[axis] + one * this.piece[axis + 2]);
  }

  // A place as a pixel of what is shown; null where that is outside.
  pixel(place) {
    const share = this.share(place);
    if (share.some((one) => one < 0 || one >= 1)) return null;
    return share.map((one, axis) => Math.floor(one * this.pixels[axis]));
  }

  share(place) {
    return place.map((one, axis) => (one - this.piece[axis]) / this.piece[axis + 2]);
  }

  // The place so many of the pixels shown away.
  step(place, [across, down]) {
    const far = [across, down].map((count, axis) => (count * this.piece[axis + 2]) / this.pixels[axis]);
    const ends = [this.scene.width, this.scene.height];
    return place.map((one, axis) => Math.max(0.5, Math.min(ends[axis] - 0.5, one + far[axis])));
  }

  pan(pixels) {
    const far = this.zoom / window.devicePixelRatio;
    this.centre = this.centre.map((one, axis) => {
      const half = this.piece[axis + 2] / 2;
      const all = axis ? this.scene.height : this.scene.width;
      return Math.max(half, Math.min(all - half, one - pixels[axis] / far));
    });
  }

  mark(cross, place) {
    const share = place && this.piece ? this.share(place) : [-1, -1];
    cross.hidden = share.some((one) => one < 0 || one > 1);
    [cross.style.left, cross.style.top] = share.map((one) => `${100 * one}%`);
  }
}
