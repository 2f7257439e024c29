// The smallest client that can talk to the simulator, for its own tests only.
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

import { frame, FrameReader } from '../protocol/frame.mjs';
import { AVAYA, CSTA, SESSION } from '../protocol/names.mjs';
import { child, parse, textOf } from '../protocol/xml.mjs';

export const login = ({ password = 'EXAMPLE-PASSWORD', duration = 180, cleanup = 60, version = 'ed3/privE', sessionId } = {}) =>
  `<StartApplicationSession xmlns="${SESSION}"><applicationInfo><applicationID>test</applicationID><applicationSpecificInfo><a:SessionLoginInfo xmlns:a="${AVAYA}">` +
  `<a:userName>tandem</a:userName><a:password>${password}</a:password><a:sessionCleanupDelay>${cleanup}</a:sessionCleanupDelay>` +
  `${sessionId ? `<a:sessionID>${sessionId}</a:sessionID>` : ''}</a:SessionLoginInfo></applicationSpecificInfo></applicationInfo><requestedProtocolVersions>` +
  `<protocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/${version}</protocolVersion></requestedProtocolVersions>` +
  `<requestedSessionDuration>${duration}</requestedSessionDuration></StartApplicationSession>`;

const EVENTS = ['callCleared', 'conferenced', 'connectionCleared', 'delivered', 'diverted', 'established', 'failed', 'held', 'networkReached', 'originated',
  'queued', 'retrieved', 'serviceInitiated', 'transferred'];
const AGENT = ['agentBusy', 'agentLoggedOn', 'agentLoggedOff', 'agentNotReady', 'agentReady', 'agentWorkingAfterCall'];
const flags = (names) => names.map((name) => `<${name}>true</${name}>`).join('');

export const monitorStart = (ext, { type = 'device', invert = true, events = EVENTS, agent = AGENT } = {}) =>
  `<MonitorStart xmlns="${CSTA}"><monitorObject><deviceObject>${ext}:CM1:10.20.0.5:0</deviceObject></monitorObject><requestedMonitorFilter><callcontrol>${flags(events)}` +
  `</callcontrol><logicalDeviceFeature>${flags(agent)}</logicalDeviceFeature></requestedMonitorFilter><monitorType>${type}</monitorType><extensions><privateData><private>` +
  `<a:AvayaEvents xmlns:a="${AVAYA}">${invert ? '<a:invertFilter>true</a:invertFilter>' : ''}</a:AvayaEvents></private></privateData></extensions></MonitorStart>`;

export const csta = (name, body = '') => `<${name} xmlns="${CSTA}">${body}</${name}>`;
export const avaya = (name, body = '') => `<${name} xmlns="${AVAYA}">${body}</${name}>`;
export const session = (name, body = '') => `<${name} xmlns="${SESSION}">${body}</${name}>`;

export class Client {
  #reader = new FrameReader();
  #next = 0;
  #waiting = new Map();

  events = [];       // {name, xref, document, text}
  unreadable = 0;
  documents = [];

  static async connect(aes) {
    const client = new Client();
    client.socket = aes.tls ? tls.connect({ port: aes.port, host: '127.0.0.1', ca: [aes.tls.cert], servername: 'aes.example.test' }) : net.connect(aes.port, '127.0.0.1');
    client.closed = once(client.socket, 'close');
    client.socket.on('error', () => {});
    client.socket.on('data', (bytes) => client.#take(bytes));
    await once(client.socket, aes.tls ? 'secureConnect' : 'connect');
    return client;
  }

  #take(bytes) {
    for (const { invokeId, payload } of this.#reader.take(bytes)) {
      const text = payload.toString('utf8');
      let document;
      try { document = parse(text); } catch { this.unreadable++; continue; }
      this.documents.push({ invokeId, document, text });
      if (invokeId !== '9999') { this.#waiting.get(invokeId)?.(document); continue; }
      this.events.push({ name: document.name, xref: textOf(document, 'monitorCrossRefID'), document, text });
    }
  }

  ask(xml, invokeId = String(++this.#next).padStart(4, '0')) {
    return new Promise((resolve) => {
      this.#waiting.set(invokeId, resolve);
      this.socket.write(frame(invokeId, xml));
    });
  }

  // Everything that was sent before has arrived once this is answered.
  async settle() { await this.ask(avaya('GetTimeOfDay', '<switchName>CM1</switchName>')); }

  async start(options) { return textOf(await this.ask(login(options)), 'sessionID'); }
  async monitor(ext, options) { return textOf(await this.ask(monitorStart(ext, options)), 'monitorCrossRefID'); }

  names(xref) { return this.events.filter((one) => !xref || one.xref === xref).map((one) => one.name).filter((name) => !name.startsWith('Agent')); }

  async close() { this.socket.destroy(); await this.closed; }
}

export { child, textOf };
