// Writes call records of the AES simulator's calls:
//   node tests/sim/callrecords/main.mjs --truth FILE [--format customized_recommended|customized_97|teleseer|smdr] [--zone Europe/Berlin]
//     [--columns 35] [--split] [--to HOST:PORT | --listen PORT]
// FILE holds the simulator's answer to `truth` (a JSON list; `-` is standard input). Without an address the records go to standard
// output.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { LAYOUTS, lines } from './cdr.mjs';
import { Sender } from './sender.mjs';
import { Smdr } from './smdr.mjs';

const { values } = parseArgs({
  options: {
    truth: { type: 'string', default: '-' }, format: { type: 'string', default: 'customized_recommended' }, zone: { type: 'string', default: 'Europe/Berlin' },
    columns: { type: 'string', default: '35' }, split: { type: 'boolean', default: false }, to: { type: 'string' }, listen: { type: 'string' },
  },
});
if (values.format !== 'smdr' && !LAYOUTS[values.format]) {
  console.error(`--format: ${values.format} is none of smdr, ${Object.keys(LAYOUTS).join(', ')}`);
  process.exit(2);
}
const stories = JSON.parse(readFileSync(values.truth === '-' ? 0 : values.truth, 'utf8'));
const records = values.format === 'smdr' ? new Smdr({ zone: values.zone, columns: Number(values.columns) }).lines(stories)
  : lines(stories, values.format, { zone: values.zone, split: values.split });

if (values.to === undefined && values.listen === undefined) {
  for (const { text } of records) process.stdout.write(text, 'latin1');
} else {
  const sender = new Sender({ kept: 3000 });
  if (values.to !== undefined) {
    const at = values.to.lastIndexOf(':');
    await sender.connect(Number(values.to.slice(at + 1)), values.to.slice(0, at));
  } else {
    await sender.listen(Number(values.listen));
    console.log(`ready on 127.0.0.1:${sender.port}`);
  }
  for (const { text } of records) sender.line(text);
  if (values.to !== undefined) await sender.end();
}
