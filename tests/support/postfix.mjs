// A real Postfix for tests: its own folder, configuration and free loopback ports, stopped by the pid that it wrote. Only
// root can start it. Takes mails from everybody on loopback without a login; nothing leaves the machine.
//   @customer.test, @example.test   delivered into a Maildir       reject@customer.test   refused at RCPT
//   @gw.test                        handed on to `gateway`         bounce@customer.test   taken, then returned
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync, chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';

import { eventually, temporaryFolder } from './gateway.mjs';
import { freePort, reachable } from './ports.mjs';

const idOf = (which) => execFileSync('id', [which, 'mail']).toString().trim();

export class Postfix {
  // `copiesTo`: every mail goes there too; `gateway`: port that takes mails for gw.test.
  async start({ copiesTo = '', gateway = 0 } = {}) {
    if (process.getuid() !== 0) throw new Error('Postfix is started by root only: run the tests as root');
    this.folder = temporaryFolder('tandem-postfix-');
    chmodSync(this.folder, 0o755);
    this.port = await freePort();
    for (const name of ['etc', 'spool', 'data', 'mail']) mkdirSync(join(this.folder, name));
    execFileSync('chown', ['postfix', join(this.folder, 'data')]);
    execFileSync('chown', ['mail:mail', join(this.folder, 'mail')]);
    writeFileSync(join(this.folder, 'etc/main.cf'), `
compatibility_level = 3.6
queue_directory = ${this.folder}/spool
data_directory = ${this.folder}/data
maillog_file = ${this.folder}/postfix.log
maillog_file_prefixes = ${this.folder}
multi_instance_name = postfix-tandem-e2e
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.test
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
relay_domains = gw.test
default_transport = error:5.7.1 nothing leaves this machine
smtp_dns_support_level = disabled
virtual_mailbox_domains = customer.test, example.test
virtual_mailbox_base = ${this.folder}/mail
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:${idOf('-u')}
virtual_gid_maps = static:${idOf('-g')}
virtual_minimum_uid = 1
always_bcc = ${copiesTo}
transport_maps = inline:{ {gw.test = smtp:[127.0.0.1]:${gateway}}, {reject@customer.test = error:5.1.1 no such user} }
virtual_alias_maps = inline:{ {bounce@customer.test = reject@customer.test} }
smtpd_recipient_restrictions = reject_unlisted_recipient, permit_mynetworks, reject
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
`);
    writeFileSync(join(this.folder, 'etc/master.cf'), `
127.0.0.1:${this.port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
pickup unix n - n 60 1 pickup
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
`);
    execFileSync('postfix', ['-c', join(this.folder, 'etc'), 'start'], { stdio: 'ignore' });
    // It is a daemon of its own: it would outlive a test that breaks.
    process.on('exit', () => this.kill());
    await eventually(() => reachable(this.port), 'Postfix', 60_000).catch((error) => { throw new Error(`${error.message}: ${this.log()}`); });
    this.pid = Number(readFileSync(join(this.folder, 'spool/pid/master.pid'), 'utf8').trim());
    return this;
  }

  log() {
    const file = join(this.folder, 'postfix.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  // Mails that were delivered to the address.
  mails(address) {
    const box = join(this.folder, 'mail/box/new');
    if (!existsSync(box)) return [];
    return readdirSync(box).map((name) => readFileSync(join(box, name), 'utf8')).filter((mail) => mail.includes(`\nDelivered-To: ${address}\n`));
  }

  kill(signal) {
    if (!this.pid) return false;
    try { return process.kill(this.pid, signal); } catch { return false; }
  }

  async stop() {
    this.kill();
    await eventually(() => !this.kill(0), 'the end of Postfix', 20_000);
    this.pid = 0;
  }
}
