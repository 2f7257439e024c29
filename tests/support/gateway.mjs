// Starts the real binary for tests: temporary folder, free loopback port, stopped by pid. The path of the binary comes
// from $TANDEM (set by ctest).
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const BINARY = process.env.TANDEM ?? new URL('../../build/release/tandem', import.meta.url).pathname;

const LOG_KEPT = 4_000_000;

const folders = [];
process.on('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

export function temporaryFolder(prefix = 'tandem-test-') {
  folders.push(mkdtempSync(join(tmpdir(), prefix)));
  return folders.at(-1);
}

// A running gateway. `url` is set once it is ready; `log` is the end of its standard error.
export class Gateway {
  constructor(folder, configText, env = {}) {
    this.folder = folder;
    this.config = join(folder, 'tandem.yaml');
    this.env = { ...process.env, ...env };
    this.log = '';
    if (configText) writeFileSync(this.config, configText);
  }

  // Resolves when the gateway says that it is ready; rejects when it ends before, or after thirty seconds.
  async start() {
    this.process = spawn(BINARY, ['run', this.config], { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.process.stderr.on('data', (bytes) => { this.log = (this.log + bytes).slice(-LOG_KEPT); });
    this.ended = new Promise((resolve) => this.process.on('exit', (code, signal) => resolve({ code, signal })));
    this.url = await new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`not ready after 30 s: ${this.log}`)), 30_000);
      createInterface({ input: this.process.stdout }).on('line', (line) => {
        const found = /ready on (\S+)/.exec(line);
        if (!found) return;
        clearTimeout(limit);
        resolve(found[1]);
      });
      this.process.on('exit', (code) => { clearTimeout(limit); reject(new Error(`ended with ${code}: ${this.log}`)); });
    });
    return this;
  }

  async stop(signal = 'SIGTERM') {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return this.ended;
    this.process.kill(signal);
    return this.ended;
  }

  async get(path, token) {
    return fetch(this.url + path, { headers: token ? { Authorization: `Bearer ${token}` } : {} });
  }

  async json(path, token) {
    const answer = await this.get(path, token);
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}

// Waits until `condition` gives something true; asks again at once after a turn of the loop. At most `limit` ms.
export async function eventually(condition, what, limit = 10_000) {
  const deadline = Date.now() + limit;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > deadline) throw new Error(`not within ${limit} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
