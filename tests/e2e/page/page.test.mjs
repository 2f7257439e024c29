// The agent's page in a real browser, against the real gateway. Pictures go to $SCREENSHOTS when it is set.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { telegram, whatsappMessage } from '../../../tools/demo.d/vendors.mjs';
import { Gateway, eventually, temporaryFolder } from '../../support/gateway.mjs';
import { launch, openPage } from './browser.mjs';

const POINT = encodeURIComponent('tel:+79161234567');
const SECRET = 'meta-app-secret';
const TG_SECRET = 'telegram-secret';
const KEY = 'pop-key-0123456789abcdef';
const CONFIG = `
gateway: { listen: 127.0.0.1:0, data: ./data, public_url: "https://gw.example.test" }
identity: { region: RU }
api:
  tokens:
    - { name: console, secret: "\${env:POP_KEY}", scopes: [pop, write] }
    - { name: reader, secret: "\${env:READ_KEY}", scopes: [read] }
connectors:
  - { name: whatsapp, pack: whatsapp, settings: { app_secret: "\${env:META_SECRET}", verify_token: hello } }
  - { name: telegram, pack: telegram, settings: { bot: parcel_bot, secret_token: "\${env:TG_SECRET}" } }
`;

let gateway;
let browser;

async function receive({ hook, body, headers }) {
  const answer = await fetch(`${gateway.url}/hooks/${hook}`, { method: 'POST', headers, body });
  assert.equal(answer.status, 200);
}

function say(body, at = new Date()) {
  const text = { type: 'text', text: { body } };
  return receive(whatsappMessage(SECRET, { from: '79161234567', name: 'Анна Petrova', at, ...text }));
}

async function known(point) {
  await eventually(async () => (await gateway.get(`/v1/customers?point=${point}`, 'read-key-0123456789abcdef')).ok, point);
}

async function picture(page, name) {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(process.env.SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`), fullPage: true });
}

before(async () => {
  const env = { POP_KEY: KEY, READ_KEY: 'read-key-0123456789abcdef', META_SECRET: SECRET, TG_SECRET };
  gateway = await new Gateway(temporaryFolder(), CONFIG, env).start();
  browser = await launch();
  await say('Where is my parcel?', new Date(Date.now() - 26 * 3600e3));
  await say('Hello again');
  await known(POINT);
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
});

test('the key is exchanged and drops from the address', async () => {
  const page = await openPage(browser);

  await page.goto(`${gateway.url}/pop?point=${POINT}&key=${KEY}`);

  assert.ok(!page.url().includes('key='));
  assert.equal(await page.locator('h1').textContent(), 'Анна Petrova');
  assert.equal(await page.locator('.conversation').count(), 2);
  const [cookie] = await page.context().cookies();
  assert.equal(cookie.httpOnly, true);
  assert.ok(!cookie.value.includes(KEY));
  assert.deepEqual(page.complaints, []);
  await picture(page, 'narrow');
});

test('times are shown in the zone of the viewer', async () => {
  const page = await openPage(browser, { timezoneId: 'Asia/Vladivostok' });

  await page.goto(`${gateway.url}/pop?point=${POINT}&key=${KEY}`);

  const shown = await page.locator('.conversation header time').first().textContent();
  assert.ok(!shown.includes('UTC'), shown);
});

test('a new message appears by itself', async () => {
  const page = await openPage(browser, { locale: 'ru-RU', colorScheme: 'dark' });
  await page.goto(`${gateway.url}/pop?point=${POINT}&key=${KEY}`);
  await page.locator('#live[data-state="live"]').waitFor();

  await say('Live & <b>bold</b>');

  await page.getByText('Live & <b>bold</b>', { exact: true }).waitFor();
  assert.deepEqual(page.complaints, []);
  await picture(page, 'live-dark-ru');
});

test('somebody unknown appears by themselves', async () => {
  const page = await openPage(browser);
  await page.goto(`${gateway.url}/pop?point=${encodeURIComponent('telegram:parcel_bot:777000111')}&key=${KEY}`);
  await page.getByText('No history yet').waitFor();
  await page.locator('#live[data-state="live"]').waitFor();
  await picture(page, 'empty');

  const from = { id: 777000111, is_bot: false, first_name: 'Oleg' };
  const chat = { id: 777000111, type: 'private', first_name: 'Oleg' };
  const message = { message_id: 1, from, chat, date: Math.floor(Date.now() / 1000), text: 'Hi, I am new' };
  await receive(telegram(TG_SECRET, { update_id: 1, message }));

  await page.getByText('Hi, I am new').waitFor();
  assert.deepEqual(page.complaints, []);
});

test('markup in a message stays text', async () => {
  await say('<img src=x onerror="window.broken=1"><script>window.broken=1</script>');
  const page = await openPage(browser);

  await page.goto(`${gateway.url}/pop?point=${POINT}&key=${KEY}`);

  await page.getByText('<img src=x', { exact: false }).waitFor();
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.deepEqual(page.complaints, []);
});

test('it reads without scripts', async () => {
  const page = await openPage(browser, { javaScriptEnabled: false });

  await page.goto(`${gateway.url}/pop?point=${POINT}&key=${KEY}`);

  assert.ok(await page.getByText('Hello again').isVisible());
  assert.match(await page.locator('.conversation header time').first().textContent(), /UTC$/);
});

test('without a key it says what to do', async () => {
  const page = await openPage(browser);

  const answer = await page.goto(`${gateway.url}/pop?point=${POINT}`);

  assert.equal(answer.status(), 401);
  assert.ok(await page.getByText('This page needs a key').isVisible());
  await picture(page, 'no-key');
});
