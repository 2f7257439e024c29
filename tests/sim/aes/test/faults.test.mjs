// What goes wrong on command, and what the simulator notices about a client.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { startAes } from '../aes.mjs';
import { AesProgram } from '../program.mjs';
import { frame, FrameReader } from '../protocol/frame.mjs';
import { CSTA } from '../protocol/names.mjs';
import { parse, serialize, STYLES, textOf } from '../protocol/xml.mjs';
import { a, c } from '../protocol/names.mjs';
import { avaya, Client, csta, login, monitorStart } from './client.mjs';

const open = [];
async function monitored(options, ...extensions) {
  const aes = await startAes(options);
  const client = await Client.connect(aes);
  open.push(client, { close: () => aes.stop() });
  await client.start();
  const xrefs = [];
  for (const ext of extensions) xrefs.push(await client.monitor(ext, { type: aes.sw.devices.get(ext) === 'vdn' ? 'call' : 'device' }));
  return { aes, client, xrefs };
}
afterEach(async () => { for (const one of open.splice(0)) await one.close(); });

function courses(aes, count) {
  for (let i = 0; i < count; i++) {
    const call = aes.calls.inbound({ vdn: '7100', ani: String(i) });
    aes.calls.alert(call, '5001');
    aes.calls.answer(call, '5001');
    aes.calls.drop(call, call.outside);
  }
}

test('every event arrives, however it is cut, delayed and shuffled; each monitor keeps its order', async () => {
  const calm = await monitored({ seed: 3 }, '7100', '5001');
  courses(calm.aes, 40);
  await calm.client.settle();
  const wild = await monitored({ seed: 3, faults: { shuffle: 0.7, chunk: 60, delayMs: 1, answerDelayMs: 3 } }, '7100', '5001');
  courses(wild.aes, 40);
  wild.aes.faults.set({ chunk: 0, delayMs: 0, answerDelayMs: 0, shuffle: 0 });
  await wild.client.settle();
  const per = ({ client, xrefs }) => xrefs.map((xref) => client.names(xref).filter((name) => name !== 'ConnectionClearedEvent'));
  assert.deepEqual(per(wild), per(calm));
  assert.notDeepEqual(wild.client.names(), calm.client.names(), 'copies changed places');
  assert.equal(wild.client.unreadable, 0);
});

test('events get lost, and it is known how many', async () => {
  const { aes, client } = await monitored({ faults: { loss: 0.5 } }, '7100', '5001');
  courses(aes, 50);
  await client.settle();
  assert.ok(aes.faults.lost > 20);
  assert.equal(client.events.length, aes.delivered - aes.faults.lost);
});

test('frames that nobody can use do not hurt what comes after', async () => {
  const { aes, client } = await monitored({}, '5001');
  for (let which = 0; which < 5; which++) aes.garbage(which);
  aes.calls.inbound({ station: '5001', ani: '1' });
  await client.settle();
  assert.deepEqual([client.unreadable, client.names()], [3, ['FutureEvent', 'HeldEvent', 'DeliveredEvent']]);
});

test('answers on command: an error, an exception, late, never', async () => {
  const { aes, client } = await monitored({});
  aes.faults.plan({ request: 'MonitorStart', category: 'systemResourceAvailibility', value: 'resourceBusy' });
  aes.faults.plan({ request: 'MonitorStart', category: 'operation', value: 'invalidDeviceID', exceptionMessage: 'no' });
  aes.faults.plan({ request: 'GetAgentState', silent: true });
  aes.faults.plan({ request: 'SnapshotDevice', delayMs: 20 });
  assert.equal(textOf(await client.ask(monitorStart('5001')), 'systemResourceAvailibility'), 'resourceBusy');
  assert.equal((await client.ask(monitorStart('5001'))).name, 'CSTAException');
  assert.equal((await client.ask(monitorStart('5001'))).name, 'MonitorStartResponse');
  const order = [];
  client.ask(csta('GetAgentState', '<device>5001:CM1::0</device>')).then(() => order.push('never'));
  const late = client.ask(csta('SnapshotDevice', '<snapshotObject>5001:CM1::0</snapshotObject>')).then(() => order.push('late'));
  await client.settle();
  order.push('other');
  await late;
  assert.deepEqual(order, ['other', 'late']);
});

test('a snapshot by reference comes in messages of its own, the last one marked', async () => {
  const { aes, client } = await monitored({ snapshotByReference: true, listPart: 1 });
  for (const ani of ['1', '2']) aes.calls.inbound({ station: '5001', ani });
  const answer = await client.ask(csta('SnapshotDevice', '<snapshotObject>5001:CM1::0</snapshotObject>'));
  await client.settle();
  const reference = textOf(answer, 'crossRefIDorSnapshotData', 'serviceCrossRefID');
  const parts = client.events.filter((one) => one.name === 'SnapshotDeviceData').map(({ document }) => ['serviceCrossRefID', 'segmentID', 'lastSegment'].map((name) => textOf(document, name)));
  assert.deepEqual(parts, [[reference, '1', 'false'], [reference, '2', 'true']]);
});

test('what an agent logs on with is sent, and the link also in its older form', async () => {
  const { aes, client } = await monitored({ linkEvents: true, layout: { agentPassword: '31323334' } }, '5001');
  aes.calls.setAgent('5001', 'off');
  aes.calls.setAgent('5001', 'on');
  aes.setTlink(false);
  aes.setTlink(true);
  await client.settle();
  const on = client.events.find((one) => one.name === 'AgentLoggedOnEvent').document;
  assert.equal(textOf(on, 'agentPassword'), '31323334');
  assert.deepEqual(client.events.map((one) => one.name).slice(-2), ['LinkDownEvent', 'LinkUpEvent']);
});

