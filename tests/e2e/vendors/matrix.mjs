// A Matrix home server, as far as somebody who reads rooms can see it. Written from the client-server API, version 1.12:
// /sync (section "Syncing"), /rooms/{roomId}/messages ("Syncing", room_event_filter), standard error response, whoami.
import { createServer } from 'node:http';

const TIMELINE = 10;  // events of a room in one sync before it is `limited`
const PAGE = 10;      // "The server may choose a smaller limit than the client asks for"

export class MatrixServer {
  constructor(token) {
    this.token = token;
    this.user = '@desk:sim.example';
    this.events = [];  // {position, room, event}
    this.waiting = new Set();
    this.requests = [];
    this.refuse = [];  // answers that the next requests get instead
    this.server = createServer((request, response) => this.#serve(request, response));
  }

  async start() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  // A message of somebody in a room.
  say(room, sender, body, more = {}) {
    const position = this.events.length + 1;
    const event = { event_id: `$${room}-${position}`, type: 'm.room.message', sender, origin_server_ts: 1_790_000_000_000 + position * 1000,
      content: { msgtype: 'm.text', body }, ...more };
    this.events.push({ position, room: `!${room}:sim.example`, event });
    for (const wake of this.waiting) wake();
    return event.event_id;
  }

  #error(response, status, errcode, error, more = {}) {
    this.#answer(response, status, { errcode, error, ...more });
  }

  #answer(response, status, body) {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  async #serve(request, response) {
    const url = new URL(request.url, 'http://x');
    this.requests.push(url.pathname + url.search);
    const refusal = this.refuse.shift();
    if (refusal) return this.#error(response, refusal.status, refusal.errcode, 'refused', refusal.more);
    if (request.headers.authorization !== `Bearer ${this.token}`) return this.#error(response, 401, 'M_UNKNOWN_TOKEN', 'Unrecognised access token');
    const messages = /^\/_matrix\/client\/v3\/rooms\/([^/]+)\/messages$/.exec(url.pathname);
    if (url.pathname === '/_matrix/client/v3/account/whoami') return this.#answer(response, 200, { user_id: this.user });
    if (url.pathname === '/_matrix/client/v3/sync') return this.#sync(url.searchParams, response);
    if (messages) return this.#messages(decodeURIComponent(messages[1]), url.searchParams, response);
    return this.#error(response, 404, 'M_UNRECOGNIZED', 'Unrecognized request');
  }

  // Blocks until there is something new or the timeout passes; at once without `since`.
  async #sync(query, response) {
    const since = query.has('since') ? Number(query.get('since').slice(1)) : 0;
    if (query.has('since') && this.events.length <= since) {
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, Number(query.get('timeout') ?? 0));
        const wake = () => { clearTimeout(timer); resolve(); };
        this.waiting.add(wake);
        response.on('close', wake);
      });
      this.waiting.clear();
      if (response.destroyed) return;
    }
    const join = {};
    for (const { position, room, event } of this.events.filter((one) => one.position > since)) {
      join[room] ??= { timeline: { events: [], limited: false }, ephemeral: { events: [] }, state: { events: [] } };
      join[room].timeline.events.push({ position, event });
    }
    for (const { timeline } of Object.values(join)) {
      timeline.limited = timeline.events.length > TIMELINE;
      timeline.events = timeline.events.slice(-TIMELINE);
      // "A token that can be supplied to the from parameter of the /rooms/<room_id>/messages endpoint"
      timeline.prev_batch = `t${timeline.events[0].position - 1}`;
      timeline.events = timeline.events.map((one) => one.event);
    }
    this.#answer(response, 200, { next_batch: `s${this.events.length}`, rooms: { join } });
  }

  // dir=b: from `from` backwards, "to: the token to stop returning events at".
  #messages(room, query, response) {
    if (query.get('dir') !== 'b') return this.#error(response, 400, 'M_INVALID_PARAM', 'dir');
    const from = Number(query.get('from').slice(1));
    const to = query.has('to') ? Number(query.get('to').slice(1)) : 0;
    const limit = Math.min(Number(query.get('limit') ?? 10), PAGE);
    const left = this.events.filter((one) => one.room === room && one.position <= from && one.position > to).reverse();
    const chunk = left.slice(0, limit);
    const answer = { start: query.get('from'), chunk: chunk.map(({ event }) => ({ ...event, room_id: room })) };
    // "If no further events are available, this property is omitted"
    if (left.length > limit) answer.end = `t${chunk.at(-1).position - 1}`;
    this.#answer(response, 200, answer);
  }
}
