// Namespaces, protocol versions and the small types that occur everywhere (avaya.md 2.3, 2.4, 2.6, 2.8).
import { node } from './xml.mjs';

export const SESSION = 'http://www.ecma-international.org/standards/ecma-354/appl_session';
export const CSTA = 'http://www.ecma-international.org/standards/ecma-323/csta/ed3';
export const AVAYA = 'http://www.avaya.com/csta';
export const PROTOCOL = 'http://www.ecma-international.org/standards/ecma-323/csta/';

export const VERSIONS = ['ed3/priv5', 'ed3/priv6', 'ed3/priv7', 'ed3/priv8', 'ed3/priv9', 'ed3/privA', 'ed3/privB', 'ed3/privC', 'ed3/privD', 'ed3/privE'];

export const s = (name, content, attributes) => node(SESSION, name, content, attributes);
export const c = (name, content, attributes) => node(CSTA, name, content, attributes);
export const a = (name, content, attributes) => node(AVAYA, name, content, attributes);

export const CALLCONTROL = ['bridged', 'callCleared', 'conferenced', 'connectionCleared', 'delivered', 'digitsDialed', 'diverted', 'established',
  'failed', 'held', 'networkCapabilitiesChanged', 'networkReached', 'offered', 'originated', 'queued', 'retrieved', 'serviceInitiated', 'transferred'];
export const LOGICAL = ['agentBusy', 'agentLoggedOn', 'agentLoggedOff', 'agentNotReady', 'agentReady', 'agentWorkingAfterCall', 'autoAnswer',
  'autoWorkMode', 'callBack', 'callBackMessage', 'callerIDStatus', 'doNotDisturb', 'forwarding', 'routeingMode'];

// Event element -> the flag of the filter that lets it through.
export const FILTER_OF = {
  CallClearedEvent: 'callCleared', ConferencedEvent: 'conferenced', ConnectionClearedEvent: 'connectionCleared', DeliveredEvent: 'delivered',
  DivertedEvent: 'diverted', EstablishedEvent: 'established', FailedEvent: 'failed', HeldEvent: 'held', NetworkReachedEvent: 'networkReached',
  OriginatedEvent: 'originated', QueuedEvent: 'queued', RetrievedEvent: 'retrieved', ServiceInitiatedEvent: 'serviceInitiated',
  TransferedEvent: 'transferred', AgentLoggedOnEvent: 'agentLoggedOn', AgentLoggedOffEvent: 'agentLoggedOff', AgentReadyEvent: 'agentReady',
  AgentNotReadyEvent: 'agentNotReady', AgentBusyEvent: 'agentBusy', AgentWorkingAfterCallEvent: 'agentWorkingAfterCall',
};

const DEVICE = { typeOfNumber: 'other', mediaClass: 'voice', bitRate: 'constant' };
const OUTSIDE = { typeOfNumber: 'other', mediaClass: 'notKnown' };
const DYNAMIC = { typeOfNumber: 'dynamic', mediaClass: 'voice' };

// The element of a device: `device` is {ext} of the switch, {number} outside, or {trunk: 'T21#3'}.
export function deviceElement(make, name, device, place) {
  if (device.trunk) return make(name, device.trunk, DYNAMIC);
  if (device.number !== undefined) return make(name, `${device.number}:${place.name}::0`, OUTSIDE);
  return make(name, `${device.ext}:${place.name}:${place.address}:0`, DEVICE);
}

// subject / calling / called device: exactly one of deviceIdentifier, notKnown, restricted.
export function party(make, name, device, place) {
  if (!device) return make(name, [c('notKnown')]);
  if (device.restricted) return make(name, [c('restricted')]);
  return make(name, [deviceElement(c, 'deviceIdentifier', device, place)]);
}

export function lastRedirection(device, place, none = 'notKnown') {
  return c('lastRedirectionDevice', [device ? deviceElement(c, 'numberDialed', device, place) : c(none)]);
}

export function connection(make, name, callId, device, place, deviceFirst = false) {
  const children = [c('callID', callId), device && deviceElement(c, 'deviceID', device, place)];
  return make(name, deviceFirst ? children.reverse() : children);
}

export const linkage = (make, name, ucid, place) => ucid && make(name, [
  c('globalCallData', [c('globalCallSwitchingSubDomainName', place.name), c('globalCallLinkageID', [c('globallyUniqueCallLinkageID', ucid)])]),
]);

export const userData = (make, uui) => uui && make('userData', [c('string', uui)]);

export const extensions = (name, children) => c('extensions', [c('privateData', [c('private', [a(name, children, { type: name })])])]);

// Device ids are compared without regard to case; address and instance say nothing (2.6).
export function parseDevice(text) {
  const found = /^([^:]*):([^:]*):([^:]*):(\d+)$/.exec(text ?? '');
  return found && { ext: found[1], switch: found[2].toLowerCase(), instance: Number(found[4]) };
}