test('a cut and a fail-over', async () => {
  const { aes, client } = await monitored({}, '5001');
  const [id] = aes.sessions.all.keys();
  aes.cut();
  await client.closed;
  const second = await Client.connect(aes);
  open.unshift(second);
  assert.equal(await second.start({ sessionId: id }), id);
  aes.failOver();
  await second.closed;
  const third = await Client.connect(aes);
  open.unshift(third);
  assert.equal((await third.ask(login({ sessionId: id }))).name, 'StartApplicationSessionNegResponse');
  assert.equal(aes.monitors.all.size, 0);
});

test('while it refuses, a connection is closed at once', async () => {
  const { aes } = await monitored({});
  aes.cut({ refuse: true });
  const refused = await Client.connect(aes);
  await refused.closed;
  aes.accept();
  const second = await Client.connect(aes);
  open.unshift(second);
  assert.ok(await second.start());
});

test('over TLS with a certificate of its own', async () => {
  const { aes, client } = await monitored({ tls: true }, '5001');
  aes.calls.inbound({ station: '5001', ani: '1' });
  await client.settle();
  assert.deepEqual(client.names(), ['DeliveredEvent']);
});

for (const [what, xml, invokeId, rules] of [
  ['the wrong namespace', `<GetTimeOfDay xmlns="${CSTA}"><switchName>CM1</switchName></GetTimeOfDay>`, '0050', ['namespace', 'namespace']],
  ['the wrong order', avaya('GetThirdPartyDeviceId', '<extension>5001</extension><switchName>CM1</switchName>'), '0050', ['order']],
  ['a child that is missing', avaya('GetThirdPartyDeviceId', '<switchName>CM1</switchName>'), '0050', ['missing']],
  ['a child twice', avaya('GetTimeOfDay', '<switchName>CM1</switchName><switchName>CM1</switchName>'), '0050', ['twice']],
  ['a child nobody knows', avaya('GetTimeOfDay', '<switchName>CM1</switchName><zone/>'), '0050', ['unknown']],
  ['a word that is none', csta('MonitorStart', '<monitorObject><deviceObject>5001:CM1::0</deviceObject></monitorObject><monitorType>phone</monitorType>'), '0050', ['value']],
  ['a device without its colons', csta('SnapshotDevice', '<snapshotObject>5001</snapshotObject>'), '0050', ['device']],
  ['the invoke id of events', avaya('GetTimeOfDay', '<switchName>CM1</switchName>'), '9999', ['invokeId']],
  ['what is no XML', '<a', '0050', ['xml']],
  ['a request that is none', avaya('Hello'), '0050', ['request']],
]) {
  test(`${what} is noted`, async () => {
    const { aes, client } = await monitored({});
    client.ask(xml, invokeId);
    await client.settle();
    assert.deepEqual(aes.report.violations.map((one) => one.rule), rules);
  });
}

test('a document is the same in every style', () => {
  const document = c('X', [c('b', 'ä&<'), a('P', [a('q', '1'), c('deviceIdentifier', '5001')], { type: 'P' }), c('empty')]);
  const shape = (one) => [one.name, one.ns, one.text.trim(), one.children.map(shape)];
  const shapes = STYLES.map((style) => JSON.stringify(shape(parse(serialize(document, style)))));
  assert.deepEqual(new Set(shapes).size, 1);
  assert.equal(new Set(STYLES.map((style) => serialize(document, style))).size, STYLES.length);
});

test('frames: two in one piece, byte by byte, large, and impossible', () => {
  const bytes = Buffer.concat([frame('0001', '<a>Köln</a>'), frame('9999', 'x'.repeat(65527))]);
  assert.equal(new FrameReader().take(bytes).length, 2);
  const reader = new FrameReader();
  const one = [...bytes.subarray(0, 30)].flatMap((byte) => reader.take(Buffer.from([byte])));
  assert.deepEqual(one.map(({ invokeId, payload }) => [invokeId, payload.toString()]), [['0001', '<a>Köln</a>']]);
  assert.throws(() => new FrameReader().take(Buffer.from('0000000730303031', 'hex')), RangeError);
  assert.throws(() => frame('0001', 'x'.repeat(65528)), RangeError);
});

test('the program takes commands and tells the truth', async () => {
  const program = await new AesProgram().start({ seed: 5 });
  const { story } = await program.do('inbound', { as: 'one', vdn: '7100', ani: '4930123456' });
  await program.do('alert', { call: 'one', station: '5001' });
  await program.do('answer', { call: 'one', station: '5001' });
  await program.do('consult', { call: 'one', station: '5001', to: '5002', as: 'two' });
  await program.do('answer', { call: 'two', station: '5002' });
  await program.do('transfer', { call: 'one', with: 'two', station: '5001' });
  assert.equal(await program.do('drop', { call: 'one', party: 'customer' }), null);
  await assert.rejects(program.do('nonsense', { call: 'one' }), /there is no command "nonsense"/);
  const truth = await program.do('truth', { id_of: story });
  assert.deepEqual([truth.endReason, truth.transfers.length], ['answered', 1]);
  await program.do('scenario', { steps: [{ do: 'inbound', as: 'x', vdn: '7101', ani: '1' }, { at: 5, do: 'drop', call: 'x' }] });
  assert.equal((await program.do('truth')).length, 2);
  await program.stop();
  assert.equal(await program.ended, 0);
});
