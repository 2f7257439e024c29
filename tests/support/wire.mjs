// A cable between a gateway and a server, for many connections at once, that a test can cut.
import { connect, createServer } from 'node:net';

export class Wire {
  #server;
  #pairs = new Set();
  #fuse = null;

  async start(target) {
    this.accepted = 0;
    this.#server = createServer((client) => this.#join(client, connect(target, '127.0.0.1')));
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = this.#server.address().port;
    return this;
  }

  stop() {
    this.cut();
    this.#server.close();
  }

  // All connections are lost.
  cut() {
    for (const end of this.#pairs) end();
  }

  // All connections are lost, and the next one will be: after so many `lines` of the server, with `half` in the midst of
  // the line after them; or after so many `octets`.
  cutNext({ lines = Infinity, half = false, octets = Infinity }) {
    this.#fuse = { lines, half, octets, lit: false, burnt: false };
    this.cut();
  }

  // Whether that has happened.
  get burnt() { return this.#fuse.burnt; }

  #join(client, server) {
    this.accepted++;
    const fuse = this.#fuse && !this.#fuse.lit ? this.#fuse : null;
    if (fuse) fuse.lit = true;
    const end = () => { client.destroy(); server.destroy(); this.#pairs.delete(end); };
    this.#pairs.add(end);
    client.on('data', (octets) => server.write(octets));
    server.on('data', (octets) => {
      const pass = fuse ? burn(fuse, octets) : octets.length;
      if (!fuse?.burnt) return client.write(octets);
      client.write(octets.subarray(0, pass), end);
    });
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
  }
}

// How many of the octets still pass.
function burn(fuse, octets) {
  if (fuse.octets <= octets.length) {
    fuse.burnt = true;
    return fuse.octets;
  }
  fuse.octets -= octets.length;
  let at = 0;
  while (fuse.lines > 0) {
    const end = octets.indexOf(10, at);
    if (end < 0) return octets.length;
    at = end + 1;
    fuse.lines--;
  }
  if (fuse.half && at === octets.length) return at;
  fuse.burnt = true;
  const rest = octets.indexOf(10, at);
  return fuse.half ? at + Math.ceil(((rest < 0 ? octets.length : rest) - at) / 2) : at;
}
