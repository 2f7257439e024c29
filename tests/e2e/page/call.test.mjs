// The agent's page in a real browser while the telephone rings: AES (the simulator) says who calls, the page says who that is.
// Pictures go to $SCREENSHOTS when it is set.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startAes } from '../../sim/aes/aes.mjs';
import { AesGateway, TOKEN, interactionId } from '../../support/aes_gateway.mjs';
import { eventually, temporaryFolder } from '../../support/gateway.mjs';
import { whatsappMessage } from '../../../tools/demo.d/vendors.mjs';
import { launch, openPage } from './browser.mjs';

const SECRET = 'meta-app-secret';
const KEY = 'pop-key-0123456789abcdef';

let aes;
let gateway;
let browser;

before(async () => {
  aes = await startAes({ seed: 4, quirks: { primarySurvives: 0 } });
  gateway = await new AesGateway(temporaryFolder(), aes, {
    tokens: ['{ name: console, secret: "${env:POP_KEY}", scopes: [pop, write] }'],
    connectors: ['{ name: whatsapp, pack: whatsapp, settings: { app_secret: "${env:META_SECRET}", verify_token: hello } }'],
    env: { POP_KEY: KEY, META_SECRET: SECRET },
  }).start();
  await eventually(() => gateway.watching, 'every monitor is there', 20_000);
  browser = await launch();
  const yesterday = new Date(Date.now() - 26 * 3600e3);
  const { hook, body, headers } = whatsappMessage(SECRET, { from: '4930123456', name: 'Clara Haas', at: yesterday, type: 'text', text: { body: 'Wann kommt mein Paket?' } });
  assert.equal((await fetch(`${gateway.url}/hooks/${hook}`, { method: 'POST', headers, body })).status, 200);
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
  await aes?.stop();
});

async function picture(page, name) {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(process.env.SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`), fullPage: true });
}

test('who wrote yesterday is known while the telephone rings, and the page follows the call', async () => {
  const call = aes.calls.inbound({ vdn: '7100', ani: '4930123456' });
  const { story } = call;
  aes.calls.queue(call, '7200', 0);
  aes.calls.alert(call, '5001');
  await eventually(async () => (await gateway.get(`/v1/interactions/${interactionId('ucid', story.id)}`, TOKEN)).ok, 'the call is stored');

  const page = await openPage(browser);
  await page.goto(`${gateway.url}/pop?ucid=${story.id}&key=${KEY}`);
  assert.equal(await page.locator('h1').textContent(), 'Clara Haas');
  const now = page.locator('.calls article');
  await page.locator('.calls article[data-state="offered"]').waitFor();
  assert.ok(await page.getByText('Wann kommt mein Paket?').isVisible());
  await picture(page, 'call-rings');

  await page.locator('#live[data-state="live"]').waitFor();
  aes.calls.answer(call, '5001');
  await page.locator('.calls article[data-state="active"]').waitFor();
  const second = aes.calls.consult(call, '5001', { to: '5002' });
  aes.calls.answer(second, '5002');
  const kept = aes.calls.transfer(call, second, '5001');
  await now.getByText('33002').first().waitFor();
  await picture(page, 'call-transferred');

  aes.calls.drop(kept, kept.outside);
  await page.locator('.calls').waitFor({ state: 'detached' });
  await page.locator('.conversation[data-channel="voice"]').waitFor();
  assert.deepEqual(page.complaints, []);
  await picture(page, 'call-ended');
});

test('a caller who withholds the number is nobody, and the call is there by its UCID', async () => {
  const call = aes.calls.inbound({ vdn: '7101', restricted: true });
  aes.calls.alert(call, '5003');
  await eventually(async () => (await gateway.get(`/v1/interactions/${interactionId('ucid', call.story.id)}`, TOKEN)).ok, 'the call is stored');
  const page = await openPage(browser);
  await page.goto(`${gateway.url}/pop?ucid=${call.story.id}&key=${KEY}`);
  await page.locator('.calls article[data-state="offered"]').waitFor();
  assert.equal(await page.getByText('Wann kommt mein Paket?').count(), 0);
  aes.calls.drop(call, call.outside);
});
