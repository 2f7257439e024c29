// What each monitor hears of a call (avaya.md 2.8) and that the ground truth is sound.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Aes } from '../aes.mjs';
import { manual } from '../protocol/clock.mjs';
import { parse, serialize, textOf } from '../protocol/xml.mjs';
import { QUIRKS } from '../switch/switch.mjs';
import { Generator } from '../switch/generator.mjs';

const CALM = Object.fromEntries(Object.keys(QUIRKS).map((name) => [name, 0]));

function world({ quirks = CALM, seed = 1, layout } = {}) {
  const clock = manual();
  const aes = new Aes({ clock, seed, quirks, layout });
  const heard = {};
  for (const [ext, kind] of aes.sw.devices) {
    const xref = `m${ext}`;
    heard[ext] = [];
    aes.sw.watch({ ext, type: kind === 'vdn' ? 'call' : 'device',
      take: (name, build, local) => heard[ext].push({ name, at: clock.now(), local, document: parse(serialize(build({ xref, local, watched: ext }))) }) });
  }
  return { aes, clock, sw: aes.sw, calls: aes.calls, heard, story: () => aes.sw.stories.at(-1),
    names: (ext) => heard[ext].filter((one) => !one.name.startsWith('Agent')).map((one) => one.name.replace('Event', '') + (one.local ? `:${one.local}` : '')) };
}

function inbound({ calls, clock }, more) {
  const call = calls.inbound({ vdn: '7100', ani: '4930123456', ...more });
  clock.advance(2000);
  calls.queue(call, '7200', 3);
  clock.advance(10_000);
  calls.alert(call, '5001');
  clock.advance(5000);
  calls.answer(call, '5001');
  clock.advance(30_000);
  return call;
}

test('VDN, queue, agent, hold; the last party is not reported', () => {
  const w = world({ quirks: { ...CALM, lastPartySilent: 1 } });
  const call = inbound(w, { digits: '4711#', uui: '41' });
  w.calls.hold(call, '5001');
  w.clock.advance(7000);
  w.calls.retrieve(call, '5001');
  w.calls.drop(call, call.outside);
  assert.deepEqual(w.names('7100'), ['Delivered', 'Queued', 'Delivered', 'Established', 'Held', 'Retrieved', 'ConnectionCleared', 'CallCleared']);
  assert.deepEqual(w.names('5001'), ['Delivered:alerting', 'Established:connected', 'Held:hold', 'Retrieved:connected', 'ConnectionCleared:connected']);
  assert.deepEqual(w.names('7200'), ['Queued']);
  assert.deepEqual(w.names('5002'), []);
  const { id, ani, dnis, digits, trunk, queues, legs, startedAt, answeredAt, endedAt } = w.story();
  assert.deepEqual([id.length, ani, dnis, digits, trunk, endedAt - startedAt, answeredAt - startedAt], [20, '4930123456', '7100', '4711#', '21/1', 54_000, 17_000]);
  assert.deepEqual(queues.map((one) => [one.number, one.leftAt - one.enteredAt]), [['7200', 10_000]]);
  assert.deepEqual(legs.map(({ station, agent, holdMs, outcome }) => ({ station, agent, holdMs, outcome })),
    [{ station: '5001', agent: '33001', holdMs: 7000, outcome: 'answered' }]);
});

test('a party that transfers is not dropped, and who is left hears the rest', () => {
  const w = world();
  const call = inbound(w);
  const second = w.calls.consult(call, '5001', { to: '5002' });
  w.clock.advance(3000);
  w.calls.answer(second, '5002');
  w.clock.advance(4000);
  const kept = w.calls.transfer(call, second, '5001');
  assert.equal(kept.id, second.id);
  w.clock.advance(20_000);
  w.calls.drop(kept, '5002');
  assert.deepEqual(w.names('5001').slice(2), ['Held:hold', 'ServiceInitiated:initiated', 'Originated:connected', 'Delivered:connected', 'Established:connected', 'Transfered:connected']);
  assert.deepEqual(w.names('5002'), ['Delivered:alerting', 'Established:connected', 'Transfered:connected', 'ConnectionCleared']);
  assert.deepEqual(w.names('7100').slice(4), ['Held', 'Transfered', 'ConnectionCleared', 'CallCleared']);
  const { ucids, callIds, transfers, legs } = w.story();
  assert.deepEqual([ucids.length, callIds], [2, [1, 2]]);
  assert.deepEqual(transfers.map(({ kind, from, to }) => ({ kind, from, to })), [{ kind: 'consult', from: '5001', to: '5002' }]);
  assert.deepEqual(legs.map(({ outcome, holdMs, customerFrom, endedAt }) => [outcome, holdMs, endedAt - customerFrom]), [['transferred', 7000, 37_000], ['answered', 0, 20_000]]);
});

