// A real Prosody for tests: its own folder, configuration, certificate and free loopback ports, stopped by its pid; as
// root and as anybody else. And somebody who writes to the gateway, over a plain socket, sharing nothing with it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import { eventually, temporaryFolder } from './gateway.mjs';
import { freePort, reachable } from './ports.mjs';

export class Prosody {
  async start() {
    this.folder = temporaryFolder('tandem-prosody-');
    this.port = await freePort();
    this.certificate = join(this.folder, 'cert.pem');
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
      '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', join(this.folder, 'key.pem'),
      '-out', this.certificate], { stdio: 'ignore' });
    const accounts = join(this.folder, 'data/localhost/accounts');
    mkdirSync(accounts, { recursive: true });
    for (const user of ['agent', 'visitor']) writeFileSync(join(accounts, `${user}.dat`), `return { ["password"] = "${user}-pw"; };\n`);
    writeFileSync(join(this.folder, 'prosody.cfg.lua'), `
run_as_root = true
daemonize = false
pidfile = "${this.folder}/prosody.pid"
data_path = "${this.folder}/data"
log = { info = "${this.folder}/prosody.log" }
modules_enabled = { "roster", "saslauth", "tls", "disco", "carbons", "ping", "presence", "message", "iq", "offline", "c2s", "smacks", "mam" }
modules_disabled = { "s2s" }
authentication = "internal_plain"
storage = "internal"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
default_archive_policy = true
archive_expires_after = "never"
interfaces = { "127.0.0.1" }
c2s_ports = { ${this.port} }
c2s_direct_tls_ports = { }
VirtualHost "localhost"
  ssl = { certificate = "${this.certificate}"; key = "${this.folder}/key.pem" }
`);
    await this.run();
    return this;
  }

  async run() {
    this.process = spawn('prosody', ['--config', join(this.folder, 'prosody.cfg.lua'), '-F'], { stdio: 'ignore' });
    this.ended = new Promise((resolve) => this.process.on('exit', resolve));
    await eventually(() => reachable(this.port), 'Prosody', 30_000).catch((error) => {
      throw new Error(`${error.message}: ${readFileSync(join(this.folder, 'prosody.log'), 'utf8')}`);
    });
  }

  async stop() {
    this.process?.kill();
    await this.ended;
  }

  async restart() {
    await this.stop();
    await this.run();
  }
}

export class Visitor {
  async start(port, user = 'visitor', resource = 'web') {
    this.seen = '';
    this.all = '';
    this.socket = connect(port, '127.0.0.1');
    this.socket.setEncoding('utf8');
    this.socket.on('error', () => {});
    this.socket.on('data', (text) => { this.seen += text; this.all += text; });
    await this.#open();
    this.say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${Buffer.from(`\0${user}\0${user}-pw`).toString('base64')}</auth>`);
    await this.expect('<success');
    await this.#open();
    this.say(`<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`);
    await this.expect('</bind></iq>');
    this.say('<presence/>');
    await this.expect('<presence ');
    return this;
  }

  async #open() {
    this.say("<?xml version='1.0'?><stream:stream to='localhost' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>");
    await this.expect('</stream:features>');
  }

  say(xml) { this.socket.write(xml); }

  write(id, body, more = '') {
    this.say(`<message type='chat' to='agent@localhost' id='${id}'>${body ? `<body>${body}</body>` : ''}${more}</message>`);
  }

  // What came up to the end of the text.
  async expect(text) {
    await eventually(() => this.seen.includes(text), text, 20_000).catch((error) => { throw new Error(`${error.message}; came: ${this.seen}`); });
    const end = this.seen.indexOf(text) + text.length;
    const out = this.seen.slice(0, end);
    this.seen = this.seen.slice(end);
    return out;
  }

  // The server has handled all that was said.
  async settle() {
    const id = `settle-${Math.random()}`;
    this.say(`<iq type='get' id='${id}' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await this.expect(`id='${id}'`);
  }

  stop() { this.socket.destroy(); }
}
