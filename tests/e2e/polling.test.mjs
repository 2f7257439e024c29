// Vendors that are asked: pages, cursors over kills, holes, tokens, throttling, backfill; and `tandem check --connect`.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { BINARY, Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';
import { LiveTexServer } from './vendors/livetex.mjs';
import { MatrixServer } from './vendors/matrix.mjs';

const run = promisify(execFile);
const READ = 'read-token-0123456789abcdef';
const ADMIN = 'admin-token-0123456789abcdef';

const head = `
gateway: { listen: 127.0.0.1:0, data: ./data, public_url: "https://gw.example.test" }
api:
  tokens:
    - { name: reader, secret: ${READ}, scopes: [read] }
    - { name: ops, secret: ${ADMIN}, scopes: [read, write, admin] }
connectors:
`;

async function items(gateway, point) {
  const answer = await gateway.get(`/v1/customers?point=${encodeURIComponent(point)}`, READ);
  if (!answer.ok) return [];
  const { id } = await answer.json();
  const found = [];
  for (let before = ''; ;) {
    const page = await gateway.json(`/v1/customers/${id}/timeline?limit=100${before && `&before=${encodeURIComponent(before)}`}`, READ);
    found.push(...page.items);
    if (!page.next) return found;
    before = page.next;
  }
}

const bodies = (list) => list.map((item) => item.text).sort();

async function connector(gateway, name) {
  const { items: list } = await gateway.json('/v1/connectors', ADMIN);
  return list.find((one) => one.name === name);
}

describe('Matrix by /sync', () => {
  const ann = 'matrix:%40ann%3Asim.example';
  const folder = temporaryFolder();
  let server;
  let gateway;

  before(async () => {
    server = await new MatrixServer('matrix-access-token').start();
    server.say('r', '@ann:sim.example', 'm1');
    gateway = await new Gateway(folder, `${head}
  - { name: matrix, pack: matrix, settings: { receive_by: sync, homeserver_url: "${server.url}", access_token: "\${env:MATRIX_TOKEN}", own_users: "^@desk:" } }
`, { MATRIX_TOKEN: 'matrix-access-token' }).start();
  });
  after(async () => {
    await gateway.stop();
    server.stop();
  });

  const arrives = (count) => eventually(async () => {
    const found = await items(gateway, ann);
    return found.length >= count ? found : undefined;
  }, `${count} messages; ${gateway.log}`);

  test('what is in the rooms and what is said later arrives', async () => {
    await arrives(1);
    server.say('r', '@ann:sim.example', 'm2');
    server.say('r', '@desk:sim.example', 'ours');
    assert.deepEqual(bodies(await arrives(2)).filter((text) => text !== 'ours'), ['m1', 'm2']);
  });

  test('after a kill and a long silence the hole is filled, nothing is lost or doubled', async () => {
    await gateway.stop('SIGKILL');
    for (let i = 3; i <= 45; ++i) server.say('r', '@ann:sim.example', `m${i}`);
    const asked = server.requests.length;
    await gateway.start();
    const expected = Array.from({ length: 45 }, (_, i) => `m${i + 1}`).sort();
    const found = await arrives(45);
    assert.deepEqual(bodies(found).filter((text) => text !== 'ours'), expected);
    const since = server.requests.slice(asked);
    assert.match(since[0], /sync\?since=s\d+/, 'it goes on where it was');
    assert.ok(since.filter((path) => path.includes('/messages')).length >= 3, 'page by page');
  });

  test('kills at any moment lose nothing', async () => {
    let said = 45;
    for (let round = 0; round < 6; ++round) {
      for (let i = 0; i < 25; ++i) server.say('r', '@ann:sim.example', `m${++said}`);
      await new Promise((resolve) => setTimeout(resolve, round * 7));
      await gateway.stop('SIGKILL');
      await gateway.start();
    }
    const found = await arrives(said);
    assert.deepEqual(bodies(found).filter((text) => text !== 'ours'), Array.from({ length: said }, (_, i) => `m${i + 1}`).sort());
  });

  test('a server that throttles is waited for, and it shows', async () => {
    server.refuse = Array.from({ length: 2 }, () => ({ status: 429, errcode: 'M_LIMIT_EXCEEDED', more: { retry_after_ms: 1 } }));
    server.say('r', '@ann:sim.example', 'ends the request that waits');
    await eventually(async () => (await connector(gateway, 'matrix')).state === 'degraded', 'degraded');
    assert.match((await connector(gateway, 'matrix')).detail, /poll sync: refused; again at /);
    server.say('r', '@ann:sim.example', 'patience');
    await eventually(async () => (await connector(gateway, 'matrix')).state === 'ready', 'ready again');
    await eventually(async () => bodies(await items(gateway, ann)).includes('patience'), 'the message');
  });

  test('the token is nowhere in log, journal or store', async () => {
    const { stdout } = await run('grep', ['-rlc', 'matrix-access-token', join(folder, 'data')]).catch((error) => error);
    assert.equal(stdout, '');
    assert.ok(!gateway.log.includes('matrix-access-token'));
  });
});

