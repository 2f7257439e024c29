// Call records through the daemon: they meet the calls that AES told of (both simulators write of the same calls), repair what
// an outage hid, and come whole through broken connections and kills.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startAes } from '../sim/aes/aes.mjs';
import { Generator } from '../sim/aes/switch/generator.mjs';
import { LAYOUTS, lines } from '../sim/callrecords/cdr.mjs';
import { Sender } from '../sim/callrecords/sender.mjs';
import { AesGateway, TOKEN, interactionId } from '../support/aes_gateway.mjs';
import { Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';
import { freePort } from '../support/ports.mjs';

const ZONE = 'Europe/Berlin';

const itemsOf = (layout) => [...LAYOUTS[layout].items, ['return', 1], ['line-feed', 1]]
  .map(([item, length]) => `{ item: ${item}, length: ${length} }`).join(', ');

const collector = (port, layout) =>
  `{ name: cm, type: avaya_cdr, pack: avaya_cdr, options: { listen: "127.0.0.1:${port}", zone: ${ZONE}, hold: 300ms, layout: [ ${itemsOf(layout)} ] } }`;

// AES and the records' link of one switch, and a gateway at both.
async function world(layout) {
  const aes = await startAes({ seed: 23, layout: { wrap: 50 } });
  const port = await freePort();
  const gateway = await new AesGateway(temporaryFolder(), aes, { connectors: [collector(port, layout)] }).start();
  await eventually(() => gateway.watching, 'every monitor is there', 20_000);
  const sender = await new Sender().connect(port);
  return { aes, gateway, sender, layout };
}

async function close({ aes, gateway, sender }) {
  await sender.end();
  const end = await gateway.stop();
  await aes.stop();
  assert.deepEqual(end, { code: 0, signal: null }, gateway.log);
}

const cdr = ({ layout }, stories) => lines(stories, layout, { zone: ZONE }).map(({ text }) => text);

async function document(gateway, namespace, id) {
  const answer = await gateway.get(`/v1/interactions/${interactionId(namespace, id)}`, TOKEN);
  return answer.ok ? (await answer.json()).document : undefined;
}

const stored = (gateway, story, wanted) => eventually(async () => {
  const found = await document(gateway, 'ucid', story.id);
  return found && wanted(found) && found;
}, `call ${story.id}`, 20_000);

describe('records and calls of one switch', () => {
  for (const [what, layout] of [['by UCID', 'customized_recommended'], ['without UCID, by numbers, end and duration', 'customized_97']]) {
    test(`meet ${what}, and no two calls become one`, async () => {
      const all = await world(layout);
      const { aes, gateway, sender } = all;
      const generator = new Generator(aes, { count: 60, rate: 40, scale: 0.01 });
      generator.start();
      await generator.drained;
      const stories = aes.sw.stories.filter((story) => story.direction !== 'internal');
      for (const story of aes.sw.stories) await stored(gateway, story, (one) => one.state === 'closed');
      const before = await gateway.metric('tandem_store_interactions');

      // Without UCID a record of a caller who hides the number has nothing to be known by.
      const telling = stories.filter((story) => layout === 'customized_recommended' || story.ani !== null);
      const records = cdr(all, stories);
      const known = cdr(all, telling).length;
      assert.ok(known > 35, `${known} of ${records.length}`);
      for (const text of records) sender.line(text);
      const met = async () => {
        const found = await Promise.all(stories.map((story) => document(gateway, 'ucid', story.id)));
        return found.filter((one) => one.attributes.records).length === known && found;
      };
      const found = await eventually(met, 'every record is at its call', 30_000);
      const alone = records.length - known;
      await eventually(async () => (await gateway.metric('tandem_store_interactions')) === before + alone && gateway.applied(), `${alone} stand alone`, 20_000);
      for (const [index, story] of stories.entries()) {
        const late = new Date(found[index].started_at).getTime() - story.startedAt;
        assert.ok(late >= 0 && late < 1000, `the start that was seen stays, ${late} ms`);
        assert.equal(found[index].namespace, 'ucid');
      }
      await close(all);
    });
  }

  test('repair what an outage hid: a call that ended meanwhile has its end, one that nobody saw is there', async () => {
    const all = await world('customized_recommended');
    const { aes, gateway, sender } = all;
    const ended = aes.calls.inbound({ vdn: '7100', ani: '4930400401' });
    aes.calls.alert(ended, '5001');
    aes.calls.answer(ended, '5001');
    await stored(gateway, ended.story, (one) => one.state === 'active');
    aes.cut({ refuse: true });
    aes.calls.drop(ended, ended.outside);
    const unseen = aes.calls.inbound({ vdn: '7100', ani: '4930400402' });
    aes.calls.alert(unseen, '5002');
    aes.calls.answer(unseen, '5002');
    aes.calls.drop(unseen, unseen.outside);
    aes.accept();
    await eventually(() => gateway.watching, 'every monitor is there', 20_000);
    const lost = await stored(gateway, ended.story, (one) => one.state === 'closed');
    assert.equal(lost.attributes.end_uncertain, true);
    assert.equal(lost.ended_at, undefined);

    for (const text of cdr(all, [ended.story, unseen.story])) sender.line(text);
    const repaired = await stored(gateway, ended.story, (one) => one.ended_at);
    assert.equal(Math.floor(new Date(repaired.ended_at).getTime() / 60_000), Math.floor(ended.story.endedAt / 60_000));
    assert.equal(repaired.attributes.end_uncertain, true);
    const alone = await stored(gateway, unseen.story, (one) => one.state === 'closed');
    assert.equal(alone.parties[0].contact_points[0].value, '+4930400402');
    await close(all);
  });
});

const config = (office, teleseer) => `
gateway: { listen: 127.0.0.1:0, data: ./data }
identity: { region: GB }
api: { tokens: [ { name: test, secret: "\${env:TANDEM_TOKEN}", scopes: [read, write, admin] } ] }
connectors:
  - name: office
    type: avaya_smdr
    pack: avaya_smdr
    options: { mode: connect, address: "127.0.0.1:${office}", zone: Europe/London, hold: 300ms }
  - name: cm
    type: avaya_cdr
    pack: avaya_cdr
    options: { listen: "127.0.0.1:${teleseer}", zone: Europe/London, format: teleseer, hold: 300ms }
    settings: { access_code: "9" }
`;

const local = (at) => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London', dateStyle: 'short', timeStyle: 'medium' })
  .format(at).replaceAll('-', '/');
const began = new Date(Date.now() - 600_000);
const smdr = (id, continued, station, talk, caller) =>
  `${local(began)},00:00:${talk},7,${caller},I,29,29,,0,${id},${continued},E${station},Agent ${station},T9002,LINE 1.2,0,0\r\n`;

describe('records alone', () => {
  let office;
  let gateway;
  let port;

  before(async () => {
    office = await new Sender({ prefix: '\0\0' }).listen();
    port = await freePort();
    gateway = await new Gateway(temporaryFolder(), config(office.port, port), { TANDEM_TOKEN: TOKEN }).start();
    await eventually(() => office.socket, 'the gateway is there');
  });
  after(async () => {
    await office?.end();
    const end = await gateway?.stop();
    if (gateway) assert.deepEqual(end, { code: 0, signal: null }, gateway.log);
  });

  const timeline = (point, fits) => eventually(async () => {
    const found = await gateway.get(`/v1/customers?point=${encodeURIComponent(point)}`, TOKEN);
    if (!found.ok) return false;
    const { items } = await gateway.json(`/v1/customers/${(await found.json()).id}/timeline`, TOKEN);
    return fits(items) && items;
  }, point, 20_000);

  test('parts of one call, the second cut in its middle and sent again over the next connection', async () => {
    office.line(smdr(1000160, 1, 4750, 13, '01707392200'));
    office.bytes('garbage\r\n');
    await timeline('tel:+441707392200', (items) => items.length === 1);
    const second = smdr(1000160, 0, 4751, 21, '01707392200');
    await office.cutWithin(second, 40);
    office.line(second);
    const [call] = await timeline('tel:+441707392200', (items) => items[0]?.state === 'closed');
    assert.equal(call.channel, 'voice');
    assert.equal(call.direction, 'inbound');
    assert.equal(new Date(call.started_at).getTime(), Math.floor(began.getTime() / 1000) * 1000);
    await eventually(async () => (await gateway.json('/v1/quarantine', TOKEN)).items.some((one) => one.instance === 'office'), 'the garbage is shown');
  });

  test('a kill costs nothing and doubles nothing', async () => {
    office.line(smdr(1000161, 1, 4750, 13, '01707392201'));
    await timeline('tel:+441707392201', (items) => items.length === 1);
    await gateway.stop('SIGKILL');
    await eventually(() => !office.socket, 'the switch has noticed');
    office.line(smdr(1000160, 1, 4750, 13, '01707392200'));
    office.line(smdr(1000161, 0, 4752, 21, '01707392201'));
    await gateway.start();
    assert.equal((await timeline('tel:+441707392201', (found) => found[0]?.state === 'closed')).length, 1);
    assert.equal((await timeline('tel:+441707392200', () => true)).length, 1);
  });

  test('a Communication Manager that comes to us with TELESEER records', async () => {
    const at = began.getTime();
    const story = { direction: 'outbound', ani: '901707392202', startedAt: at - 60_000, answeredAt: at - 50_000, endedAt: at, customerLeftAt: null, conferences: [],
      trunk: '21/3', legs: [{ role: 'agent', station: '5001', customerFrom: at - 50_000, endedAt: at }] };
    const manager = await new Sender().connect(port);
    for (const { text } of lines([story], 'teleseer', { zone: 'Europe/London' })) manager.line(text);
    const [call] = await timeline('tel:+441707392202', (items) => items.length === 1);
    assert.equal(call.direction, 'outbound');
    assert.equal(call.state, 'closed');
    assert.equal(new Date(call.ended_at).getTime(), Math.floor(at / 60_000) * 60_000);
    await manager.end();
  });
});
