// The demonstration's day against its own configuration: what tools/demo shows stays true.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Gateway, temporaryFolder } from '../support/gateway.mjs';

const demo = (name) => fileURLToPath(new URL(`../../tools/demo.d/${name}`, import.meta.url));
const env = Object.fromEntries(['TANDEM_TOKEN', 'TANDEM_POP_KEY', 'TWILIO_AUTH_TOKEN', 'TELEGRAM_SECRET', 'META_APP_SECRET',
  'META_VERIFY_TOKEN', 'VIBER_AUTH_TOKEN'].map((name) => [name, `${name.toLowerCase()}-0123456789abcdef`]));

test('the demonstration shows one customer over three vendors', async () => {
  const folder = temporaryFolder();
  copyFileSync(demo('tandem.yaml'), join(folder, 'tandem.yaml'));
  const gateway = await new Gateway(folder, undefined, env).start();
  const { stdout } = await promisify(execFile)(process.execPath, [demo('play.mjs'), gateway.url], { env: { ...process.env, ...env } });

  for (const expected of ['whatsapp:106540352242922:79161234501', 'tel:+79161234501', 'telegram:parcel_bot:510033', '[read]', '/pop?point=']) {
    assert.ok(stdout.includes(expected), `${expected} in:\n${stdout}`);
  }
  assert.equal((await gateway.json('/v1/quarantine', env.TANDEM_TOKEN)).items.length, 0);
  assert.deepEqual(await gateway.stop(), { code: 0, signal: null });
});