describe('LiveTex Web API', () => {
  const folder = temporaryFolder();
  const now = Date.now();
  const hour = 3600_000;
  let server;
  let gateway;

  before(async () => {
    server = await new LiveTexServer('admin@acme.example', 'livetex-password').start();
    for (let i = 1; i <= 150; ++i) server.chat(i, new Date(now - 2 * hour - i * 1000), `today ${i}`);
    server.chat(900, new Date(now - 60 * hour), 'two days ago', {
      conversation: { id: 7, entry_page: 'https://shop.example/?utm_source=yandex&utm_campaign=spring', ext_referer: 'https://ya.ru/', search_query: 'red shoes' },
    });
    server.chat(901, new Date(now - 200 * hour), 'too long ago');
    gateway = await new Gateway(folder, `${head}
  - { name: livetex, pack: livetex, options: { backfill_days: 3, poll_every: 1s },
      settings: { account: acme, login: admin@acme.example, password: "\${env:LIVETEX}", web_api: "${server.url}" } }
`, { LIVETEX: 'livetex-password' }).start();
  });
  after(async () => {
    await gateway.stop();
    server.stop();
  });

  const chat = (id) => eventually(async () => (await items(gateway, `webchat:livetex%3Aacme:v${id}`))[0], `chat ${id}; ${gateway.log}`);

  test('all pages of the first window', async () => {
    assert.equal((await chat(1)).text, 'today 1');
    assert.equal((await chat(150)).text, 'today 150');
    assert.equal(server.asked.find((one) => one.offset === '100') !== undefined, true);
  });

  test('the past, with the context of the visitor, as far back as was asked', async () => {
    const { id } = await chat(900);
    const { document: old } = await gateway.json(`/v1/interactions/${id}`, READ);
    assert.equal(old.visitor.search_query, 'red shoes');
    assert.equal(old.visitor.utm_from_url.source, 'yandex');
    await eventually(() => gateway.log.includes('backfill is complete'), 'the end of the backfill');
    assert.deepEqual(await items(gateway, 'webchat:livetex%3Aacme:v901'), []);
  });

  test('a revoked token is replaced, and what is new arrives', async () => {
    assert.equal(server.tokensGiven, 1, 'live runs and backfill share one');
    server.revoke();
    server.chat(1000, new Date(), 'just now');
    assert.equal((await chat(1000)).text, 'just now');
    assert.equal(server.tokensGiven, 2);
    assert.ok(!gateway.log.includes('tok-1-secret'));
  });

  test('the past is read once', async () => {
    await gateway.stop('SIGKILL');
    const asked = server.asked.length;
    await gateway.start();
    server.chat(1001, new Date(), 'after the restart');
    await chat(1001);
    const edge = now - 48 * hour;
    assert.deepEqual(server.asked.slice(asked).filter(({ q }) => new Date(/\[([^,]+),/.exec(q)[1]).getTime() < edge), []);
  });
});

describe('tandem check --connect', () => {
  const folder = temporaryFolder();
  const config = join(folder, 'tandem.yaml');
  let matrix;
  let livetex;

  before(async () => {
    matrix = await new MatrixServer('right').start();
    livetex = await new LiveTexServer('admin', 'right').start();
    writeFileSync(config, `${head}
  - { name: good, pack: matrix, settings: { receive_by: sync, homeserver_url: "${matrix.url}", access_token: "\${env:RIGHT}" } }
  - { name: bad, pack: matrix, settings: { receive_by: sync, homeserver_url: "${matrix.url}", access_token: "\${env:WRONG}" } }
  - { name: chats, pack: livetex, settings: { login: admin, password: "\${env:WRONG}", web_api: "${livetex.url}" } }
  - { name: silent, pack: kannel }
`);
  });
  after(() => {
    matrix.stop();
    livetex.stop();
  });

  const check = (...names) => run(BINARY, ['check', config, '--connect', ...names], { env: { ...process.env, RIGHT: 'right', WRONG: 'wrong' } })
    .then(({ stdout }) => ({ code: 0, stdout }), ({ code, stdout, stderr }) => ({ code, stdout, stderr }));

  test('says for each instance what came of it', async () => {
    const { code, stdout } = await check();
    const lines = stdout.trim().split('\n').slice(1);
    assert.deepEqual(lines, [
      'good (matrix): ok, @desk:sim.example',
      'bad (matrix): failed, auth: Unrecognised access token',
      'chats (livetex): failed, auth: asking for a token: wrong login or password',
      'silent (kannel): not tried: the pack has no harmless call for this',
    ]);
    assert.equal(code, 1);
  });

  test('tries only those that are named', async () => {
    const { code, stdout } = await check('good');
    assert.match(stdout, /^good \(matrix\): ok/m);
    assert.doesNotMatch(stdout, /bad|silent/);
    assert.equal(code, 0);
    const unknown = await check('nobody');
    assert.match(unknown.stderr, /there is no connector 'nobody'/);
    assert.equal(unknown.code, 2);
  });

  test('a poll that lacks a setting is an error of the configuration', async () => {
    writeFileSync(config, `${head}
  - { name: half, pack: matrix, settings: { receive_by: sync, homeserver_url: "https://matrix.example" } }
  - { name: none, pack: matrix, settings: { receive_by: sync } }
`);
    const { code, stderr } = await check();
    assert.match(stderr, /connectors\[0\]\.settings: poll sync cannot ask: the setting 'access_token' is needed/);
    assert.match(stderr, /connectors\[1\]\.settings: poll sync cannot ask: poll\[0\]\.request\.url: /);
    assert.equal(code, 1);
  });
});

test('tandem map --page shows what a page becomes and where the poll goes on', async () => {
  const folder = temporaryFolder();
  const page = join(folder, 'page.json');
  const settings = join(folder, 'settings.yaml');
  writeFileSync(page, JSON.stringify({ ok: true, result: [{ update_id: 9, message: { message_id: 1, date: 1763640000, chat: { id: 5, type: 'private' }, from: { id: 5, first_name: 'Ann' }, text: 'hello' } }] }));
  writeFileSync(settings, '{ token: "1:secret", bot: acme }');
  const { stdout } = await run(BINARY, ['map', 'telegram', '--page', page, '--cursor', '9', '--settings', settings]);
  const shown = JSON.parse(stdout);
  assert.equal(shown.request.url, 'https://api.telegram.org/bot***/getUpdates?offset=9&timeout=50');
  assert.equal(shown.cursor, 10);
  assert.equal(shown.keep, true);
  assert.equal(shown.records[0].snapshot.messages[0].body, 'hello');
  await assert.rejects(run(BINARY, ['map', 'kannel', '--page', page]), /polls nothing/);
});
