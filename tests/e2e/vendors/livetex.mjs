// LiveTex's Web API, as far as chats/list and its token go. Written from the machine-readable description of v2
// (splusminusx/api-schema-tools) and LiveTex/support; chat.md, section 3.4. How `q` names a range is believed.
import { createServer } from 'node:http';

const MOST = 100;

const moscow = (date) => new Date(date.getTime() + 3 * 3600_000).toISOString().slice(0, 19);

export class LiveTexServer {
  constructor(login, password) {
    Object.assign(this, { login, password, chats: [], tokens: new Set(), asked: [], tokensGiven: 0, lifetime: 3600 });
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (bytes) => { body += bytes; });
      request.on('end', () => this.#serve(request, body, response));
    });
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

  chat(id, begun, words, more = {}) {
    this.chats.push({ id, begun, is_closed: true, result: 'completed', created_at: moscow(begun), updated_at: moscow(new Date(begun.getTime() + 60_000)),
      message_count: 1, visitor: { id: `v${id}`, name: `Visitor ${id}`, visit_count: 3 }, conversation: { id: 900_000 + id },
      messages: [{ id: id * 10, text: words, created_at: moscow(begun), is_delivered: true, visitor: { id: `v${id}` } }], events: [], ...more });
  }

  revoke() { this.tokens.clear(); }

  #answer(response, status, body) {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  #serve(request, body, response) {
    const url = new URL(request.url, 'http://x');
    if (url.pathname === '/oauth2/token') return this.#token(new URLSearchParams(body), response);
    if (!this.tokens.has((request.headers.authorization ?? '').replace(/^Bearer /, ''))) return this.#answer(response, 401, { error: 'invalid_token' });
    if (url.pathname !== '/chats/list') return this.#answer(response, 404, { error: 'not found' });
    this.asked.push(Object.fromEntries(url.searchParams));
    return this.#list(url.searchParams, response);
  }

  // Resource owner password credentials (RFC 6749, 4.3); the answer is wrapped in `results`.
  #token(form, response) {
    const good = form.get('grant_type') === 'password' && form.get('username') === this.login && form.get('password') === this.password;
    if (!good) return this.#answer(response, 401, { error: 'invalid_grant', error_description: 'wrong login or password' });
    const token = `tok-${++this.tokensGiven}-secret`;
    this.tokens.add(token);
    return this.#answer(response, 200, { results: { access_token: token, token_type: 'bearer', expires_in: this.lifetime } });
  }

  #list(query, response) {
    const range = /^created_at:\[([^,]+),([^\]]+)\]$/.exec(query.get('q') ?? '');
    const found = this.chats.filter((chat) => !range || (chat.begun >= new Date(range[1]) && chat.begun <= new Date(range[2])));
    found.sort((a, b) => a.begun - b.begun);
    const offset = Number(query.get('offset') ?? 0);
    const fields = (query.get('fields') ?? '').split(',');
    const page = found.slice(offset, offset + Math.min(Number(query.get('limit') ?? 50), MOST)).map(({ begun, ...chat }) =>
      // "fields must name messages, events, conversation, visitor to get them"
      Object.fromEntries(Object.entries(chat).filter(([name]) => !['messages', 'events', 'conversation', 'visitor'].includes(name) || fields.includes(name))));
    this.#answer(response, 200, { total: found.length, results: page });
  }
}
