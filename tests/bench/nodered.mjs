// Node-RED with the flow of nodered/flow.json: HTTP in, a function that maps a Telegram update to an object, response.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { freePort } from '../support/ports.mjs';

const HOME = new URL('nodered/', import.meta.url).pathname;
const PROGRAM = join(HOME, 'node_modules/node-red/red.js');

export const SECRET = 'bench-secret';
export const installed = () => existsSync(PROGRAM);

export class NodeRed {
  // Runs in `folder`, which must exist; resolves when its flow is started.
  async start(folder) {
    const port = await freePort();
    copyFileSync(join(HOME, 'flow.json'), join(folder, 'flow.json'));
    const args = [PROGRAM, '--userDir', folder, '--settings', join(HOME, 'settings.js'), '--port', String(port), 'flow.json'];
    this.process = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error('Node-RED has not started within 60 s')), 60_000);
      createInterface({ input: this.process.stdout }).on('line', (line) => {
        const version = /Node-RED version: (\S+)/.exec(line);
        if (version) this.version = version[1];
        if (!line.includes('Started flows')) return;
        clearTimeout(limit);
        resolve();
      });
      this.process.on('exit', (code) => { clearTimeout(limit); reject(new Error(`Node-RED ended with ${code}`)); });
    });
    this.url = `http://127.0.0.1:${port}`;
    return this;
  }

  async stop() {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    await ended;
  }
}
