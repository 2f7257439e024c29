// A vendor that takes messages over HTTP, for tests: it counts what it took, answers as told, and reports deliveries to
// the gateway's hook. Its interface is that of acme.yaml beside it, not of our client.
import http from 'node:http';
import { readFileSync } from 'node:fs';

export const ACME_PACK = readFileSync(new URL('./acme.yaml', import.meta.url), 'utf8');

export class Vendor {
  constructor() {
    this.taken = [];    // {id, number, to, text, headers} of every message taken, doubles included
    this.requests = 0;  // also those that were refused
    this.behave = () => ({});
  }

  async start() {
    this.server = http.createServer((request, answer) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => this.#serve(request, Buffer.concat(chunks), answer));
      request.on('error', () => {});
    });
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  // `behave` gives {status, headers, json} instead of success, `take: false` to lose the message, `cut: true` to break
  // the connection instead of answering, `wait`: a promise before the answer.
  async #serve(request, body, answer) {
    this.requests++;
    const message = JSON.parse(body.toString());
    const how = this.behave(message, request) ?? {};
    const status = how.status ?? 201;
    const id = `V${this.requests}`;
    if (how.take ?? status === 201) this.taken.push({ id, ...message, headers: request.headers, url: request.url });
    await how.wait;
    if (how.cut) return request.socket.destroy();
    answer.writeHead(status, { 'Content-Type': 'application/json', ...how.headers });
    answer.end(JSON.stringify(how.json ?? { id }));
  }
}

// The body of a delivery report to the hook.
export const report = (id, status = 'delivered') => ({ type: 'report', id, status, at: new Date().toISOString() });
