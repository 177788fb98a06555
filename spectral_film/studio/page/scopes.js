// Waveform and vectorscope of the codes that are shown.

const SIDE = 256;
// Luma of Rec.709 codes and its colour differences, ITU-R BT.709.
const LUMA = [0.2126, 0.7152, 0.0722];
const [BLUE, RED] = [1 / 1.8556, 1 / 1.5748];
const BRIGHT = 0.55; // of a count, so that what is rare is seen beside what is common
const SKIN = (123 * Math.PI) / 180; // where the hue of skin lies, whatever its colour

export function waveform(canvas, { data, width, height }) {
  const counts = [0, 1, 2].map(() => new Float32Array(SIDE * SIDE));
  for (let y = 0; y < height; y += 2) {
    for (let x = 0, at = 4 * y * width; x < width; x += 1, at += 4) {
      const column = ((x * SIDE) / width) | 0;
      for (let c = 0; c < 3; c += 1) counts[c][(255 - data[at + c]) * SIDE + column] += 1;
    }
  }
  const pixels = light(counts, (height / 2) * (width / SIDE));
  const context = canvas.getContext("2d");
  context.putImageData(pixels, 0, 0);
  context.fillStyle = "#ffffff30";
  for (const level of [0, 0.25, 0.5, 0.75, 1]) context.fillRect(0, Math.round(level * (SIDE - 1)), SIDE, 1);
}

export function vectorscope(canvas, { data, width, height }) {
  const count = new Float32Array(SIDE * SIDE);
  for (let y = 0; y < height; y += 2) {
    for (let x = 0, at = 4 * y * width; x < width; x += 2, at += 8) {
      const [across, up] = chroma(data[at] / 255, data[at + 1] / 255, data[at + 2] / 255);
      count[row(up) * SIDE + column(across)] += 1;
    }
  }
  const context = canvas.getContext("2d");
  context.putImageData(light([count, count, count], (width * height) / 800), 0, 0);
  context.strokeStyle = context.fillStyle = "#ffffff90";
  context.lineWidth = 1;
  context.beginPath();
  context.arc(SIDE / 2, SIDE / 2, SIDE / 2 - 1, 0, 2 * Math.PI);
  context.moveTo(SIDE / 2, SIDE / 2);
  context.lineTo(column(Math.cos(SKIN) / 2), row(Math.sin(SKIN) / 2));
  context.stroke();
  const bars = { R: [1, 0, 0], Y: [1, 1, 0], G: [0, 1, 0], C: [0, 1, 1], B: [0, 0, 1], M: [1, 0, 1] };
  context.font = "10px sans-serif";
  for (const [name, bar] of Object.entries(bars)) {
    const [across, up] = chroma(...bar.map((one) => 0.75 * one));
    context.strokeRect(column(across) - 4, row(up) - 4, 8, 8);
    context.fillText(name, column(across) + 6, row(up) + 4);
  }
}

function chroma(red, green, blue) {
  const luma = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue;
  return [(blue - luma) * BLUE, (red - luma) * RED];
}

const column = (across) => Math.max(0, Math.min(SIDE - 1, Math.round((0.5 + across) * (SIDE - 1))));
const row = (up) => Math.max(0, Math.min(SIDE - 1, Math.round((0.5 - up) * (SIDE - 1))));

function light(counts, full) {
  const pixels = new ImageData(SIDE, SIDE);
  for (let at = 0; at < SIDE * SIDE; at += 1) {
    for (let c = 0; c < 3; c += 1) pixels.data[4 * at + c] = 255 * Math.min(1, ((12 * counts[c][at]) / full) ** BRIGHT);
    pixels.data[4 * at + 3] = 255;
  }
  return pixels;
}