test('the consultation names the call it is about, and Originated has no UCID', () => {
  const w = world();
  const call = inbound(w, { uui: '41' });
  w.calls.consult(call, '5001', { to: '5002' });
  const [delivered] = w.heard['5002'].map((one) => one.document);
  const info = textOf(delivered, 'extensions', 'privateData', 'private', 'DeliveredEventPrivateData', 'originalCallInfo', 'callLinkageData', 'globalCallData', 'globalCallLinkageID', 'globallyUniqueCallLinkageID');
  assert.equal(info, call.ucid);
  assert.equal(textOf(delivered, 'cause'), 'consultation');
  const originated = w.heard['5001'].find((one) => one.name === 'OriginatedEvent').document;
  assert.equal(textOf(originated, 'callLinkageData', 'globalCallData'), undefined);
  assert.equal(textOf(originated, 'extensions', 'privateData', 'private', 'OriginatedEventPrivateData', 'logicalAgent'), '33001');
});

test('the primary id may survive, without a linkage list, and the ended id is cleared', () => {
  const w = world({ quirks: { ...CALM, primarySurvives: 1, noLinkageList: 1, clearedAfterTransfer: 1 } });
  const call = inbound(w);
  const second = w.calls.consult(call, '5001', { to: '5002' });
  w.calls.answer(second, '5002');
  const kept = w.calls.transfer(call, second, '5001');
  assert.equal(kept.id, call.id);
  const transfered = w.heard['5002'].find((one) => one.name === 'TransferedEvent').document;
  const list = transfered.children.find((one) => one.name === 'transferredConnections').children;
  assert.deepEqual(list.map((one) => textOf(one, 'newConnection', 'callID')), [String(call.id), String(call.id)]);
  assert.deepEqual(list.map((one) => textOf(one, 'oldConnection', 'callID')).sort(), [String(call.id), String(second.id)]);
  assert.equal(transfered.children.some((one) => one.name === 'callLinkageDataList'), false);
  w.calls.drop(kept, kept.outside);
  assert.equal(w.story().endReason, 'answered');
});

test('single step: call id 0, then a new id and UCID at the other station', () => {
  const w = world();
  const call = inbound(w);
  const kept = w.calls.transferSingle(call, '5001', '5002');
  assert.notEqual(kept.ucid, call.ucid);
  const [transfered, delivered] = w.heard['5002'].map((one) => one.document);
  assert.deepEqual([transfered.name, textOf(transfered, 'secondaryOldCall', 'callID'), delivered.name, textOf(delivered, 'connection', 'callID')],
    ['TransferedEvent', '0', 'DeliveredEvent', String(kept.id)]);
  w.calls.answer(kept, '5002');
  w.calls.drop(kept, '5002');
  assert.deepEqual(w.story().transfers.map((one) => one.kind), ['single_step']);
});

test('a recorder steps in, a conference begins, the first agent leaves', () => {
  const w = world();
  const call = inbound(w);
  w.calls.stepIn(call, '9901', '5001');
  const second = w.calls.consult(call, '5001', { to: '5002' });
  w.calls.answer(second, '5002');
  const kept = w.calls.conference(call, second, '5001');
  assert.deepEqual([...kept.parties.keys()].sort(), ['5001', '5002', '9901', 'T21#1']);
  w.calls.drop(kept, '5001');
  assert.equal(w.sw.calls.size, 1);
  w.calls.drop(kept, kept.outside);
  assert.equal(w.sw.calls.size, 0);
  const { legs, conferences } = w.story();
  assert.deepEqual(legs.map((one) => [one.station, one.role]), [['5001', 'agent'], ['9901', 'recorder'], ['5002', 'agent']]);
  assert.deepEqual(conferences.map(({ by, added }) => ({ by, added })), [{ by: '5001', added: '5002' }]);
});

test('no answer: the leg is missed and the next station rings', () => {
  const w = world();
  const call = w.calls.inbound({ vdn: '7100', restricted: true });
  w.calls.alert(call, '5001');
  w.calls.divert(call, '5001', '5002');
  w.calls.alert(call, '5002');
  w.calls.drop(call, call.outside);
  assert.deepEqual(w.names('5001'), ['Delivered:alerting', 'Diverted']);
  assert.deepEqual(w.story().legs.map((one) => one.outcome), ['missed', 'missed']);
  assert.deepEqual([w.story().endReason, w.story().restricted, w.story().ani], ['abandoned', true, null]);
});

