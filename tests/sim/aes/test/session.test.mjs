// Sessions, devices and monitors as avaya.md 2.5 to 2.7, 2.10 and 2.13 have them.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { startAes } from '../aes.mjs';
import { manual } from '../protocol/clock.mjs';
import { AVAYA, CSTA, SESSION } from '../protocol/names.mjs';
import { avaya, child, Client, csta, login, monitorStart, session, textOf } from './client.mjs';

const open = [];
async function both(options) {
  const aes = await startAes(options);
  const client = await Client.connect(aes);
  open.push(client, { close: () => aes.stop() });
  return { aes, client, again: async () => { const next = await Client.connect(aes); open.unshift(next); return next; } };
}
afterEach(async () => { for (const one of open.splice(0)) await one.close(); });

const code = (document) => { const [first] = document.children; return [document.name, first.name, first.text]; };
const refusal = (document) => textOf(document, 'errorCode', 'definedError') ?? textOf(document, 'errorCode', 'applError');

test('a session is negotiated, prolonged and stopped', async () => {
  const { aes, client } = await both({ longestSession: 30 });
  const answer = await client.ask(login({ duration: 180 }));
  assert.deepEqual([answer.name, answer.ns, textOf(answer, 'actualSessionDuration')], ['StartApplicationSessionPosResponse', SESSION, '30']);
  assert.match(textOf(answer, 'actualProtocolVersion'), /ed3\/privE$/);
  const id = textOf(answer, 'sessionID');
  const reset = await client.ask(session('ResetApplicationSessionTimer', `<sessionID>${id}</sessionID><requestedSessionDuration>20</requestedSessionDuration>`));
  assert.equal(textOf(reset, 'actualSessionDuration'), '20');
  const stopped = await client.ask(session('StopApplicationSession', `<sessionID>${id}</sessionID><sessionEndReason><definedEndReason>normal</definedEndReason></sessionEndReason>`));
  assert.equal(stopped.name, 'StopApplicationSessionPosResponse');
  const late = await client.ask(session('ResetApplicationSessionTimer', `<sessionID>${id}</sessionID><requestedSessionDuration>20</requestedSessionDuration>`));
  assert.equal(refusal(late), 'invalidSessionID');
  assert.deepEqual(aes.report.violations, []);
});

for (const [what, options, start, expected] of [
  ['a wrong password', {}, { password: 'no' }, 'invalidApplicationInfo'],
  ['a wrong password, in words', { badPassword: 'text' }, { password: 'no' }, /Login failed/],
  ['an unknown version', {}, { version: 'ed3/privZZ' }, 'requestedProtocolVersionNotSupported'],
  ['an unknown session', {}, { sessionId: 'gone-1' }, /Invalid session/],
  ['too many sessions', { maxSessions: 0 }, {}, 'maxNumberSessions'],
  ['a busy server', { busy: 1 }, {}, 'serverResourcesBusy'],
]) {
  test(`${what} is refused`, async () => {
    const { client } = await both(options);
    const answer = await client.ask(login(start));
    assert.equal(answer.name, 'StartApplicationSessionNegResponse');
    if (expected instanceof RegExp) assert.match(refusal(answer), expected); else assert.equal(refusal(answer), expected);
  });
}

test('a session that nobody prolongs is terminated by event', async () => {
  const clock = manual();
  const { aes, client } = await both({ clock });
  const id = await client.start({ duration: 60 });
  clock.advance(59_999);
  assert.equal(aes.sessions.all.size, 1);
  clock.advance(1);
  assert.equal(aes.sessions.all.size, 0);
  await client.settle();
  const [event] = client.events;
  assert.deepEqual([event.name, textOf(event.document, 'sessionID'), textOf(event.document, 'sessionTermReason', 'definedTermReason')],
    ['ApplicationSessionTerminated', id, 'sessionTimerExpired']);
});

test('a session is claimed by its id within the clean-up delay, with its monitors', async () => {
  const clock = manual();
  const { aes, client, again } = await both({ clock });
  const id = await client.start({ cleanup: 30 });
  const xref = await client.monitor('5001');
  const gone = [...aes.links][0];
  await client.close();
  while (gone.open) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(29_000);
  const second = await again();
  assert.equal(await second.start({ sessionId: id, cleanup: 30 }), id);
  const listed = await second.ask(avaya('GetMonitorList', `<sessionID>${id}</sessionID>`));
  assert.deepEqual([listed.name, listed.ns], ['GetMonitorListResponse', AVAYA]);
  await second.settle();
  const list = second.events.find((one) => one.name === 'GetMonitorListEvent').document;
  assert.equal(textOf(list, 'isFinalResponse'), 'true');
  const data = child(child(list, 'monitorObjectDataList'), 'monitorObjectData');
  assert.deepEqual([textOf(data, 'MonitorStartResponse', 'monitorCrossRefID'), textOf(data, 'monitorObject', 'deviceObject')], [xref, '5001:CM1:10.20.0.5:0']);
  aes.calls.inbound({ station: '5001', ani: '1' });
  await second.settle();
  assert.deepEqual(second.names(xref), ['DeliveredEvent']);
});

test('after the clean-up delay the session and its monitors are gone', async () => {
  const clock = manual();
  const { aes, client } = await both({ clock });
  await client.start({ cleanup: 30 });
  await client.monitor('5001');
  const [gone] = aes.links;
  await client.close();
  while (gone.open) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(30_000);
  assert.deepEqual([aes.sessions.all.size, aes.monitors.all.size], [0, 0]);
});

