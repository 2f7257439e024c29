// What a client may send (avaya.md 2.5 to 2.12): children in their order. A type is
//   'text' | 'boolean' | 'integer' | 'device' | a list of words, or {namespace, children: [[name, type, option], …], choice}
// where option is '' (exactly one), '?' (at most one) or '*' (one or more).
import { AVAYA, CALLCONTROL, CSTA, LOGICAL, SESSION } from './names.mjs';

const flags = (names) => names.map((name) => [name, 'boolean', '?']);
const s = (...children) => ({ ns: SESSION, children });
const c = (...children) => ({ ns: CSTA, children });
const a = (...children) => ({ ns: AVAYA, children });
const choice = (type) => ({ ...type, choice: true });
const open = (ns) => ({ ns, open: true });  // a group this page lists no members of

const PRIVATE = (name, type) => c(['privateData', c(['private', c([name, { ...type, own: true }, '?']), '?']), '?']);

const FILTER = c(
  ['callcontrol', c(...flags(CALLCONTROL)), '?'], ['callAssociated', open(CSTA), '?'], ['mediaAttachment', open(CSTA), '?'],
  ['physicalDeviceFeature', open(CSTA), '?'], ['logicalDeviceFeature', c(...flags(LOGICAL)), '?'], ['maintenance', open(CSTA), '?'],
  ['voice', open(CSTA), '?'],
);

const EVENTS = a(
  ['invertFilter', 'boolean', '?'], ['terminal', open(AVAYA), '?'], ['terminalUnregisteredEvent', open(AVAYA), '?'], ['toneDetection', open(AVAYA), '?'],
  ['toneCollection', open(AVAYA), '?'], ['mediaControl', open(AVAYA), '?'], ['callInformation', open(AVAYA), '?'], ['sIPHeader', open(AVAYA), '?'],
  ['deviceServices', a(...flags(['getDeviceIdList', 'getMonitorList', 'transferMonitorObjects'])), '?'],
  ['physicalDeviceFeaturesPrivateEvents', open(AVAYA), '?'], ['callControlPrivate', a(['enteredDigits', 'boolean', '?']), '?'],
  ['logicalDeviceFeaturePrivate', a(['agentLoginExtension', 'boolean', '?']), '?'], ['endpointRegistrationStateEvents', open(AVAYA), '?'],
);

// callID and deviceID are accepted in either order (2.8).
const CONNECTION = { ...c(['callID', 'text', '?'], ['deviceID', 'device', '?']), anyOrder: true };

const STATUS = c(...flags(['initializing', 'enabled', 'normal', 'messageLost', 'disabled', 'partiallyDisabled', 'overloadImminent', 'overloadReached', 'overloadRelieved']));

export const REQUESTS = {
  StartApplicationSession: s(
    ['applicationInfo', s(['applicationID', 'text', ''], ['applicationSpecificInfo', s(['SessionLoginInfo', {
      ...a(['userName', 'text', ''], ['password', 'text', ''], ['sessionCleanupDelay', 'integer', '?'], ['sessionID', 'text', '?']), own: true }, '']), '']), ''],
    ['requestedProtocolVersions', s(['protocolVersion', 'text', '*']), ''],
    ['requestedSessionDuration', 'integer', ''],
  ),
  ResetApplicationSessionTimer: s(['sessionID', 'text', ''], ['requestedSessionDuration', 'integer', '']),
  StopApplicationSession: s(['sessionID', 'text', ''],
    ['sessionEndReason', choice(s(['definedEndReason', ['normal'], '?'], ['appEndReason', 'text', '?'])), '']),

  GetDeviceId: a(['switchName', 'text', '?'], ['switchIPInterface', 'text', '?'], ['extension', 'text', ''],
    ['deviceInstance', ['0', '1', '2'], '?'], ['controllableByOtherSessions', 'boolean', '?']),
  GetThirdPartyDeviceId: a(['switchName', 'text', ''], ['extension', 'text', ''], ['deviceInstance', ['0', '1', '2'], '?']),
  ReleaseDeviceId: a(['device', 'device', '']),
  GetDeviceIdList: a(['sessionID', 'text', '']),
  GetMonitorList: a(['sessionID', 'text', '']),
  TransferMonitorObjects: a(['fromSessionID', 'text', ''], ['toSessionID', 'text', '']),

  MonitorStart: c(
    ['monitorObject', choice(c(['deviceObject', 'device', '?'], ['callObject', CONNECTION, '?'])), ''],
    ['requestedMonitorFilter', FILTER, '?'], ['monitorType', ['call', 'device'], '?'], ['requestedMonitorMediaClass', open(CSTA), '?'],
    ['extensions', PRIVATE('AvayaEvents', EVENTS), '?'],
  ),
  MonitorStop: c(['monitorCrossRefID', 'text', '']),
  ChangeMonitorFilter: c(['monitorCrossRefID', 'text', ''], ['requestedFilterList', FILTER, ''], ['extensions', PRIVATE('AvayaEvents', EVENTS), '?']),

  SystemRegister: c(
    ['requestTypes', c(['systemStatus', 'boolean', '?'], ['requestSystemStatus', 'boolean', '?'], ['switchingFunctionCapsChanged', 'boolean', '?'],
      ['switchingFunctionDevices', 'boolean', '?']), ''],
    ['requestedStatusFilter', STATUS, '?'],
    ['extensions', PRIVATE('SystemRegisterPrivateData', a(['invertFilter', 'boolean', '?'], ['switchName', 'text', '?'])), '?'],
  ),
  GetLinkStatus: a(['switchName', 'text', '']),
  GetTimeOfDay: a(['switchName', 'text', '']),

  GetAgentState: c(['device', 'device', ''], ['acdGroup', 'device', '?'], ['extensions', open(CSTA), '?']),
  GetAgentLogin: a(['device', 'device', '']),
  GetCallLinkageData: a(['call', CONNECTION, '']),
  SnapshotDevice: c(['snapshotObject', 'device', ''],
    ['extensions', PRIVATE('SnapshotDevicePrivateData', a(['getStationStatus', 'boolean', '?'])), '?']),
  SnapshotCall: c(['snapshotObject', CONNECTION, ''], ['extensions', open(CSTA), '?']),
};

// What AES sends without being asked for or in answer to a request we do not simulate is no request.
export const KNOWN = new Set(Object.keys(REQUESTS));