test('outgoing: Originated and then Delivered, with what the network says', () => {
  const w = world();
  const call = w.calls.originate('5001', { number: '0049301112223' });
  w.calls.reachNetwork(call);
  w.calls.answerOutside(call);
  w.calls.drop(call, '5001');
  assert.deepEqual(w.names('5001'), ['ServiceInitiated:initiated', 'Originated:connected', 'NetworkReached:connected', 'Delivered:connected', 'Established:connected', 'ConnectionCleared']);
  const delivered = w.heard['5001'].find((one) => one.name === 'DeliveredEvent').document;
  assert.deepEqual([delivered.children.find((one) => one.name === 'alertingDevice').children[0].name, textOf(delivered, 'connection', 'deviceID')], ['notKnown', 'T30#1']);
  assert.deepEqual([w.story().direction, w.story().ani, w.story().answeredAt !== null], ['outbound', '0049301112223', true]);
});

test('a caller that gives up in the queue is only cleared', () => {
  const w = world();
  const call = w.calls.inbound({ vdn: '7100', ani: '1' });
  w.calls.queue(call, '7200', 0);
  w.calls.drop(call, call.outside);
  assert.deepEqual(w.names('7100'), ['Delivered', 'Queued', 'CallCleared']);
  assert.equal(w.story().endReason, 'abandoned');
});

test('user information carries the UCID of its own call when it is packed', () => {
  const w = world();
  const call = w.calls.inbound({ vdn: '7100', ani: '1', uui: (ucid) => `00FA08${ucid.length}` });
  assert.deepEqual([call.uui, w.story().uui], ['00FA0820', '00FA0820']);
});

test('trunks of both calls are given back when the joined call is over', () => {
  const w = world({ layout: { trunks: [{ group: 21, members: 1 }, { group: 30, members: 1 }] } });
  for (let i = 0; i < 3; i++) {
    const call = w.calls.inbound({ vdn: '7100', ani: String(i) });
    w.calls.alert(call, '5001');
    w.calls.answer(call, '5001');
    const second = w.calls.consult(call, '5001', { number: '0049301112223' });
    w.calls.answerOutside(second);
    const kept = w.calls.transfer(call, second, '5001');
    w.calls.drop(kept, kept.outside);
  }
  assert.deepEqual(w.story().legs.map((one) => [one.station, one.role, one.outcome]), [['5001', 'agent', 'transferred'], ['0049301112223', 'external', 'answered']]);
});

test('call ids are used again, trunks are given back', () => {
  const w = world({ layout: { callIds: { from: 1, to: 3 }, trunks: [{ group: 21, members: 1 }] } });
  const ids = [];
  for (let i = 0; i < 5; i++) {
    const call = w.calls.inbound({ vdn: '7100', ani: String(i) });
    ids.push(call.id);
    assert.equal(w.calls.inbound({ vdn: '7100', ani: 'x' }), null, 'no trunk is left');
    w.calls.drop(call, call.outside);
  }
  assert.deepEqual(ids, [1, 2, 3, 1, 2]);
});

function sound(story) {
  const times = [story.startedAt, ...story.legs.flatMap((leg) => [leg.alertedAt, leg.answeredAt, leg.endedAt]), story.queuedAt, story.answeredAt].filter((at) => at !== null);
  assert.ok(times.every((at) => at >= story.startedAt && at <= story.endedAt), JSON.stringify(story));
  for (const leg of story.legs) {
    assert.ok(leg.endedAt !== null && leg.heldSince === null && (leg.outcome || leg.alertedAt === null), JSON.stringify(leg));
    assert.ok(leg.holdMs <= leg.endedAt - (leg.answeredAt ?? leg.endedAt), JSON.stringify(leg));
  }
  assert.ok(story.ucids.includes(story.id) && story.callIds.length >= story.ucids.length);
  assert.ok(story.queues.every((queue) => queue.leftAt !== null));
}

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  test(`random calls are all over in the end and their truth is sound (seed ${seed})`, () => {
    const w = world({ seed, quirks: {}, layout: { wrap: 3000 } });
    const run = () => {
      const generator = new Generator(w.aes, { rate: 0.4, count: 250, scale: 1 });
      generator.start();
      for (let seconds = 0; generator.running && seconds < 10_000; seconds++) w.clock.advance(1000);
      w.clock.advance(10_000);
      return generator;
    };
    assert.equal(run().running, false);
    assert.equal(w.sw.calls.size, 0);
    assert.ok(w.sw.stories.length > 150);
    w.sw.stories.forEach(sound);
    assert.deepEqual([...w.sw.agents.values()].filter((one) => one.state !== 'ready'), []);
  });
}

test('the same seed gives the same calls', () => {
  const run = () => {
    const w = world({ seed: 9, quirks: {} });
    const generator = new Generator(w.aes, { rate: 1, count: 60, scale: 0.1 });
    generator.start();
    while (generator.running) w.clock.advance(100);
    return JSON.stringify(w.aes.truth());
  };
  assert.equal(run(), run());
});
