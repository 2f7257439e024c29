// The simulator in a process of its own, for tests and measurements: starts main.mjs and speaks its commands.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export class AesProgram {
  #waiting = new Map();
  #next = 0;

  // `args`: options of main.mjs without the dashes; objects are written as JSON.
  async start(args = {}) {
    const list = Object.entries(args).flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, typeof value === 'object' ? JSON.stringify(value) : String(value)]));
    this.process = spawn(process.execPath, [fileURLToPath(new URL('main.mjs', import.meta.url)), ...list], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.ended = new Promise((resolve) => this.process.on('exit', resolve));
    await new Promise((resolve, reject) => {
      this.process.on('exit', (code) => reject(new Error(`the simulator ended with ${code}`)));
      createInterface({ input: this.process.stdout }).on('line', (line) => {
        const ready = /^ready on 127\.0\.0\.1:(\d+)$/.exec(line);
        const ca = /^ca (.+)$/.exec(line);
        if (ready) { this.port = Number(ready[1]); resolve(); } else if (ca) [, this.ca] = ca; else this.#answer(JSON.parse(line));
      });
    });
    return this;
  }

  #answer({ id, ok, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new Error(error)); else waiting?.resolve(ok);
  }

  do(name, more = {}) {
    const id = ++this.#next;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.process.stdin.write(`${JSON.stringify({ ...more, id, do: name })}\n`);
    });
  }

  async stop() { this.process.stdin.end(); await this.ended; }
}
