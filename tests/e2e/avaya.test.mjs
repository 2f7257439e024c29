// Calls of a switch, from AES (the simulator in tests/sim/aes) to the API: a call is there while it rings, is followed through
// transfers and outages, and the gateway keeps to the protocol.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startAes } from '../sim/aes/aes.mjs';
import { AesGateway, TOKEN, interactionId } from '../support/aes_gateway.mjs';
import { eventually, temporaryFolder } from '../support/gateway.mjs';

const LAYOUT = { wrap: 50 };

async function connector(gateway) {
  const { items } = await gateway.json('/v1/connectors', TOKEN);
  return items.find((one) => one.name === 'avaya');
}

async function both({ aes: aesOptions = {}, ...options } = {}) {
  const aes = await startAes({ seed: 11, layout: LAYOUT, ...aesOptions });
  const gateway = await new AesGateway(temporaryFolder(), aes, options).start();
  return { aes, gateway, watching: () => eventually(() => gateway.watching, 'every monitor is there', 20_000) };
}

async function close({ aes, gateway }) {
  const end = await gateway.stop();
  const { violations } = aes.report;
  await aes.stop();
  assert.deepEqual(end, { code: 0, signal: null }, gateway.log);
  assert.deepEqual(violations, []);
}

// The stored interaction of that call once `wanted` is true of it.
async function stored(gateway, story, wanted = () => true) {
  let last;
  return eventually(async () => {
    const answer = await gateway.get(`/v1/interactions/${interactionId('ucid', story.id)}`, TOKEN);
    last = answer.ok ? (await answer.json()).document : answer.status;
    return answer.ok && wanted(last) && last;
  }, `call ${story.id}`, 15_000).catch((error) => { throw new Error(`${error.message}; it is ${JSON.stringify(last)}`); });
}

async function timeline(gateway, point) {
  const { id } = await gateway.json(`/v1/customers?point=${encodeURIComponent(point)}`, TOKEN);
  return (await gateway.json(`/v1/customers/${id}/timeline`, TOKEN)).items;
}

const agents = (interaction) => interaction.parties.filter((one) => one.role === 'agent').map((one) => one.contact_points?.map(({ value }) => value) ?? []).flat();

describe('a call', () => {
  let world;
  before(async () => { world = await both(); await world.watching(); });
  after(() => close(world));

  test('is on the timeline while it waits and rings, with queue, entry point and caller', async () => {
    const { aes, gateway } = world;
    const call = aes.calls.inbound({ vdn: '7100', ani: '4930123456', uui: Buffer.from('CUST=88123').toString('hex'), digits: '4711#' });
    const { story } = call;
    await stored(gateway, story, (one) => one.state !== 'closed');
    aes.calls.queue(call, '7200', 3);
    const waiting = await stored(gateway, story, (one) => one.state === 'queued' && one.queue);
    assert.deepEqual([waiting.channel, waiting.direction, waiting.queue, waiting.entry_point], ['voice', 'inbound', '7200', '7100']);

    aes.calls.alert(call, '5001');
    await stored(gateway, story, (one) => one.state === 'offered');
    const items = await timeline(gateway, 'tel:+4930123456');
    assert.deepEqual(items.map((one) => [one.channel, one.state]), [['voice', 'offered']]);

    aes.calls.answer(call, '5001');
    await stored(gateway, story, (one) => one.state === 'active' && one.answered_at && agents(one).includes('5001'));
    aes.calls.hold(call, '5001');
    await stored(gateway, story, (one) => one.state === 'held');
    aes.calls.retrieve(call, '5001');
    aes.calls.drop(call, call.outside);
    const closed = await stored(gateway, story, (one) => one.state === 'closed');
    assert.equal(closed.end_reason, 'completed');
    assert.ok(JSON.stringify(closed.attributes).includes('88123') && JSON.stringify(closed.attributes).includes('4711#'), JSON.stringify(closed.attributes));
  });

  test('that is transferred after a consultation stays one interaction with two agents', async () => {
    const { aes, gateway } = world;
    const call = aes.calls.inbound({ vdn: '7100', ani: '4930200200' });
    const { story } = call;
    aes.calls.alert(call, '5001');
    aes.calls.answer(call, '5001');
    const second = aes.calls.consult(call, '5001', { to: '5002' });
    aes.calls.answer(second, '5002');
    const kept = aes.calls.transfer(call, second, '5001');
    await stored(gateway, story, (one) => ['5001', '5002'].every((ext) => agents(one).includes(ext)) && one.state === 'active');
    aes.calls.drop(kept, kept.outside);
    const closed = await stored(gateway, story, (one) => one.state === 'closed');
    assert.ok(closed.events.some((one) => one.type.startsWith('transfer')), JSON.stringify(closed.events));
    assert.equal((await timeline(gateway, 'tel:+4930200200')).length, 1);
  });

  test('that nobody answers is abandoned, a withheld number is nobody\'s', async () => {
    const { aes, gateway } = world;
    const call = aes.calls.inbound({ vdn: '7101', restricted: true });
    aes.calls.queue(call, '7201', 0);
    aes.calls.drop(call, call.outside);
    const closed = await stored(gateway, call.story, (one) => one.state === 'closed');
    assert.equal(closed.end_reason, 'abandoned_queue');
    assert.deepEqual(closed.parties.filter((one) => one.role === 'customer').flatMap((one) => one.contact_points ?? []), []);
  });

  test('that an agent makes is the customer\'s too', async () => {
    const { aes, gateway } = world;
    const call = aes.calls.originate('5003', { number: '004930300300' });
    aes.calls.reachNetwork(call);
    aes.calls.answerOutside(call);
    await stored(gateway, call.story, (one) => one.state === 'active');
    aes.calls.drop(call, '5003');
    const closed = await stored(gateway, call.story, (one) => one.state === 'closed');
    assert.equal(closed.direction, 'outbound');
    assert.equal((await timeline(gateway, 'tel:+4930300300')).length, 1);
  });
});

