// Kannel (Debian package kannel) as an SMPP client of another make: it cuts, encodes, joins and decodes by its own rules.
// One process pair in a temporary folder on free loopback ports, stopped by pid.
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';

import { eventually, temporaryFolder } from './gateway.mjs';
import { freePorts } from './ports.mjs';

const BEARERBOX = '/usr/sbin/bearerbox';
const SMSBOX = '/usr/sbin/smsbox';

export class Kannel {
  // `sendTo`: port of the centre that it submits to; `receiveFrom`: port of the one that delivers to it.
  // Without `keep` what it hands on is only counted.
  constructor({ sendTo, receiveFrom, window = 10, keep = true }) {
    if (!existsSync(BEARERBOX) || !existsSync(SMSBOX)) throw new Error('run tools/setup: no kannel');
    this.centres = { sendTo, receiveFrom };
    this.window = window;
    this.keep = keep;
    this.received = [];
    this.count = 0;
    this.log = '';
  }

  async start() {
    this.folder = temporaryFolder('tandem-kannel-');
    [this.admin, this.boxes, this.http] = await freePorts(3);
    this.sink = http.createServer((request, response) => {
      this.count++;
      if (this.keep) this.received.push(Object.fromEntries(new URL(request.url, 'http://sink').searchParams));
      response.end();
    });
    await new Promise((resolve) => this.sink.listen(0, '127.0.0.1', resolve));
    const file = join(this.folder, 'kannel.conf');
    writeFileSync(file, this.config());
    this.processes = [];
    this.run(BEARERBOX, file);
    await eventually(() => this.status(), 'the bearerbox answers');
    this.run(SMSBOX, file);
    const links = Object.values(this.centres).filter(Boolean).length;
    await eventually(async () => ((await this.status()).match(/\(on-?line /g) ?? []).length >= links + 1, 'Kannel is bound', 20_000)
      .catch(async (error) => { throw new Error(`${error.message}\n${await this.status()}\n${this.log}`); });
    return this;
  }

  stop() {
    for (const process of this.processes ?? []) process.kill('SIGKILL');
    this.sink?.closeAllConnections();
    this.sink?.close();
  }

  async status() {
    return fetch(`http://127.0.0.1:${this.admin}/status.txt?password=admin`).then((answer) => answer.text(), () => '');
  }

  // `text` is cut into parts and encoded by Kannel: coding 0 its default alphabet, 2 UCS2.
  async send({ from, to, text, coding }) {
    const query = new URLSearchParams({ username: 'tester', password: 'tester', from, to, text, coding, charset: 'UTF-8' });
    const answer = await fetch(`http://127.0.0.1:${this.http}/cgi-bin/sendsms?${query}`);
    if (answer.status !== 202) throw new Error(`Kannel refuses: ${answer.status} ${await answer.text()}`);
    await answer.text();
  }

  run(program, file) {
    const child = spawn(program, ['-v', '2', file], { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (bytes) => { this.log += bytes; });
    this.processes.push(child);
  }

  config() {
    const link = (id, ports) => `
group = smsc
smsc = smpp
smsc-id = ${id}
host = 127.0.0.1
${ports}
smsc-username = tandem
smsc-password = secret
system-type = ""
address-range = ""
enquire-link-interval = 5
max-pending-submits = ${this.window}
reconnect-delay = 1
`;
    const { sendTo, receiveFrom } = this.centres;
    const links = (sendTo ? link('out', `port = ${sendTo}`) : '') + (receiveFrom ? link('in', `port = 0\nreceive-port = ${receiveFrom}`) : '');
    return `
group = core
admin-port = ${this.admin}
admin-password = admin
admin-interface = "127.0.0.1"
smsbox-port = ${this.boxes}
smsbox-interface = "127.0.0.1"
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
dlr-storage = internal
${links}
group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = ${this.boxes}
sendsms-port = ${this.http}
sendsms-interface = "127.0.0.1"
mo-recode = true

group = sendsms-user
username = tester
password = tester
max-messages = 10
concatenation = true

group = sms-service
keyword = default
get-url = "http://127.0.0.1:${this.sink.address().port}/?from=%p&to=%P&text=%a&charset=%C&coding=%c"
max-messages = 0
catch-all = true
`;
  }
}
