// What who runs the gateway does at its side: looks at what is put aside and at what happens, corrects a setting and
// maps the past again.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { BINARY, Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';

const run = promisify(execFile);
const ADMIN = 'admin-token-0123456789abcdef';
const env = { ADMIN_TOKEN: ADMIN, WORD: 'a shared word' };
const BAD = 60;
const LONG = 'ж'.repeat(3000);

const PACK = `
pack: desk
version: 1
title: Notes of a desk
settings:
  token: { type: secret, required: true, help: "Shared word" }
  own: { type: list, default: [], help: "Who writes for us" }
receive:
  verify: [ { scheme: token, header: X-Desk, secret: token } ]
  decode: json
  records:
    - rules:
        - name: read
          when: "kind == 'read'"
          receipt: { namespace: "'desk'", external_id: id, status: "'read'", at: at }
        - name: note
          snapshot:
            namespace: "'desk'"
            external_id: id
            channel: "'email'"
            direction: "mailbox_in(from, $settings.own) && 'outbound' || 'inbound'"
            state: "'closed'"
            started_at: at
            parties: [ { no: "\`0\`", role: "'customer'", contact_points: [ { scheme: "'mailto'", value: "mailbox_in(from, $settings.own) && to || from" } ] } ]
            messages: [ { external_id: id, sender: "\`0\`", author_kind: "'customer'", sent_at: at, body: text } ]
`;

function config(own) {
  return `
gateway: { listen: 127.0.0.1:0, data: ./data, packs: ./packs }
api: { tokens: [ { name: ops, secret: "\${env:ADMIN_TOKEN}", scopes: [read, admin] } ] }
connectors: [ { name: desk, pack: desk, settings: { token: "\${env:WORD}", own: [${own}] } } ]
`;
}

describe('who runs the gateway', () => {
  let gateway;
  const tool = (...words) => run(BINARY, [...words, '--config', gateway.config], { env: { ...process.env, ...env } });
  const post = (body) => fetch(`${gateway.url}/hooks/desk`, {
    method: 'POST', body: JSON.stringify(body), headers: { 'X-Desk': env.WORD, 'Content-Type': 'application/json' },
  });

  const timeline = async (address) => {
    const found = await gateway.get(`/v1/customers?point=mailto:${address}`, ADMIN);
    if (found.status === 404) return [];
    const { id } = await found.json();
    return (await gateway.json(`/v1/customers/${id}/timeline?limit=100`, ADMIN)).items;
  };

  before(async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'packs'));
    writeFileSync(join(folder, 'packs', 'desk.yaml'), PACK);
    gateway = await new Gateway(folder, config(''), env).start();
    const at = '2026-03-01T10:00:00Z';
    for (let i = 0; i < BAD; ++i) assert.equal((await post({ id: `bad${i}` })).status, 200);
    for (let i = 0; i < 20; ++i) {
      const [from, to] = i % 2 ? ['anna@customer.test', 'help@own.test'] : ['help@own.test', 'anna@customer.test'];
      assert.equal((await post({ id: `n${i}`, from, to, at, text: i === 7 ? LONG : `note ${i}` })).status, 200);
    }
    await post({ id: 'n2', kind: 'read', at: '2026-03-01T11:00:00Z' });
    await eventually(async () => (await timeline('anna@customer.test')).length + (await timeline('help@own.test')).length === 20,
      'what was posted');
  });
  after(() => gateway.stop());

  test('sees that the quarantine holds more than is listed, and the rest', async () => {
    const lines = (text) => text.split('\n').filter(Boolean);
    const first = await eventually(async () => {
      const listed = await tool('quarantine', 'list');
      return listed.stderr.includes('There are more') && listed;
    }, 'more than a page in quarantine');
    assert.equal(lines(first.stdout).length, 50);
    const [, before] = /There are more: --before (\d+) goes on behind these/.exec(first.stderr);
    assert.ok(lines(first.stdout).at(-1).startsWith(`${before}\t`));
    const rest = await eventually(async () => {
      const listed = await tool('quarantine', 'list', '--before', before);
      return lines(listed.stdout).length > 0 && listed;
    }, 'the next page');
    assert.equal(rest.stderr, '');
    const all = await tool('quarantine', 'list', '--limit', '1000');
    assert.equal(all.stderr, '');
    assert.equal(all.stdout, first.stdout + rest.stdout);
    assert.match((await tool('quarantine', 'list', '--before', '1')).stderr, /none before that/);
  });

  async function tailed(pattern, ...words) {
    const tail = spawn(BINARY, ['tail', '-n', '1000', ...words, '--config', gateway.config], { env: { ...process.env, ...env } });
    let said = '';
    tail.stdout.on('data', (bytes) => { said += bytes; });
    const ended = new Promise((resolve) => tail.on('exit', resolve));
    await eventually(() => pattern.test(said), 'the line');
    tail.kill('SIGINT');
    await ended;
    return pattern.exec(said);
  }

  test('sees the beginning of a long text in tail, and all of it when asked for', async () => {
    const [, shown] = await tailed(/email inbound: (ж.*)\n/);
    assert.equal(shown, `${'ж'.repeat(100)}… (5800 bytes more)`);
    const [, whole] = await tailed(/email inbound: (ж.*)\n/, '--whole');
    assert.equal(whole, LONG);
  });

  test('corrects a setting, is told what it changes, and gets that', async () => {
    writeFileSync(gateway.config, config('"@own.test"'));
    const counts = async (...words) => {
      const { stdout } = await tool('replay', '--pack', 'desk', '--json', ...words);
      const objects = stdout.trim().split('\n').map((line) => JSON.parse(line));
      const { dry_run, ...report } = objects.at(-1);
      return { report, items: objects.slice(0, -1) };
    };
    const tried = await counts('--dry-run');
    assert.equal(tried.report.changed, 10);
    const changed = tried.items.filter((item) => item.verdict === 'changed');
    assert.equal(changed.length, 10);
    assert.ok(changed[0].changes.some((one) => one.path === 'direction' && one.before === '"inbound"' && one.after === '"outbound"'));
    assert.ok(!existsSync(join(gateway.folder, 'data', 'dry-run')));
    const again = await counts('--dry-run');
    assert.deepEqual(again.report, tried.report, 'nothing was written');

    const done = await counts();
    assert.deepEqual(done.report, tried.report);
    const items = await timeline('anna@customer.test');
    assert.equal(items.filter((item) => item.direction === 'outbound').length, 10);
    assert.equal(items.filter((item) => item.direction === 'inbound').length, 10);
    assert.equal((await counts()).report.changed, 0);
  });
});
