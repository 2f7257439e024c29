// The client sides of the shared transcripts and the requests of public clients are answered by what they expect.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startAes } from '../aes.mjs';
import { FrameReader } from '../protocol/frame.mjs';
import { parse } from '../protocol/xml.mjs';
import { Client } from './client.mjs';

const FIXTURES = join(process.env.TANDEM_FIXTURES ?? fileURLToPath(new URL('../../../../../shared/fixtures', import.meta.url)), 'avaya/dmcc');
const there = existsSync(FIXTURES);
if (!there && process.env.CI) throw new Error(`no fixtures in ${FIXTURES}`);
const skip = there ? false : 'without the shared fixtures';

const read = (name) => readFileSync(join(FIXTURES, name), 'utf8');
const messages = (name) => read(name).trim().split('\n').map((line) => JSON.parse(line));
const story = (name) => name.replace('.c2s.bin', '');
const files = there ? readdirSync(FIXTURES).filter((name) => name.endsWith('.c2s.bin')) : [];

// Answers of the transcripts about a call that our switch does not have.
const NO_CALL = { d_recovery_same_id: '0004', b_consult_transfer: '0010' };

// An error of a transcript is one that the simulator is told to give.
function plan(aes, request, xml) {
  const document = parse(xml);
  const error = document.name === 'CSTAException' ? document.children.find((one) => one.name === 'CSTAErrorCode') : document;
  if (error?.name !== 'CSTAErrorCode') return;
  const [{ name, text }] = error.children;
  aes.faults.plan({ request, category: name, value: text || undefined, exceptionMessage: error === document ? undefined : 'Device not known' });
}

for (const file of files) {
  test(`${file}: each request gets a well-formed answer with the right root`, { skip }, async (t) => {
    const aes = await startAes({ versions: ['ed3/privA', 'ed3/priv7'] });
    let client = await Client.connect(aes);
    t.after(async () => { await client.close(); await aes.stop(); });
    const wanted = messages(`${story(file)}.jsonl`).filter((one) => one.dir === 'S>C' && one.invokeId !== '9999');
    const requests = new FrameReader().take(readFileSync(join(FIXTURES, file)));
    if (story(file) === 'g_agent_states') await client.ask(requestOf('a_inbound_acd_call.jsonl', 'StartApplicationSession'), '0900');
    let current;
    for (const [index, { invokeId, payload }] of requests.entries()) {
      const text = current === undefined ? payload.toString() : payload.toString().replaceAll('469E06626A22A17C8B7D7E5F0C1A2B3C-7', current).replaceAll('469E06626A22A17C8B7D7E5F0C1A2B3C-8', current);
      const request = parse(text);
      if (index > 0 && invokeId === '0001') {
        await client.close();
        client = await Client.connect(aes);
      }
      plan(aes, request.name, wanted[index].xml);
      const answer = await client.ask(text, invokeId);
      if (answer.name === 'StartApplicationSessionPosResponse') current = answer.children[0].text;
      const want = NO_CALL[story(file)] === invokeId ? 'CSTAErrorCode' : wanted[index].root;
      assert.equal(answer.name, want, `${request.name} ${invokeId}`);
      assert.equal(wanted[index].invokeId, invokeId);
      if (answer.name === wanted[index].root) assert.equal(answer.ns, parse(wanted[index].xml).ns, `namespace of ${answer.name}`);
    }
    assert.deepEqual(aes.report.violations, []);
  });
}

const requestOf = (name, root) => messages(name).find((one) => one.root === root).xml;

for (const [file, root, rules] of [
  ['php_client_start_application_session.xml', 'StartApplicationSessionPosResponse', ['prefix']],
  ['php_client_reset_timer.xml', 'ResetApplicationSessionTimerPosResponse', []],
  ['python_client_get_device_id.xml', 'GetDeviceIdResponse', []],
  ['python_client_monitor_start.xml', 'MonitorStartResponse', ['order', 'namespace']],
  ['python_client_snapshot_device.xml', 'SnapshotDeviceResponse', []],
  ['python_client_stop_application_session.xml', 'StopApplicationSessionPosResponse', ['namespace']],
]) {
  test(`public/${file} is accepted${rules.length ? ` and its ${rules.join(' and ')} noted` : ''}`, { skip }, async (t) => {
    const aes = await startAes({ versions: ['ed3/priv2'], users: { USER: 'PASSWORD' }, layout: { name: 'CM', address: '10.133.93.66', stations: ['1903'] } });
    const client = await Client.connect(aes);
    t.after(async () => { await client.close(); await aes.stop(); });
    const start = await client.ask(read('public/php_client_start_application_session.xml'), '0001');
    const id = start.children[0].text;
    const before = aes.report.violations.length;
    const answer = file.includes('start_application') ? start : await client.ask(read(`public/${file}`).replace('SESSION-ID', id), '0002');
    assert.equal(answer.name, root);
    const found = new Set(aes.report.violations.slice(file.includes('start_application') ? 0 : before).map((one) => one.rule));
    for (const rule of rules) assert.ok(found.has(rule), `${rule} in ${[...found]}`);
    if (rules.length === 0) assert.deepEqual([...found], []);
  });
}
