// The events of avaya.md 2.8 as documents. Each function takes the switch and what happened and gives `build(copy)`, where a
// copy is {xref, local}: the monitor it goes to and the state of the device that monitor watches.
import { a, c, connection, deviceElement, extensions, lastRedirection, linkage, party, userData } from '../protocol/names.mjs';

const parties = (call, place, none) => [
  party(c, 'callingDevice', call.calling, place), party(c, 'calledDevice', call.called, place), lastRedirection(call.last, place, none),
];
const local = (copy) => copy.local && c('localConnectionInfo', copy.local);
const event = (name, copy, children) => c(name, [c('monitorCrossRefID', copy.xref), ...children]);

export function originalCallInfo(original, reason, place) {
  return a('originalCallInfo', [
    a('reason', reason), party(a, 'networkCallingDevice', original.calling, place), party(a, 'networkCalledDevice', original.called, place),
    original.trunk && a('trunkGroup', original.trunk.group), original.trunk && a('trunkMember', original.trunk.member),
    userData(a, original.uui), linkage(a, 'callLinkageData', original.ucid, place),
  ]);
}

// trunkGroup … channelType of Delivered and Established; `reason` belongs to the latter.
function arrival(call, place, reason) {
  const vdn = call.vdn && { ext: call.vdn };
  return [
    call.trunk && a('trunkGroup', call.trunk.group), call.trunk && a('trunkMember', call.trunk.member),
    call.split && deviceElement(a, 'acdGroup', { ext: call.split }, place),
    call.lookahead && a('lookAheadInfo', [a('type', 'allInterflow'), a('priority', 'medium'), a('hours', 9), a('minutes', 5), a('seconds', 1),
      deviceElement(a, 'sourceVDN', { ext: call.lookahead }, place)]),
    call.digits && a('userEnteredCode', [a('userEnteredCodeType', 'callPrompter'), a('userEnteredCodeIndicator', 'collect'), a('data', call.digits),
      deviceElement(a, 'collectVDN', { ext: call.vdn }, place)]),
    reason && a('reason', reason),
    call.split && vdn && party(a, 'distributingDevice', vdn, place), call.split && vdn && party(a, 'distributingVDN', vdn, place),
    call.original && originalCallInfo(call.original, call.originalReason, place),
  ].filter(Boolean);
}

const priv = (name, children) => children.length > 0 && extensions(name, children);

export function delivered(call, device, { place, swap, cause, alerting = device, bare, none }) {
  return (copy) => event('DeliveredEvent', copy, [
    connection(c, 'connection', call.id, device, place, swap), party(c, 'alertingDevice', alerting, place), ...parties(call, place, none), local(copy),
    userData(c, bare ? undefined : call.uui), c('cause', cause), linkage(c, 'callLinkageData', call.ucid, place),
    priv('DeliveredEventPrivateData', arrival(bare ? { trunk: call.trunk } : call, place)),
  ]);
}

export function established(call, device, { place, swap, cause, answering = device }) {
  return (copy) => event('EstablishedEvent', copy, [
    connection(c, 'establishedConnection', call.id, device, place, swap), party(c, 'answeringDevice', answering, place), ...parties(call, place), local(copy),
    userData(c, call.uui), c('cause', cause), linkage(c, 'callLinkageData', call.ucid, place),
    priv('EstablishedEventPrivateData', arrival(call, place)),
  ]);
}

export function queued(call, split, { place, swap, inFront }) {
  return (copy) => event('QueuedEvent', copy, [
    connection(c, 'queuedConnection', call.id, { ext: split }, place, swap), party(c, 'queue', { ext: split }, place), ...parties(call, place),
    c('numberQueued', inFront + 1), c('callsInFront', inFront), local(copy), userData(c, call.uui), c('cause', 'enteringDistribution'),
    linkage(c, 'callLinkageData', call.ucid, place),
  ]);
}

// Held, Retrieved and ServiceInitiated are of one form: connection, device, cause.
function simple(name, connectionName, deviceName) {
  return (call, device, { place, swap, cause, hex }) => (copy) => event(name, copy, [
    connection(c, connectionName, call.id, device, place, swap), party(c, deviceName, device, place), local(copy), c('cause', cause),
    linkage(c, 'callLinkageData', call.ucid, place), hex && c('extensions', [c('privateData', [c('string', '0A0B0C')])]),
  ]);
}
export const held = simple('HeldEvent', 'heldConnection', 'holdingDevice');
export const retrieved = simple('RetrievedEvent', 'retrievedConnection', 'retrievingDevice');
export const serviceInitiated = simple('ServiceInitiatedEvent', 'initiatedConnection', 'initiatingDevice');
export const connectionClearedBy = (call, device, releasing, { place, swap, cause }) => (copy) => event('ConnectionClearedEvent', copy, [
  connection(c, 'droppedConnection', call.id, device, place, swap), party(c, 'releasingDevice', releasing, place), local(copy), c('cause', cause),
  linkage(c, 'callLinkageData', call.ucid, place),
]);

