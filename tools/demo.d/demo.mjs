// The demonstration behind tools/demo: node demo.mjs [--once]. The gateway is $TANDEM, else that of build/release. Secrets are
// made up, unless the environment has them.
import { randomBytes } from 'node:crypto';
import { copyFileSync, createWriteStream } from 'node:fs';
import { join } from 'node:path';

import { startAes } from '../../tests/sim/aes/aes.mjs';
import { Dovecot } from '../../tests/support/dovecot.mjs';
import { Gateway, temporaryFolder } from '../../tests/support/gateway.mjs';
import { MAILBOX } from './day.mjs';
import { play } from './play.mjs';
import { show } from './show.mjs';

const SECRETS = ['TANDEM_TOKEN', 'TANDEM_POP_KEY', 'TWILIO_AUTH_TOKEN', 'TELEGRAM_SECRET', 'META_APP_SECRET', 'META_VERIFY_TOKEN',
  'VIBER_AUTH_TOKEN', 'JIVO_URL_TOKEN', 'MAIL_PASSWORD', 'AES_PASSWORD'];
const secrets = Object.fromEntries(SECRETS.map((name) => [name, process.env[name] || randomBytes(16).toString('hex')]));

const running = [];
let ending = false;

// Stops what was started, the latest first; afterwards nothing starts any more.
async function end(code) {
  if (ending) return;
  ending = true;
  for (const server of running) await server.stop();
  process.exit(code);
}

function start(server) {
  running.unshift(server);
  return ending ? new Promise(() => {}) : server.start();
}

for (const [signal, code] of [['SIGHUP', 129], ['SIGINT', 130], ['SIGTERM', 143]]) process.on(signal, () => end(code));
// After an error that nobody caught.
process.on('exit', () => running.forEach((server) => server.process?.kill('SIGTERM')));

// The telephone: a switch and its AES, simulated in this process.
class Telephone {
  log = '';

  async start() { return Object.assign(this, { aes: await startAes({ users: { tandem: secrets.AES_PASSWORD } }) }); }
  async stop() { await this.aes?.stop(); }
}

const logOf = (server) => (server instanceof Dovecot ? server.log() : server.log);

async function demonstrate(once) {
  const mail = await start(new Dovecot({ password: secrets.MAIL_PASSWORD }));
  const { aes } = await start(new Telephone());
  const folder = temporaryFolder('tandem-demo-');
  copyFileSync(new URL('tandem.yaml', import.meta.url), join(folder, 'tandem.yaml'));
  const env = { ...secrets, MAIL_PORT: String(mail.port), MAIL_CERTIFICATE: mail.certificate, AES_PORT: String(aes.port) };
  const gateway = new Gateway(folder, undefined, env);
  const log = join(folder, 'gateway.log');
  const ready = start(gateway);
  gateway.process?.stderr.pipe(createWriteStream(log));
  await ready;

  const box = { server: mail, user: MAILBOX, password: secrets.MAIL_PASSWORD };
  show(await play(gateway.url, secrets, { box, aes }), gateway.url, secrets.TANDEM_POP_KEY);
  if (once) return 0;
  console.log(`\nThe gateway runs until Ctrl-C. Its log: ${log}`);
  await gateway.ended;
  throw new Error('the gateway has ended');
}

demonstrate(process.argv.includes('--once')).catch((error) => {
  if (!ending) console.error([error.message, ...running.map(logOf)].join('\n'));
  return 1;
}).then(end);
