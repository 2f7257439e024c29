// Files of messages: fetched from where the vendor keeps them, kept once, shown and served; and never from our own
// network, never with our token to strangers, and never lost by a kill.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';

const TOKEN = 'media-token-0123456789abcdef';
const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(3000, 7)]);
const PACK = `
pack: filer
version: 1
title: Filer
settings:
  api_url: { type: string, required: true }
  key: { type: secret, required: true }
media:
  prefix: "filer:"
  hosts: $settings.api_url
  auth: { scheme: bearer, secret: key }
  resolve:
    request: { url: "join('/', [$settings.api_url, 'where', $media.id])", auth: { scheme: bearer, secret: key } }
    response: { url: body.url }
receive:
  decode: json
  records:
    - let: { at: "'2026-11-20T12:00:00Z'" }
      rules:
        - name: message
          when: id
          snapshot:
            namespace: "'filer'"
            external_id: id
            rev: "rev || \`1\`"
            channel: "'messenger'"
            direction: "'inbound'"
            state: "'closed'"
            started_at: $at
            parties: [ { no: "\`0\`", role: "'customer'", contact_points: [ { scheme: "'tel'", value: from, verified: "'vendor'" } ] } ]
            attachments:
              - { $each: files, external_id: name, kind: kind, filename: name, url: url }
`;

// Keeps files, and remembers who asked for what.
class Files {
  constructor() { this.asked = []; this.serve = {}; }
  async start() {
    this.server = http.createServer((request, answer) => {
      this.asked.push({ path: request.url, authorization: request.headers.authorization });
      const how = this.serve[request.url];
      if (!how) { answer.writeHead(404); return answer.end(); }
      how(request, answer);
    });
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }
  file(path, bytes, type) {
    this.serve[path] = (_, answer) => { answer.writeHead(200, { 'Content-Type': type }); answer.end(bytes); };
    return this.url + path;
  }
  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

let vendor;
let stranger;
let gateway;
const configuration = () => `
gateway: { listen: 127.0.0.1:0, data: ./data, public_url: "https://gw.example.test", packs: ./packs, media: { max_size: 64KiB, reserve: 0B, allow: [127.0.0.1/32] } }
api: { tokens: [ { name: desk, secret: "\${env:TOKEN}", scopes: [read, admin, pop] } ] }
connectors:
  - { name: chat, pack: filer, settings: { api_url: "${vendor.url}", key: "\${env:KEY}" } }
`;

let messages = 0;
async function arrives(files, from = '+79161110001') {
  const id = `m-${++messages}`;
  const body = JSON.stringify({ id, from, files });
  const answer = await fetch(`${gateway.url}/hooks/chat`, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
  assert.equal(answer.status, 200);
  return from;
}

async function newest(from) {
  const found = await gateway.get(`/v1/customers?point=${encodeURIComponent(`tel:${from}`)}`, TOKEN);
  if (found.status !== 200) return undefined;
  const customer = await found.json();
  const page = await gateway.json(`/v1/customers/${customer.id}/timeline`, TOKEN);
  return page.items[0];
}

const settled = (from) => eventually(async () => {
  const item = await newest(from);
  const states = item?.attachments.map((one) => one.media?.state) ?? [];
  return states.length > 0 && states.every((state) => state === 'stored' || state === 'failed') ? item : undefined;
}, `the files of ${from} are settled`);

function filesOnDisk() {
  const root = join(gateway.folder, 'data', 'media');
  return readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => entry.name);
}

before(async () => {
  vendor = await new Files().start();
  stranger = await new Files().start();
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'packs'));
  writeFileSync(join(folder, 'packs', 'filer.yaml'), PACK);
  gateway = await new Gateway(folder, configuration(), { TOKEN, KEY: 'filer-key' }).start();
});
after(async () => {
  const end = await gateway.stop();
  await vendor.stop();
  await stranger.stop();
  assert.equal(end.code, 0, gateway.log);
});

