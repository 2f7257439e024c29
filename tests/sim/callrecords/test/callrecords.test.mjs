// Records of the simulator's calls: their form is that of the shared fixtures, their times those of the calls.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Aes } from '../../aes/aes.mjs';
import { manual } from '../../aes/protocol/clock.mjs';
import { LAYOUTS, line, lines } from '../cdr.mjs';
import { Sender } from '../sender.mjs';
import { Smdr } from '../smdr.mjs';

const FIXTURES = join(process.env.TANDEM_FIXTURES ?? fileURLToPath(new URL('../../../../../shared/fixtures', import.meta.url)), 'avaya');
const there = existsSync(FIXTURES);
if (!there && process.env.CI) throw new Error(`no fixtures in ${FIXTURES}`);
const skip = there ? false : 'without the shared fixtures';

// A call of 240 s talk to 5001, and one that was transferred to 5002; 2025-08-01 in Berlin.
function stories() {
  const clock = manual(Date.UTC(2025, 7, 1, 9, 40, 0));
  const aes = new Aes({ clock });
  const one = aes.calls.inbound({ vdn: '7100', ani: '4930123456' });
  clock.advance(20_000);
  aes.calls.alert(one, '5001');
  clock.advance(5000);
  aes.calls.answer(one, '5001');
  clock.advance(240_000);
  aes.calls.drop(one, one.outside);
  const two = aes.calls.inbound({ vdn: '7100', ani: '4930999888' });
  aes.calls.alert(two, '5001');
  aes.calls.answer(two, '5001');
  clock.advance(60_000);
  const kept = aes.calls.transferSingle(two, '5001', '5002');
  clock.advance(2500);
  aes.calls.answer(kept, '5002');
  clock.advance(30_000);
  aes.calls.drop(kept, '5002');
  const three = aes.calls.inbound({ vdn: '7100', ani: '4930777666' });
  clock.advance(9000);
  aes.calls.drop(three, three.outside);
  return aes.truth();
}

for (const name of Object.keys(LAYOUTS)) {
  test(`${name}: the layout is that of the fixture`, { skip }, () => {
    const { fields } = JSON.parse(readFileSync(join(FIXTURES, 'cdr', `layout_${name}.json`), 'utf8'));
    const groups = { 'time-hours': 'time', 'time-minutes': 'time', 'dur-hours': 'duration', 'dur-minutes': 'duration', 'dur-tenths': 'duration' };
    const wanted = [];
    for (const { item, start, end } of fields) {
      if (['return', 'line-feed', 'null'].includes(item)) continue;
      const group = groups[item] ?? item;
      if (wanted.at(-1)?.[0] === group && groups[item]) wanted.at(-1)[1] += end - start + 1;
      else wanted.push([group, end - start + 1]);
    }
    assert.deepEqual(LAYOUTS[name].items, wanted);
  });
}

test('a line of the fixture is written byte for byte', { skip }, () => {
  const [first] = readFileSync(join(FIXTURES, 'cdr/composed_customized_recommended.bin'), 'latin1').split('\n');
  const written = line(LAYOUTS.customized_recommended, { date: '080125', time: '1145', 'sec-dur': 240, 'calling-num': '4930123456', 'dialed-num': '5001',
    'in-trk-code': '721', 'in-crt-id': '003', 'cond-code': '9', vdn: '7100', ucid: '00001043211754041200' });
  assert.equal(written, `${first}\n`);
});

test('customized records end when the call does, in local time', () => {
  const texts = lines(stories(), 'customized_recommended').map((one) => one.text);
  assert.deepEqual(texts.map((text) => [text.slice(0, 11), text.slice(12, 17).trim(), text.slice(18, 33).trim(), text.slice(34, 57).trim(), text.slice(93, 94)]), [
    ['080125 1144', '240', '4930123456', '5001', '9'], ['080125 1145', '93', '4930999888', '5001', '9'], ['080125 1146', '9', '4930777666', '7100', 'H']]);
  assert.ok(texts.every((text) => text.length === 123));
});

test('split records add up to the call', () => {
  const texts = lines(stories(), 'customized_97', { split: true, ring: false }).map((one) => one.text);
  assert.deepEqual(texts.map((text) => text.slice(12, 17).trim()), ['240', '60', '30']);
});

test('TELESEER has its date first and the circuit as tens, units, hundreds', () => {
  const [date, first] = lines(stories(), 'teleseer').map((one) => one.text);
  assert.equal(date, '0801\r\n\0\0\0');
  assert.deepEqual([first.slice(3, 11), first.slice(11, 12), first.slice(55, 58), first.length], ['11440040', '9', '010', 81]);
});

for (const columns of [17, 30, 35]) {
  test(`SMDR with ${columns} columns: a record for each leg, rounded up`, () => {
    const rows = new Smdr({ columns }).lines(stories()).map((one) => one.text.trimEnd().split(','));
    assert.ok(rows.every((row) => row.length === columns), rows.map((row) => row.length).join());
    assert.deepEqual(rows.map((row) => [row[0], row[1], row[2], row[3], row[9], row[10], row[11]]), [
      ['2025/08/01 11:40:00', '00:04:00', '25', '4930123456', '1000000', '0', 'E5001'],
      ['2025/08/01 11:44:25', '00:01:00', '0', '4930999888', '1000001', '1', 'E5001'],
      ['2025/08/01 11:44:25', '00:00:30', '3', '4930999888', '1000001', '0', 'E5002'],
      ['2025/08/01 11:45:57', '00:00:00', '9', '4930777666', '1000002', '0', 'E7100']]);
  });
}

async function collector() {
  const got = [];
  const server = net.createServer((socket) => socket.on('data', (bytes) => got.push(bytes.toString('latin1'))).on('error', () => {}));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: server.address().port, text: () => got.join(''), close: () => new Promise((resolve) => server.close(resolve)) };
}

test('the sender keeps what it cannot send, drops the oldest, and breaks off within a line', async () => {
  const there_ = await collector();
  const sender = new Sender({ kept: 2, prefix: '\0\0' });
  for (const text of ['one\r\n', 'two\r\n', 'three\r\n']) sender.line(text);
  assert.equal(sender.dropped, 1);
  await sender.connect(there_.port);
  await sender.cutWithin('four\r\n', 2);
  sender.line('five\r\n');
  await sender.connect(there_.port);
  await sender.end();
  await there_.close();
  assert.equal(there_.text(), '\0\0two\r\nthree\r\nfo\0\0five\r\n');
});

test('the sender listens and hands out what it kept', async () => {
  const sender = await new Sender().listen();
  sender.line('one\r\n');
  const socket = net.connect(sender.port, '127.0.0.1');
  const [bytes] = await once(socket, 'data');
  assert.equal(bytes.toString(), 'one\r\n');
  socket.destroy();
  await sender.end();
});
