// The demonstration itself, started as tools/demo does: what it shows is true, and it leaves nothing behind.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { BINARY, eventually, temporaryFolder } from '../support/gateway.mjs';
import { launch, openPage } from './page/browser.mjs';

const PROGRAM = fileURLToPath(new URL('../../tools/demo.d/demo.mjs', import.meta.url));
const TOKEN = 'demo-token-0123456789abcdef';
const PHONE = 'tel:+79161234501';
const MAIL = 'mailto:anna.ilina@post.test';
const POINTS = [PHONE, MAIL, 'telegram:parcel_bot:510033', 'whatsapp:106540352242922:79161234501'];

// As from a terminal: in a process group of its own, so that a signal can reach all of them at once.
class Demo {
  constructor(...words) {
    this.folder = temporaryFolder();
    chmodSync(this.folder, 0o711);  // root's Dovecot reads mail as another user
    this.text = '';
    this.process = spawn(process.execPath, [PROGRAM, ...words],
      { detached: true, env: { ...process.env, TANDEM: BINARY, TMPDIR: this.folder, TANDEM_TOKEN: TOKEN }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', (bytes) => { this.text += bytes; });
    this.ended = new Promise((resolve) => this.process.on('close', (code) => { this.over = true; resolve(code); }));
    after(() => this.over || process.kill(-this.process.pid, 'SIGTERM'));
  }

  async says(what) {
    const found = await eventually(() => what.exec(this.text) ?? this.over, `${what}`, 30_000);
    assert.ok(found !== true, this.text);
    return found;
  }

  // Processes that have its folder in their command line or among their open files: none must be left.
  async leavesNothing() {
    await eventually(() => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && this.#uses(pid)).length === 0, 'the end of every process');
    assert.deepEqual(readdirSync(this.folder), []);
  }

  #uses(pid) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.folder) || readFileSync(`/proc/${pid}/environ`, 'utf8').includes(this.folder);
    } catch {
      return false;  // gone meanwhile
    }
  }
}

test('who called, wrote and mailed is one person on the page; Ctrl-C leaves nothing', async () => {
  const demo = new Demo();
  const [page] = await demo.says(/http:\S+\/pop\?\S+/);
  await demo.says(/until Ctrl-C/);
  const url = new URL(page).origin;
  const get = async (path) => (await fetch(url + path, { headers: { Authorization: `Bearer ${TOKEN}` } })).json();

  const customers = await Promise.all(POINTS.map((point) => get(`/v1/customers?point=${encodeURIComponent(point)}`)));
  assert.deepEqual(new Set(customers.map(({ id }) => id)), new Set([customers[0].id]));
  const { items } = await get(`/v1/customers/${customers[0].id}/timeline`);
  const ways = items.map(({ channel, direction }) => `${channel} ${direction}`);
  for (const way of ['voice inbound', 'email inbound', 'email outbound', 'messenger inbound', 'sms inbound']) {
    assert.ok(ways.includes(way), `${way} in ${ways}`);
  }
  const calls = items.filter(({ provider }) => provider === 'avaya').map(({ channel, state }) => `${channel} ${state}`);
  assert.deepEqual(calls, ['voice active']);
  assert.match(demo.text, /while it rang it was known that she wrote/);
  const [answer, letter] = items.filter(({ channel }) => channel === 'email');
  assert.equal(answer.thread, letter.thread);
  assert.equal((await get('/v1/quarantine')).items.length, 0);
  for (const expected of [...POINTS, '[read]', 'Who called, wrote, mailed is one customer.']) assert.ok(demo.text.includes(expected), demo.text);
  await look(page);

  process.kill(-demo.process.pid, 'SIGINT');
  assert.equal(await demo.ended, 130);
  await demo.leavesNothing();
});

// The page as the agent sees it; a picture goes to $SCREENSHOTS when it is set.
async function look(address) {
  const browser = await launch();
  after(() => browser.close());
  const page = await openPage(browser);
  await page.goto(address);
  const points = await page.locator('.points .value').allTextContents();
  for (const point of ['+79161234501', 'anna.ilina@post.test', '510033']) assert.ok(points.includes(point), `${point} in ${points}`);
  assert.equal(await page.locator('.suggestions').count(), 0);
  assert.equal(await page.locator('.calls article[data-state="active"]').count(), 1);
  const channels = await page.locator('.conversation').evaluateAll((all) => all.map((one) => one.dataset.channel));
  for (const channel of ['voice', 'email', 'messenger', 'sms']) assert.ok(channels.includes(channel), `${channel} in ${channels}`);
  await page.getByText('квитанция будет у вас сегодня').waitFor();
  assert.deepEqual(page.complaints, []);
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(process.env.SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(process.env.SCREENSHOTS, 'demo.png'), fullPage: true });
}

test('--once ends by itself and leaves nothing', async () => {
  const demo = new Demo('--once');
  assert.equal(await demo.ended, 0, demo.text);
  await demo.says(/\/pop\?point=/);
  await demo.leavesNothing();
});

test('stopped while it starts, it leaves nothing', async () => {
  const demo = new Demo();
  await eventually(() => readdirSync(demo.folder).length, 'the first folder');
  process.kill(demo.process.pid, 'SIGTERM');
  assert.equal(await demo.ended, 143);
  await demo.leavesNothing();
});
