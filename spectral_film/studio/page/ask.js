// What the page asks of its server; everything lies under the token in the address.

export class Refused extends Error {}

export async function ask(name, question) {
  const answer = await send(name, question);
  return answer.json();
}

export async function picture(name, question) {
  const answer = await send(name, question);
  const told = JSON.parse(answer.headers.get("Rendering"));
  const pixels = new Uint8ClampedArray(await answer.arrayBuffer());
  return { ...told, image: new ImageData(pixels, told.width, told.height) };
}

export async function put(file, first) {
  const place = `drop/${encodeURIComponent(file.name)}${first ? "?first=1" : ""}`;
  await checked(await fetch(place, { method: "PUT", body: file }));
}

export async function cancel() {
  await checked(await fetch("order", { method: "DELETE" }));
}

// Windows of one studio share what is open: a question says which picture it is about.
let opened = null;
export function about(number) {
  opened = number;
}

// A question that a newer one overtook is asked again: only the newest is ever asked here, so
// another window of the same studio had its turn.
async function send(name, question) {
  const asked = name === "open" ? question : { opened, ...question };
  const how = question && { method: "POST", body: JSON.stringify(asked) };
  for (;;) {
    const answer = await fetch(name, how);
    if (answer.status !== 409) return checked(answer);
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function checked(answer) {
  if (answer.ok) return answer;
  if (answer.status === 400) throw new Refused((await answer.json()).error);
  const said = { 413: "that is too large to be sent; open it by its path", 503: "too much is asked at once" };
  throw new Refused(said[answer.status] ?? `the studio answered ${answer.status}`);
}