describe('a file', () => {
  test('is fetched with the credentials, kept by its hash, and served safely', async () => {
    const from = await arrives([{ name: 'cat.png', kind: 'image', url: vendor.file('/cat', PNG, 'image/png') }]);
    const { attachments: [cat] } = await settled(from);
    assert.equal(cat.media.state, 'stored', JSON.stringify(cat));
    const sha512 = createHash('sha512').update(PNG).digest('hex');
    assert.equal(cat.media.sha512, sha512);
    assert.equal(cat.media.size, PNG.length);
    assert.equal(vendor.asked.find((one) => one.path === '/cat').authorization, 'Bearer filer-key');
    assert.deepEqual(filesOnDisk(), [sha512]);

    assert.equal((await gateway.get(cat.media.href)).status, 401);
    const served = await gateway.get(cat.media.href, TOKEN);
    assert.equal(served.status, 200);
    assert.deepEqual(Buffer.from(await served.arrayBuffer()), PNG);
    assert.equal(served.headers.get('content-type'), 'image/png');
    assert.equal(served.headers.get('content-disposition'), "attachment; filename*=UTF-8''cat.png");
    assert.equal(served.headers.get('x-content-type-options'), 'nosniff');
    assert.match(served.headers.get('content-security-policy'), /sandbox/);
    assert.equal((await gateway.get(`/v1/media/${'0'.repeat(128)}`, TOKEN)).status, 404);
    assert.equal((await gateway.get('/v1/media/..%2Fstore.db', TOKEN)).status, 400);

    const page = await (await gateway.get(`/pop?point=${encodeURIComponent(`tel:${from}`)}`, TOKEN)).text();
    assert.match(page, new RegExp(`<img[^>]*src="pop/media/${sha512}"`));
    const shown = await gateway.get(`/pop/media/${sha512}`, TOKEN);
    assert.match(shown.headers.get('content-disposition'), /^inline/);
  });

  test('that somebody sends again is kept once', async () => {
    const from = await arrives([{ name: 'same.png', kind: 'image', url: vendor.file('/same', PNG, 'image/png') }], '+79161110002');
    const { attachments: [same] } = await settled(from);
    assert.equal(same.media.state, 'stored');
    assert.equal(filesOnDisk().length, 1);
  });

  test('that has a name only is looked up; elsewhere no token goes along', async () => {
    const there = stranger.file('/signed', PNG, 'image/png');
    vendor.serve['/where/7'] = (_, answer) => answer.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ url: there }));
    const from = await arrives([{ name: 'x.png', kind: 'image', url: 'filer:7' }], '+79161110003');
    const { attachments: [one] } = await settled(from);
    assert.equal(one.media.state, 'stored', JSON.stringify(one));
    assert.equal(vendor.asked.at(-1).authorization, 'Bearer filer-key');
    assert.equal(stranger.asked.at(-1).authorization, undefined);
  });

  test('that cannot be kept says why', async () => {
    const big = vendor.url + '/big';
    vendor.serve['/big'] = (_, answer) => {
      answer.writeHead(200, { 'Content-Type': 'image/png' });
      answer.on('error', () => {});
      answer.write(PNG);
      answer.end(Buffer.alloc(100_000, 1));
    };
    vendor.serve['/away'] = (_, answer) => answer.writeHead(302, { Location: 'http://127.0.0.2:9/' }).end();
    const from = await arrives([
      { name: 'big.png', kind: 'image', url: big },
      { name: 'gone.png', kind: 'image', url: vendor.url + '/gone' },
      { name: 'page.png', kind: 'image', url: vendor.file('/page', '<!doctype html><title>Log in</title>', 'text/html') },
      { name: 'inside.png', kind: 'image', url: 'http://127.0.0.2:9/x' },
      { name: 'away.png', kind: 'image', url: vendor.url + '/away' },
    ], '+79161110004');
    const { attachments } = await settled(from);
    const why = Object.fromEntries(attachments.map((one) => [one.name, [one.media.state, one.media.code]]));
    assert.deepEqual(why, {
      'big.png': ['failed', 'too_large'],
      'gone.png': ['failed', '404'],
      'page.png': ['failed', 'wrong_type'],
      'inside.png': ['failed', 'address'],
      'away.png': ['failed', 'address'],
    });
    const metrics = await (await gateway.get('/metrics', TOKEN)).text();
    assert.match(metrics, /tandem_media_failed 5\n/);
    assert.match(metrics, /tandem_media_files 1\n/);
  });

  test('on its way when the process is killed is fetched by the next', async () => {
    let asked;
    const came = new Promise((resolve) => { asked = resolve; });
    vendor.serve['/slow'] = (request) => { request.socket.on('error', () => {}); asked(); };
    const from = await arrives([{ name: 'slow.png', kind: 'image', url: vendor.url + '/slow' }], '+79161110005');
    await came;
    await gateway.stop('SIGKILL');
    const bytes = Buffer.concat([PNG, Buffer.from('slow')]);
    vendor.file('/slow', bytes, 'image/png');
    await gateway.start();
    const { attachments: [one] } = await settled(from);
    assert.equal(one.media.state, 'stored');
    assert.equal(filesOnDisk().length, 2);
  });
});
