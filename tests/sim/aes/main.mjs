// The simulator as a program:
//   node tests/sim/aes/main.mjs [--port 0] [--tls] [--seed N] [--scenario FILE] [--size JSON] [--options JSON] [--layout JSON] [--quirks JSON]
//     [--faults JSON]
// --size makes a switch of many devices (layout.mjs), --layout changes single things of it.
// Prints `ready on 127.0.0.1:PORT` (and `ca FILE` before it with --tls), then takes commands as JSON lines on standard input
// (control.mjs, README.md). It ends when standard input ends or on SIGTERM.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { startAes } from './aes.mjs';
import { Control } from './control.mjs';
import { sized } from './switch/layout.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' }, tls: { type: 'boolean' }, seed: { type: 'string', default: '1' }, scenario: { type: 'string' }, size: { type: 'string' },
    options: { type: 'string', default: '{}' }, layout: { type: 'string', default: '{}' }, quirks: { type: 'string', default: '{}' },
    faults: { type: 'string', default: '{}' },
  },
});

const aes = await startAes({
  port: Number(values.port), tls: values.tls, seed: Number(values.seed), ...JSON.parse(values.options), layout: { ...(values.size && sized(JSON.parse(values.size))), ...JSON.parse(values.layout) },
  quirks: JSON.parse(values.quirks), faults: JSON.parse(values.faults),
});
const control = new Control(aes);
const say = (line) => process.stdout.write(`${line}\n`);

if (aes.tls) say(`ca ${aes.tls.ca}`);
say(`ready on 127.0.0.1:${aes.port}`);
if (values.scenario) control.scenario(JSON.parse(readFileSync(values.scenario, 'utf8'))).catch((error) => say(JSON.stringify({ error: error.message })));

const lines = createInterface({ input: process.stdin });
lines.on('line', async (line) => {
  let id;
  try {
    const message = JSON.parse(line);
    id = message.id;
    say(JSON.stringify({ id, ok: (await control.run(message)) ?? null }));
  } catch (error) { say(JSON.stringify({ id, error: error.message })); }
});
lines.on('close', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
