// The shared message-centre simulator (fixtures/sms/servers/smsc.js) as a child process on free loopback ports, stopped
// by pid. It needs the npm packages of tests/connectors/smpp/peer (tools/setup).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const FIXTURES = process.env.TANDEM_FIXTURES ?? new URL('../../../shared/fixtures', import.meta.url).pathname;
const SCRIPT = join(FIXTURES, 'sms/servers/smsc.js');
const MODULES = new URL('../connectors/smpp/peer/node_modules', import.meta.url).pathname;

// Whether there are fixtures; said plainly when not, and an error under CI=true.
export function simulatorThere() {
  if (existsSync(SCRIPT)) return true;
  if (process.env.CI === 'true') throw new Error(`CI=true, and the fixtures are missing: ${SCRIPT}`);
  console.log(`LEFT OUT: no fixtures at ${FIXTURES} (set TANDEM_FIXTURES)`);
  return false;
}

export class Smsc {
  constructor(...options) {
    this.options = options;
    this.log = '';
  }

  async start() {
    this.process = spawn(process.execPath, [SCRIPT, ...this.options, '--max-seconds', '300'], {
      env: { ...process.env, NODE_PATH: MODULES }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stderr.on('data', (bytes) => { this.log += bytes; });
    const ready = await new Promise((resolve, reject) => {
      createInterface({ input: this.process.stdout }).once('line', (line) => resolve(JSON.parse(line)));
      this.process.on('exit', (code) => reject(new Error(`the simulator ended with ${code}: ${this.log}`)));
    });
    this.port = ready.smpp;
    this.url = `http://127.0.0.1:${ready.http}`;
    return this;
  }

  stop() { this.process?.kill('SIGKILL'); }

  async get(path) { return (await fetch(this.url + path)).json(); }
  async post(path, body = {}) { return (await fetch(this.url + path, { method: 'POST', body: JSON.stringify(body) })).json(); }
  async count(name) { return (await this.get('/state')).stats[name]; }
}