export function originated(call, device, { place, swap, withUcid, agent }) {
  return (copy) => event('OriginatedEvent', copy, [
    connection(c, 'originatedConnection', call.id, device, place, swap), party(c, 'callingDevice', device, place), party(c, 'calledDevice', call.called, place),
    local(copy), c('cause', 'newCall'), withUcid && linkage(c, 'callLinkageData', call.ucid, place),
    priv('OriginatedEventPrivateData', [agent && a('logicalAgent', agent), userData(a, call.uui)].filter(Boolean)),
  ]);
}

export function networkReached(call, device, { place, swap }) {
  return (copy) => event('NetworkReachedEvent', copy, [
    connection(c, 'outboundConnection', call.id, device, place, swap), party(c, 'networkInterfaceUsed', device, place), ...parties(call, place, 'notRequired'),
    local(copy), userData(c, call.uui), c('cause', 'normal'), linkage(c, 'callLinkageData', call.ucid, place),
    extensions('NetworkReachedEventPrivateData', [a('progressLocation', 'publicLocal'), a('progressDescription', 'inband')]),
  ]);
}

export function diverted(call, device, destination, { place, swap, cause }) {
  return (copy) => event('DivertedEvent', copy, [
    connection(c, 'connection', call.id, device, place, swap), party(c, 'divertingDevice', device, place), party(c, 'newDestination', destination, place),
    ...parties(call, place), local(copy), userData(c, call.uui), c('cause', cause), linkage(c, 'callLinkageData', call.ucid, place),
  ]);
}

export function failed(call, device, { place, swap, cause }) {
  return (copy) => event('FailedEvent', copy, [
    connection(c, 'failedConnection', call.id, device, place, swap), party(c, 'failingDevice', device, place), ...parties(call, place), local(copy),
    userData(c, call.uui), c('cause', cause), linkage(c, 'callLinkageData', call.ucid, place),
  ]);
}

export function callCleared(call, { place, swap, cause }) {
  return (copy) => event('CallClearedEvent', copy, [
    connection(c, 'clearedCall', call.id, copy.watched && { ext: copy.watched }, place, swap), c('cause', cause), linkage(c, 'callLinkageData', call.ucid, place),
    extensions('CallClearedEventPrivateData', [a('reason', 'none')]),
  ]);
}

// `list`: [{device, now, was}] with the call ids after and before; an outside party has an endpoint that is not known.
function connections(name, list, place, swap) {
  return c(name, list.map(({ device, now, was }) => c('connectionListItem', [
    connection(c, 'newConnection', now, device, place, swap), was !== undefined && connection(c, 'oldConnection', was, device, place, swap),
    c('endpoint', [device.trunk ? c('notKnown') : deviceElement(c, 'deviceID', device, place)]),
  ])));
}

const linkageList = (now, was, place) => c('callLinkageDataList', [linkage(c, 'newCallLinkageData', now, place), linkage(c, 'oldCallLinkageData', was, place)]);

// Transfered and Conferenced. `by` moves `to` into what remains; `second` is absent when one call takes part in a single step.
function merged(shape) {
  return ({ primary, second, by, to, list, cause, ucids, uui, vdn, trunk, original }, { place, swap, bareLinkage }) => (copy) => event(shape.event, copy, [
    connection(c, 'primaryOldCall', primary, by, place, swap), second !== undefined && connection(c, 'secondaryOldCall', second, by, place, swap),
    party(c, shape.by, by, place), party(c, shape.to, to, place), connections(shape.list, list, place, swap), local(copy), userData(c, uui),
    c('cause', cause), !bareLinkage && ucids && linkageList(ucids.now, ucids.was, place),
    priv(shape.private, [
      vdn && party(a, 'distributingDevice', { ext: vdn }, place), vdn && party(a, 'distributingVDN', { ext: vdn }, place),
      trunk && a('trunkList', [a('trunkInterfaceInfoItem', [
        connection(a, 'connection_asn', list[0].now, { trunk: trunk.name }, place), a('trunkGroup', trunk.group), a('trunkMember', trunk.member)])]),
      original && originalCallInfo(original, shape.reason, place),
    ].filter(Boolean)),
  ]);
}
export const transfered = merged({ event: 'TransferedEvent', by: 'transferringDevice', to: 'transferredToDevice', list: 'transferredConnections',
  private: 'TransferredEventPrivateData', reason: 3 });
export const conferenced = merged({ event: 'ConferencedEvent', by: 'conferencingDevice', to: 'addedParty', list: 'conferenceConnections',
  private: 'ConferencedEventPrivateData', reason: 2 });

export function agent(name, { station, id, skill, place, pending, password, privateData = [] }) {
  return (copy) => event(`Agent${name}Event`, copy, [
    party(c, 'agentDevice', { ext: station }, place), c('agentID', id), skill && deviceElement(c, 'acdGroup', { ext: skill }, place),
    pending && c('pendingAgentState', pending), password && c('agentPassword', password), priv(`Agent${name}EventPrivateData`, privateData.map(([key, value]) => a(key, value))),
  ]);
}
