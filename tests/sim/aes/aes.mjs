// A simulator of Avaya's Application Enablement Services, written from ../../../../shared/vendors/avaya.md sections 2 and 3.
//   const aes = await startAes({seed: 7});   aes.port   aes.sw   aes.calls.inbound({vdn: '7100', ani: '4930123456'})   await aes.stop()
// Options: README.md.
import net from 'node:net';
import tls from 'node:tls';

import { wall } from './protocol/clock.mjs';
import { a, extensions, c, VERSIONS } from './protocol/names.mjs';
import { Chance } from './protocol/random.mjs';
import { STYLES } from './protocol/xml.mjs';
import { failure } from './server/errors.mjs';
import { Faults, garbageFrame } from './server/faults.mjs';
import { Link } from './server/link.mjs';
import { Monitors } from './server/monitors.mjs';
import { Report } from './server/report.mjs';
import { SERVICES } from './server/services.mjs';
import { Sessions } from './server/sessions.mjs';
import { selfSigned } from './server/tls.mjs';
import * as calls from './switch/calls.mjs';
import * as moves from './switch/moves.mjs';
import { Switch } from './switch/switch.mjs';

const OPTIONS = {
  port: 0, seed: 1, tls: false, users: { tandem: 'EXAMPLE-PASSWORD' }, versions: VERSIONS, longestSession: 7200, maxSessions: 16, busy: 0,
  badPassword: 'defined', unknownSession: 'refuse', maxMonitors: 20_000, listPart: 100, checkExtensions: false, emptySnapshot: 'empty', snapshotByReference: false, sendUcid: true, linkEvents: false,
  zoneOffset: 120, skew: 0, style: 'random', linkName: 'CM1-link1',
};

export class Aes {
  constructor(options = {}) {
    this.options = { ...OPTIONS, ...options };
    this.clock = options.clock ?? wall();
    this.chance = new Chance(this.options.seed);
    this.sw = new Switch({ clock: this.clock, chance: this.chance, layout: options.layout, quirks: options.quirks });
    this.faults = new Faults({ clock: this.clock, chance: this.chance, settings: options.faults });
    this.report = new Report(this.clock);
    this.links = new Set();
    this.monitors = new Monitors({ sw: this.sw, options: this.options });
    this.sessions = new Sessions({ clock: this.clock, options: this.options, chance: this.chance, ended: (session) => this.monitors.forget(session) });
    this.tlink = { up: true, name: this.options.linkName, status: (id) => this.#status(id) };
    this.calls = Object.fromEntries(Object.entries({ ...calls, ...moves }).filter(([, one]) => typeof one === 'function')
      .map(([name, run]) => [name, (...rest) => run(this.sw, ...rest)]));
    this.#styles = this.chance.stream('styles');
  }

  #styles; #server; #links = 0;

  async listen() {
    const accept = (socket) => this.#accept(socket);
    if (this.options.tls) this.tls = selfSigned(this.options.tlsName);
    this.#server = this.tls ? tls.createServer(this.tls, accept) : net.createServer(accept);
    this.#server.on('tlsClientError', () => { this.report.tlsErrors++; });
    await new Promise((resolve, reject) => this.#server.once('error', reject).listen(this.options.port, '127.0.0.1', resolve));
    this.port = this.#server.address().port;
    return this;
  }

  #accept(socket) {
    if (this.refusing) { socket.destroy(); return; }
    const style = () => (this.options.style === 'random' ? this.#styles.of(STYLES) : STYLES.find((one) => one.name === this.options.style) ?? STYLES[0]);
    this.links.add(new Link(socket, {
      id: ++this.#links, faults: this.faults, report: this.report, style, handle: (request, link) => this.#handle(request, link),
      closed: (link) => { this.links.delete(link); if (link.session?.link === link) this.sessions.detach(link.session); },
    }));
  }

  #handle(request, link) {
    if (request.name === 'StartApplicationSession') return this.sessions.start(request, link);
    if (request.name === 'ResetApplicationSessionTimer') return this.sessions.reset(request);
    if (request.name === 'StopApplicationSession') return this.sessions.stop(request);
    const { session } = link;
    if (!session) return failure('operation', 'securityViolation');
    const context = { sw: this.sw, session, options: this.options, tlink: this.tlink };
    switch (request.name) {
      case 'MonitorStart': return this.tlink.up ? this.monitors.start(request, session) : failure('systemResourceAvailibility', 'networkOutOfService');
      case 'MonitorStop': return this.monitors.stop(request, session);
      case 'ChangeMonitorFilter': return this.monitors.change(request, session);
      case 'GetMonitorList': return this.monitors.list(request, session);
      case 'TransferMonitorObjects': return this.monitors.transfer(request, session, this.sessions);
      default: return SERVICES[request.name]?.(request, context) ?? failure('operation', 'serviceNotSupported');
    }
  }

  #status(id) {
    return c('SystemStatusEvent', [
      c('sysStatRegisterID', id), c('systemStatus', this.tlink.up ? 'normal' : 'disabled'),
      extensions('SystemStatusEventPrivateData', [a('switchTlinkStatus', [
        a('switchName', this.sw.layout.name), a('tlinkStatus', this.tlink.up ? 'tlinkUp' : 'tlinkDown')])])]);
  }

  // The older form of the same (2.12).
  #linkEvent(up) {
    return a(up ? 'LinkUpEvent' : 'LinkDownEvent', [a('eventListenerId', 1), a('linkName', this.tlink.name), !up && a('autoReconnect', 'true')]);
  }

  // --- what a test does to it -----------------------------------------------------------------------------------------

  // Breaks every connection off. `refuse`: no new one until `accept`.
  cut({ refuse = false } = {}) {
    this.refusing = refuse;
    for (const link of this.links) link.close();
  }

  accept() { this.refusing = false; }

  // Another server takes over behind the same address: it knows no session.
  failOver() { this.sessions.forgetAll(); this.cut(); }

  terminate(reason = 'AES is shutting down') { for (const session of [...this.sessions.all.values()]) this.sessions.terminate(session, reason); }

  // The link between AES and the switch: monitors stay and are silent while it is down.
  setTlink(up) {
    this.tlink.up = up;
    this.faults.set({ silent: !up });
    for (const session of this.sessions.all.values()) {
      for (const id of session.registered) session.link?.unasked(this.#status(id));
      if (this.options.linkEvents) session.link?.unasked(this.#linkEvent(up));
    }
  }

  // Copies of events handed to sessions so far.
  get delivered() {
    let sum = this.monitors.gone;
    for (const one of this.monitors.all.values()) sum += one.delivered;
    return sum;
  }

  garbage(which) { for (const link of this.links) link.raw(garbageFrame(this.chance, which)); }

  truth(from = 0) { return this.sw.stories.slice(from).map((story) => ({ ...story })); }

  async stop() {
    this.sessions.forgetAll();
    this.cut({ refuse: true });
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export const startAes = (options) => new Aes(options).listen();