test('monitors of an old session are taken over by a session that watches for it', async () => {
  const { aes, client, again } = await both();
  const old = await client.start();
  const xref = await client.monitor('5001');
  const second = await again();
  const id = await second.start();
  const request = avaya('TransferMonitorObjects', `<fromSessionID>${old}</fromSessionID><toSessionID>${id}</toSessionID>`);
  assert.deepEqual(code(await second.ask(request)), ['CSTAErrorCode', 'operation', 'invalidMonitorObject']);
  await second.ask(`<MonitorStart xmlns="${CSTA}"><monitorObject><deviceObject mediaClass="notKnown"/></monitorObject><extensions><privateData><private>` +
    `<AvayaEvents xmlns="${AVAYA}"><invertFilter>true</invertFilter><deviceServices><transferMonitorObjects>true</transferMonitorObjects></deviceServices></AvayaEvents>` +
    '</private></privateData></extensions></MonitorStart>');
  assert.equal((await second.ask(request)).name, 'TransferMonitorObjectsResponse');
  aes.calls.inbound({ station: '5001', ani: '1' });
  await second.settle();
  assert.deepEqual(second.names(xref), ['DeliveredEvent']);
  assert.deepEqual(aes.report.violations, []);
});

test('device ids are given for what looks like an extension', async () => {
  const { aes, client } = await both({ checkExtensions: true });
  await client.start();
  const third = (ext) => client.ask(avaya('GetThirdPartyDeviceId', `<switchName>CM1</switchName><extension>${ext}</extension><deviceInstance>0</deviceInstance>`));
  const known = await third('5001');
  assert.deepEqual([known.name, textOf(known, 'device')], ['GetThirdPartyDeviceIdResponse', '5001:CM1:10.20.0.5:0']);
  assert.deepEqual(code(await third('9999999')), ['CSTAErrorCode', 'operation', 'invalidDeviceID']);
  aes.options.checkExtensions = false;
  assert.equal((await third('9999999')).name, 'GetThirdPartyDeviceIdResponse');
  assert.deepEqual(code(await client.ask(monitorStart('9999999'))), ['CSTAErrorCode', 'operation', 'invalidDeviceID']);
  const own = textOf(await client.ask(avaya('GetDeviceId', '<switchName>CM1</switchName><extension>5001</extension>')), 'device');
  assert.equal((await client.ask(avaya('ReleaseDeviceId', `<device>${own.toLowerCase()}</device>`))).name, 'ReleaseDeviceIdResponse');
});

test('a licence is missing for the last monitor', async () => {
  const { client } = await both({ maxMonitors: 1 });
  await client.start();
  const xref = await client.monitor('5001');
  assert.deepEqual(code(await client.ask(monitorStart('5002'))), ['CSTAErrorCode', 'subscribedResourceAvailability', 'objectMonitorLimitExceeded']);
  assert.equal((await client.ask(csta('MonitorStop', `<monitorCrossRefID>${xref}</monitorCrossRefID>`))).name, 'MonitorStopResponse');
  assert.ok(await client.monitor('5002'));
  assert.deepEqual(code(await client.ask(csta('MonitorStop', '<monitorCrossRefID>1</monitorCrossRefID>'))), ['CSTAErrorCode', 'operation', 'invalidMonitorCrossRefID']);
});

test('without invertFilter the monitor starts and stays silent, and the filter can be changed', async () => {
  const { aes, client } = await both();
  await client.start();
  const silent = await client.monitor('5001', { invert: false });
  const some = await client.monitor('5001', { events: ['established'] });
  aes.calls.answer(aes.calls.inbound({ station: '5001', ani: '1' }), '5001');
  await client.settle();
  assert.deepEqual(client.names(silent), []);
  assert.deepEqual(client.names(some), ['EstablishedEvent']);
  assert.deepEqual(aes.report.violations.map((one) => one.rule), ['invertFilter']);
  const changed = await client.ask(monitorStart('5001').replace(/MonitorStart/g, 'ChangeMonitorFilter').replace(/requestedMonitorFilter/g, 'requestedFilterList')
    .replace(/<monitorObject>.*<\/monitorObject>/, `<monitorCrossRefID>${silent}</monitorCrossRefID>`).replace('<monitorType>device</monitorType>', ''));
  assert.equal(changed.name, 'ChangeMonitorFilterResponse');
  aes.calls.inbound({ station: '5001', ani: '2' });
  await client.settle();
  assert.deepEqual(client.names(silent), ['DeliveredEvent']);
});

test('without a session nothing is answered but an error', async () => {
  const { client } = await both();
  assert.deepEqual(code(await client.ask(monitorStart('5001'))), ['CSTAErrorCode', 'operation', 'securityViolation']);
});

test('the link to the switch goes down and comes back', async () => {
  const { aes, client } = await both();
  await client.start();
  const xref = await client.monitor('5001');
  await client.ask(csta('SystemRegister', `<requestTypes><systemStatus>true</systemStatus></requestTypes><requestedStatusFilter><normal>true</normal></requestedStatusFilter>` +
    `<extensions><privateData><private><SystemRegisterPrivateData xmlns="${AVAYA}"><invertFilter>true</invertFilter><switchName>CM1</switchName></SystemRegisterPrivateData></private></privateData></extensions>`));
  aes.setTlink(false);
  const call = aes.calls.inbound({ station: '5001', ani: '1' });
  aes.setTlink(true);
  aes.calls.answer(call, '5001');
  await client.settle();
  const status = (one) => one.text.match(/tlink(Up|Down)/)?.[0];
  assert.deepEqual(client.events.filter((one) => one.name === 'SystemStatusEvent').map(status), ['tlinkUp', 'tlinkDown', 'tlinkUp']);
  assert.deepEqual(client.names(xref), ['EstablishedEvent']);
  assert.deepEqual(aes.report.violations, []);
});
