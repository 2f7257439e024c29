// Call records of Avaya's switches through the daemon: an IP Office that it goes to, a Communication Manager that comes.
import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';

import { Gateway, eventually, temporaryFolder } from '../support/gateway.mjs';
import { freePort } from '../support/postfix.mjs';

const TOKEN = 'records-token-0123456789abcdef';
const env = { TANDEM_TOKEN: TOKEN };

const config = (office, cm) => `
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
    options: { listen: "127.0.0.1:${cm}", zone: Europe/London, format: expanded, hold: 300ms }
`;

const local = (at) => {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/London', dateStyle: 'short', timeStyle: 'medium' }).format(at);
  return parts.replaceAll('-', '/');
};
const began = new Date(Date.now() - 600_000);
const smdr = (id, continued, station, talk, caller = '01707392200') =>
  `${local(began)},00:00:${talk},7,${caller},I,29,29,,0,${id},${continued},E${station},Agent ${station},T9002,LINE 1.2,0,0`;

// An IP Office: what it has it gives to whoever connects.
class IpOffice {
  constructor() {
    this.waiting = [];
    this.server = createServer((socket) => {
      this.socket = socket;
      socket.on('error', () => {});
      for (const octets of this.waiting.splice(0)) socket.write(octets);
    });
  }
  async start() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.port = this.server.address().port;
    return this;
  }
  send(octets) {
    if (this.socket && !this.socket.destroyed) this.socket.write(octets);
    else this.waiting.push(octets);
  }
  // The rest of what it had to say comes over the next connection.
  hangUp(next) {
    this.waiting.push(next);
    this.socket.end();
    this.socket = undefined;
  }
  async stop() {
    this.socket?.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('call records', () => {
  let office;
  let cm;
  let gateway;

  before(async () => {
    office = await new IpOffice().start();
    cm = await freePort();
    gateway = await new Gateway(temporaryFolder(), config(office.port, cm), env).start();
  });
  after(async () => {
    const end = await gateway?.stop();
    await office?.stop();
    if (gateway) assert.deepEqual(end, { code: 0, signal: null }, gateway.log);
  });

  const timeline = async (point, fits) => eventually(async () => {
    const found = await gateway.get(`/v1/customers?point=${encodeURIComponent(point)}`, TOKEN);
    if (found.status !== 200) return false;
    const { id } = await found.json();
    const { items } = await gateway.json(`/v1/customers/${id}/timeline`, TOKEN);
    return fits(items) && items;
  }, point, 30_000).catch((error) => { throw new Error(`${error.message}: ${gateway.log}`); });

  test('parts of one call, the second over the next connection', async () => {
    const second = `${smdr(1000160, 0, 4751, 21)}\r\n`;
    office.send(`\0\0${smdr(1000160, 1, 4750, 13)}\r\ngarbage\r\n${second.slice(0, 40)}`);
    await timeline('tel:+441707392200', (items) => items.length === 1);
    office.hangUp(second.slice(40));
    const [call] = await timeline('tel:+441707392200', (items) => items[0]?.state === 'closed');
    assert.equal(call.channel, 'voice');
    assert.equal(call.direction, 'inbound');
    assert.equal(new Date(call.started_at).getTime(), Math.floor(began.getTime() / 1000) * 1000);
  });

  test('a kill costs nothing and doubles nothing', async () => {
    office.send(`${smdr(1000161, 1, 4750, 13, '01707392201')}\r\n`);
    await timeline('tel:+441707392201', (items) => items.length === 1);
    await gateway.stop('SIGKILL');
    office.socket = undefined;
    office.send(`${smdr(1000160, 1, 4750, 13)}\r\n${smdr(1000161, 0, 4752, 21, '01707392201')}\r\n`);
    await gateway.start();
    const items = await timeline('tel:+441707392201', (found) => found[0]?.state === 'closed');
    assert.equal(items.length, 1);
    assert.equal((await timeline('tel:+441707392200', () => true)).length, 1);
  });

  test('a switch that comes to us', async () => {
    const field = (text, length) => String(text).padStart(length);
    const [, time] = local(began).split(' ');
    const record = `${time.slice(0, 5).replace(':', '')} 0040 9 ${field('', 4)} ${field(721, 4)} ${field(5001, 15)} ${field('1707392202', 10)} ${field('', 15)}`;
    const socket = connect(cm, '127.0.0.1');
    socket.write(`${record}\r\n\0\0\0`);
    const [call] = await timeline('tel:+441707392202', (items) => items.length === 1);
    socket.end();
    assert.equal(call.direction, 'inbound');
    assert.equal(call.state, 'closed');
  });
});
