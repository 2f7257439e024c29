// A gateway at the AES simulator, whose stored calls are the records themselves: a pack that keeps each as it is.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Gateway } from './gateway.mjs';

export const TOKEN = 'avaya-token-0123456789abcdef';
export const ENV = { TANDEM_TOKEN: TOKEN, AES_PASSWORD: 'EXAMPLE-PASSWORD' };

const KEEP = `
pack: kept_calls
version: 1
title: Records of calls as they are
description: For tests that hold the records of calls against the truth.
receive:
  decode: json
  records:
    - rules:
        - name: call
          when: "id && revision"
          snapshot:
            namespace: "'ucid'"
            external_id: id
            rev: revision
            channel: "'voice'"
            direction: "direction || 'unknown'"
            state: "ended_at && 'closed' || 'active'"
            started_at: "started_at || '2020-01-01T00:00:00Z'"
            parties: [ { no: "\`0\`", role: "'customer'" } ]
            attributes: { record: "@" }
      unmatched: quarantined
`;

// Ranges of extensions as the configuration writes them.
const list = (extensions) => `[${extensions.map((one) => JSON.stringify(one)).join(', ')}]`;

// `options`: further lines of the connector's options; `tokens`, `connectors`: further entries, a line each.
export function configuration(aes, { pack = 'avaya_dmcc', options = '', tls = false, tokens = [], connectors = [] } = {}) {
  const { layout } = aes.sw;
  const stations = [...aes.sw.devices].filter(([ext, kind]) => kind === 'station' && !layout.recorders.includes(ext)).map(([ext]) => ext);
  return `
gateway: { listen: 127.0.0.1:0, data: ./data${pack === 'kept_calls' ? ', packs: ./packs' : ''} }
identity: { region: DE }
api:
  tokens:
    - { name: test, secret: "\${env:TANDEM_TOKEN}", scopes: [read, write, admin] }
${tokens.map((one) => `    - ${one}\n`).join('')}connectors:
${connectors.map((one) => `  - ${one}\n`).join('')}  - name: avaya
    type: avaya_dmcc
    pack: ${pack}
    options:
      hosts: [127.0.0.1]
      port: ${aes.port}
      tls: ${tls}${tls ? `\n      tls_ca: ${aes.tls.ca}\n      tls_name: aes.example.test` : ''}
      user: tandem
      password: "\${env:AES_PASSWORD}"
      request_rate: 2000
      outstanding: 64
      agent_poll_rate: 200
      reconnect_first: 20ms
      reconnect_limit: 100ms
${options.replace(/^(?=.)/gm, '      ')}
      switches:
        - { name: ${layout.name}, vdns: ${list(layout.vdns)}, splits: ${list(layout.skills)}, stations: ${list(stations)}, recorders: ${list(layout.recorders)} }
`;
}

export class AesGateway extends Gateway {
  constructor(folder, aes, options = {}) {
    super(folder, configuration(aes, options), { ...ENV, ...options.env });
    this.aes = aes;
    if (options.pack !== 'kept_calls') return;
    mkdirSync(join(folder, 'packs'), { recursive: true });
    writeFileSync(join(folder, 'packs', 'kept_calls.yaml'), KEEP);
  }

  // What the gateway monitors, all of it.
  get wanted() { return [...this.aes.sw.devices.keys()].filter((ext) => !this.aes.sw.layout.recorders.includes(ext)).length; }

  // Whether a session is there with every monitor.
  get watching() { return [...this.aes.sessions.all.values()].some((one) => one.link && one.monitors.size >= this.wanted); }

  async metric(name) {
    const text = await (await this.get('/metrics', TOKEN)).text();
    const line = text.split('\n').find((row) => row.startsWith(`${name} `));
    if (!line) throw new Error(`no metric ${name}`);
    return Number(line.split(' ')[1]);
  }

  async applied() { return (await this.metric('tandem_journal_last_position')) === (await this.metric('tandem_pipeline_position')); }

  // The ids of everything that is stored, by the feed.
  async subjects() {
    const upto = await this.metric('tandem_feed_position');
    const ids = new Set();
    if (upto === 0) return ids;
    const answer = await fetch(`${this.url}/v1/feed?after=0`, { headers: { Authorization: `Bearer ${TOKEN}` } });
    const decoder = new TextDecoder();
    let rest = '';
    let id = 0;
    for await (const chunk of answer.body) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        if (line.startsWith('id:')) id = Number(line.slice(3));
        else if (line.startsWith('data:')) ids.add(JSON.parse(line.slice(5)).subject);
      }
      if (id >= upto) break;
    }
    return ids;
  }
}

export function interactionId(namespace, externalId) {
  const space = Buffer.from('6f2f6f0e6f0a5d0a9b7e0d6a54414e44', 'hex');
  const digest = createHash('sha1').update(space).update(`${namespace}\x1f${externalId}`).digest().subarray(0, 16);
  digest[6] = (digest[6] & 0x0f) | 0x50;
  digest[8] = (digest[8] & 0x3f) | 0x80;
  return digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
