// Monitors (avaya.md 2.7): what is watched, through which filter, and what the answers say about it.
import { a, c, deviceElement, FILTER_OF, parseDevice } from '../protocol/names.mjs';
import { child, textOf } from '../protocol/xml.mjs';
import { failure } from './errors.mjs';

const isTrue = (element) => ['true', '1'].includes(element?.text.trim());

function inverted(request) {
  const priv = child(child(child(request, 'extensions'), 'privateData'), 'private');
  return { flag: isTrue(child(child(priv, 'AvayaEvents'), 'invertFilter')), services: child(child(priv, 'AvayaEvents'), 'deviceServices') };
}

// The events that pass: those listed as true, if invertFilter says so. Without it the monitor starts and stays silent
// (pitfall 5).
function passing(filter, inversion) {
  const listed = new Set();
  for (const group of ['callcontrol', 'logicalDeviceFeature']) {
    for (const one of child(filter, group)?.children ?? []) if (isTrue(one)) listed.add(one.name);
  }
  return (name) => inversion && listed.has(FILTER_OF[name]);
}

const copyOf = (name, filter) => c(name, (filter?.children ?? []).filter((group) => ['callcontrol', 'logicalDeviceFeature'].includes(group.name))
  .map((group) => c(group.name, group.children.map((one) => c(one.name, one.text.trim())))));

class Monitor {
  constructor(fields) { Object.assign(this, fields); this.delivered = 0; this.kept = 0; }

  // Called by the switch, at once: `build` reads the call as it is now.
  take(name, build, local) {
    if (!this.lets(name)) { this.kept++; return; }
    this.delivered++;
    this.session.event(this.xref, () => build({ xref: this.xref, local, watched: this.type === 'call' ? this.ext : undefined }));
  }
}

export class Monitors {
  #next = 101;

  constructor({ sw, options }) { Object.assign(this, { sw, options, all: new Map(), gone: 0 }); }

  start(request, session) {
    const object = child(request, 'monitorObject');
    const device = child(object, 'deviceObject');
    const filter = child(request, 'requestedMonitorFilter');
    const { flag, services } = inverted(request);
    if (device && device.text.trim() === '') return this.#ofSession(session, services);
    const named = parseDevice(device?.text.trim());
    const type = textOf(request, 'monitorType') ?? 'device';
    const error = this.#refusal(device, named, type);
    if (error) return error;
    const monitor = this.#add({ session, ext: named.ext, type, lets: passing(filter, flag) });
    this.sw.watch(monitor);
    return c('MonitorStartResponse', [
      c('monitorCrossRefID', monitor.xref), copyOf('actualMonitorFilter', filter), c('monitorExistingCalls', String(type === 'device'))]);
  }

  #refusal(device, named, type) {
    if (!device) return failure('operation', 'invalidMonitorObject');
    const kind = named && named.switch === this.sw.layout.name.toLowerCase() ? this.sw.devices.get(named.ext) : undefined;
    if (!kind) return failure('operation', 'invalidDeviceID');
    if (type === 'call' && kind !== 'vdn') return failure('operation', 'requestIncompatibleWithObject');
    if (this.all.size >= this.options.maxMonitors) return failure('subscribedResourceAvailability', 'objectMonitorLimitExceeded');
    return undefined;
  }

  #add(fields) {
    const monitor = new Monitor({ xref: String(this.#next++), ...fields });
    this.all.set(monitor.xref, monitor);
    fields.session.monitors.set(monitor.xref, monitor);
    return monitor;
  }

  // A monitor of the session itself, for lists and for taking monitors over.
  #ofSession(session, services) {
    session.services = new Set((services?.children ?? []).filter(isTrue).map((one) => one.name));
    const monitor = this.#add({ session, ext: null, type: 'session', lets: () => false });
    session.serviceXref = monitor.xref;
    return c('MonitorStartResponse', [c('monitorCrossRefID', monitor.xref)]);
  }

  stop(request, session) {
    const monitor = session.monitors.get(textOf(request, 'monitorCrossRefID') ?? '');
    if (!monitor) return failure('operation', 'invalidMonitorCrossRefID');
    this.remove(monitor);
    return c('MonitorStopResponse');
  }

  change(request, session) {
    const monitor = session.monitors.get(textOf(request, 'monitorCrossRefID') ?? '');
    if (!monitor) return failure('operation', 'invalidMonitorCrossRefID');
    const filter = child(request, 'requestedFilterList');
    monitor.lets = passing(filter, inverted(request).flag);
    return c('ChangeMonitorFilterResponse', [copyOf('actualFilterList', filter)]);
  }

  remove(monitor) {
    if (this.all.delete(monitor.xref)) this.gone += monitor.delivered;
    monitor.session.monitors.delete(monitor.xref);
    if (monitor.ext) this.sw.unwatch(monitor);
  }

  forget(session) { for (const monitor of [...session.monitors.values()]) this.remove(monitor); }

  // The list comes as events after the answer, a part in each (d_recovery_same_id).
  list(request, session) {
    const id = textOf(request, 'sessionID');
    const objects = [...session.monitors.values()].filter((one) => one.ext);
    this.#parts('GetMonitorListEvent', session, objects, [a('sessionID', id)]);
    return a('GetMonitorListResponse', [a('sessionID', id)]);
  }

  transfer(request, session, sessions) {
    const [from, to] = ['fromSessionID', 'toSessionID'].map((name) => textOf(request, name));
    if (!session.services?.has('transferMonitorObjects')) return failure('operation', 'invalidMonitorObject');
    if (to !== session.id) return failure('operation', 'invalidParameterValue');
    const old = sessions.all.get(from);
    const moved = old && old.user === session.user ? [...old.monitors.values()].filter((one) => one.ext) : [];
    for (const monitor of moved) {
      old.monitors.delete(monitor.xref);
      session.monitors.set(monitor.xref, monitor);
      monitor.session = session;
    }
    this.#parts('TransferMonitorObjectsEvent', session, moved, [a('fromSessionID', from), a('toSessionID', to)]);
    return a('TransferMonitorObjectsResponse', [a('fromSessionID', from), a('toSessionID', to)]);
  }

  #parts(name, session, monitors, head) {
    const size = this.options.listPart;
    const parts = [];
    for (let at = 0; at === 0 || at < monitors.length; at += size) parts.push(monitors.slice(at, at + size));
    parts.forEach((part, index) => session.link.later(a(name, [
      a('sequenceNumber', index + 1), ...head, a('isFinalResponse', String(index === parts.length - 1)), c('monitorCrossRefID', session.serviceXref ?? 0),
      a('monitorObjectDataList', part.map((one) => this.#object(one)))])));
  }

  #object(monitor) {
    return a('monitorObjectData', [
      a('monitorObject', [deviceElement(c, 'deviceObject', { ext: monitor.ext }, this.sw.place)]), a('monitorType', monitor.type),
      c('MonitorStartResponse', [c('monitorCrossRefID', monitor.xref)])]);
  }
}