describe('after an outage', () => {
  for (const [what, disturb] of [
    ['the connection broke', async ({ aes }) => aes.cut()],
    ['AES failed over', async ({ aes }) => aes.failOver()],
    ['the gateway was killed', async ({ gateway }) => { await gateway.stop('SIGKILL'); await gateway.start(); }],
    ['the link to the switch was down', async ({ aes }) => { aes.setTlink(false); aes.setTlink(true); }],
  ]) {
    test(`${what}: a call that goes on is one call, and one that ended meanwhile is marked`, async () => {
      const world = await both();
      const { aes, gateway } = world;
      await world.watching();
      const ongoing = aes.calls.inbound({ vdn: '7100', ani: '4930400400' });
      const ended = aes.calls.inbound({ vdn: '7100', ani: '4930400401' });
      for (const [call, ext] of [[ongoing, '5001'], [ended, '5002']]) { aes.calls.alert(call, ext); aes.calls.answer(call, ext); }
      for (const call of [ongoing, ended]) await stored(gateway, call.story, (one) => one.state === 'active');
      const [session] = aes.sessions.all.keys();

      if (what.includes('switch')) { aes.setTlink(false); aes.calls.drop(ended, ended.outside); aes.setTlink(true); } else {
        aes.cut({ refuse: true });
        aes.calls.drop(ended, ended.outside);
        aes.accept();
        await disturb(world);
      }
      await world.watching();
      const lost = await stored(gateway, ended.story, (one) => one.state === 'closed');
      assert.match(JSON.stringify(lost.attributes), /end_uncertain/);
      if (!what.includes('failed')) assert.ok(aes.sessions.all.has(session), 'the session was claimed by its id');

      aes.calls.drop(ongoing, ongoing.outside);
      await stored(gateway, ongoing.story, (one) => one.state === 'closed' && one.end_reason === 'completed');
      for (const point of ['tel:+4930400400', 'tel:+4930400401']) assert.equal((await timeline(gateway, point)).length, 1);
      await close(world);
    });
  }
});

describe('what an administrator sees', () => {
  test('over TLS, and a certificate nobody knows is refused', async () => {
    const world = await both({ aes: { tls: true }, tls: true });
    await world.watching();
    await close(world);
    const strange = await both({ aes: { tls: true, tlsName: 'other.example.test' }, tls: true });
    await eventually(async () => (await connector(strange.gateway))?.state === 'failed', 'it failed');
    await close(strange);
  });

  test('a wrong password waits for a person and is not tried again fast', async () => {
    const world = await both({ aes: { users: { tandem: 'another' } } });
    await eventually(async () => (await connector(world.gateway))?.state === 'auth_needed', 'it needs a password');
    assert.ok(world.aes.report.counts.StartApplicationSession <= 2, JSON.stringify(world.aes.report.counts));
    await close(world);
  });

  test('missing licences are said, and what is there is watched', async () => {
    const world = await both({ aes: { maxMonitors: 5 } });
    const state = await eventually(async () => {
      const one = await connector(world.gateway);
      return /licen[cs]e/.test(JSON.stringify(one)) && one;
    }, 'licences are missing');
    assert.match(JSON.stringify(state), /degraded/);
    await close(world);
  });
});
