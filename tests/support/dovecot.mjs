// A real Dovecot for tests: its own folder, configuration, certificate and free loopback ports, stopped by pid. Every name may
// log in with one password; a mail is delivered by laying it into a Maildir, as a delivery agent does.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import { eventually, temporaryFolder } from './gateway.mjs';
import { freePort } from './ports.mjs';

const root = process.getuid() === 0;
const idOf = (which) => Number(execFileSync('id', root ? [which, 'mail'] : [which]).toString());

// The login process answers before the rest is there: only the greeting counts.
const greets = (port) => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1');
  const end = (said) => { socket.destroy(); resolve(said); };
  socket.setTimeout(2_000, () => end(false));
  socket.on('data', (text) => end(text.toString().startsWith('* OK')));
  socket.on('error', () => end(false));
  socket.on('close', () => end(false));
});

export class Dovecot {
  constructor({ password = 'secret' } = {}) {
    this.password = password;
    this.folder = temporaryFolder('tandem-dovecot-');
    this.uid = idOf('-u');
    this.gid = idOf('-g');
    this.delivered = 0;
    process.on('exit', () => { if (this.process) this.#signalAll('SIGKILL'); });
  }

  get certificate() { return join(this.folder, 'cert.pem'); }

  async start() {
    this.stopping = false;
    chmodSync(this.folder, 0o755);
    this.#own(join(this.folder, 'mail'));
    if (!existsSync(this.certificate)) this.#makeCertificate();
    this.port ??= await freePort();
    if (this.stopping) throw new Error('Dovecot is stopped before it runs');
    const [me, mine] = ['-un', '-gn'].map((what) => execFileSync('id', [what]).toString().trim());
    writeFileSync(this.#config, `
base_dir = ${this.folder}/run
state_dir = ${this.folder}/state
log_path = ${this.folder}/dovecot.log
instance_name = tandem-e2e
protocols = imap
listen = 127.0.0.1
shutdown_clients = yes
ssl = yes
ssl_cert = <${this.certificate}
ssl_key = <${this.folder}/key.pem
${root ? '' : `default_internal_user = ${me}\ndefault_internal_group = ${mine}\ndefault_login_user = ${me}`}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  service_count = 0
  client_limit = 4096
  process_limit = 2
  inet_listener imap {
    port = ${this.port}
  }
  inet_listener imaps {
    port = 0
  }
}
service imap {
  process_limit = 4096
}
mail_max_userip_connections = 5000
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
auth_mechanisms = plain
passdb {
  driver = static
  args = password=${this.password}
}
userdb {
  driver = static
  args = uid=${this.uid} gid=${this.gid} home=${this.folder}/mail/%u allow_all_users=yes
}
first_valid_uid = 1
first_valid_gid = 0
mail_location = maildir:${this.folder}/mail/%u/Maildir
mail_fsync = never
mailbox_idle_check_interval = 1 secs
namespace inbox {
  inbox = yes
  separator = /
  mailbox Drafts {
    special_use = \\Drafts
    auto = create
  }
  mailbox Sent {
    special_use = \\Sent
    auto = create
  }
}
`);
    rmSync(join(this.folder, 'run'), { recursive: true, force: true });
    this.process = spawn(existsSync('/usr/sbin/dovecot') ? '/usr/sbin/dovecot' : 'dovecot', ['-F', '-c', this.#config],
      { stdio: 'ignore', detached: true });
    this.ended = new Promise((resolve) => this.process.on('exit', resolve));
    await eventually(() => greets(this.port), 'Dovecot', 30_000).catch((error) => { throw new Error(`${error.message}: ${this.log()}`); });
    return this;
  }

  async stop() {
    this.stopping = true;
    if (!this.process) return;
    // Again and again: while it starts, Dovecot loses signals.
    const again = setInterval(() => this.process.kill('SIGTERM'), 100);
    this.process.kill('SIGTERM');
    await this.ended;
    clearInterval(again);
    this.#signalAll('SIGKILL');
  }

  // With all its processes: they would serve on without their master. A lock that one of them held would be believed for
  // two minutes.
  async kill() {
    this.#signalAll('SIGKILL');
    await this.ended;
    for (const name of readdirSync(join(this.folder, 'mail'), { recursive: true })) {
      if (name.endsWith('.lock')) rmSync(join(this.folder, 'mail', name), { force: true });
    }
  }

  doveadm(...words) { return execFileSync('doveadm', ['-c', this.#config, ...words], { stdio: ['ignore', 'pipe', 'pipe'] }).toString(); }

  log() { return existsSync(join(this.folder, 'dovecot.log')) ? readFileSync(join(this.folder, 'dovecot.log'), 'utf8') : ''; }

  // `folder`: INBOX, or another that exists.
  deliver(user, folder, mail) {
    const box = this.#maildir(user, folder);
    for (const name of ['tmp', 'new', 'cur']) this.#own(join(box, name));
    const name = `1700000000.M${this.delivered += 1}.test`;
    const file = join(box, 'tmp', name);
    writeFileSync(file, mail.replaceAll(/\r?\n/g, '\r\n'));
    chownSync(file, this.uid, this.gid);
    renameSync(file, join(box, 'new', name));
  }

  // Many at once, the oldest first, before anybody has opened the folder: [{mail, at (milliseconds), seen}].
  fill(user, folder, mails) {
    const box = this.#maildir(user, folder);
    for (const name of ['tmp', 'new', 'cur']) this.#own(join(box, name));
    let second = 1_600_000_000;
    for (const { mail, at, seen } of mails) {
      const file = join(box, 'cur', `${second += 1}.test:2,${seen ? 'S' : ''}`);
      writeFileSync(file, mail.replaceAll(/\r?\n/g, '\r\n'));
      utimesSync(file, at / 1000, at / 1000);
      chownSync(file, this.uid, this.gid);
    }
  }

  // What the files of a folder say of their flags: "" for none.
  flags(user, folder) {
    const box = this.#maildir(user, folder);
    return ['new', 'cur'].flatMap((name) => (existsSync(join(box, name)) ? readdirSync(join(box, name)) : []))
      .map((name) => name.split(':2,')[1] ?? '');
  }

  get #config() { return join(this.folder, 'dovecot.conf'); }

  #signalAll(signal) {
    // It leads a group of its own, which may be gone.
    try { process.kill(-this.process.pid, signal); } catch (error) { if (error.code !== 'ESRCH') throw error; }
  }

  #maildir(user, folder) { return join(this.folder, 'mail', user, 'Maildir', folder === 'INBOX' ? '' : `.${folder}`); }

  // Makes the folder and those above it, each the mail user's.
  #own(folder) {
    if (existsSync(folder)) return;
    if (folder !== join(this.folder, 'mail')) this.#own(join(folder, '..'));
    mkdirSync(folder, { mode: 0o755 });
    chownSync(folder, this.uid, this.gid);
  }

  #makeCertificate() {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
      '-keyout', join(this.folder, 'key.pem'), '-out', this.certificate], { stdio: 'ignore' });
  }
}
