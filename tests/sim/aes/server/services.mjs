// Requests other than those of sessions and monitors: device ids, snapshots, agents, the clock, the link to the switch
// (avaya.md 2.6, 2.9, 2.11, 2.12). Each takes (request, {sw, session, options, tlink}) and gives the answer.
import { a, c, connection, deviceElement, extensions, linkage, parseDevice, party } from '../protocol/names.mjs';
import { child, textOf } from '../protocol/xml.mjs';
import { failure } from './errors.mjs';

function deviceId(request, { sw, session, options }, answer) {
  const name = textOf(request, 'switchName') ?? textOf(request, 'switchIPInterface');
  const ext = textOf(request, 'extension') ?? '';
  const instance = textOf(request, 'deviceInstance') ?? '0';
  const here = [sw.layout.name.toLowerCase(), sw.layout.address].includes((name ?? '').toLowerCase());
  if (!here || !/^[0-9*#]{1,30}$/.test(ext) || (options.checkExtensions && !sw.devices.has(ext))) return failure('operation', 'invalidDeviceID');
  const text = `${ext}:${sw.layout.name}:${sw.layout.address}:${instance}`;
  if (answer === 'GetDeviceIdResponse') session.devices.add(text.toLowerCase());
  return a(answer, [a('device', text, { typeOfNumber: 'other', mediaClass: 'voice', bitRate: 'constant' })]);
}

// The extension a device element names, if it is one of this switch.
function known(element, sw) {
  const named = parseDevice(element?.text.trim());
  return named && named.switch === sw.layout.name.toLowerCase() && sw.devices.has(named.ext) ? named.ext : undefined;
}

function snapshotDevice(request, { sw, session, options }) {
  const ext = known(child(request, 'snapshotObject'), sw);
  if (!ext) return failure('operation', 'invalidDeviceID');
  if (sw.devices.get(ext) !== 'station') return failure('operation', 'requestIncompatibleWithObject');
  const calls = [...sw.calls.values()].filter((call) => call.parties.has(ext));
  if (calls.length === 0 && options.emptySnapshot === 'error') return failure('stateIncompatibility', 'noActiveCall');
  const infos = calls.map((call) => {
    const own = call.parties.get(ext).state;
    const others = [...call.parties].filter(([key]) => key !== ext).map(([, one]) => one.state);
    return c('snapshotDeviceResponseInfo', [
      connection(c, 'connectionIdentifier', call.id, { ext }, sw.place), party(c, 'endpointDevice', { ext }, sw.place),
      c('localCallState', [c('compoundCallState', [own, ...others].map((state) => c('localConnectionState', state)))])]);
  });
  const reference = options.snapshotByReference && snapshotInParts(session, infos, options.listPart);
  return c('SnapshotDeviceResponse', [
    c('crossRefIDorSnapshotData', [reference ? c('serviceCrossRefID', reference) : c('snapshotData', infos)]),
    extensions('SnapshotDeviceResponsePrivateData', [a('stationStatus', calls.length ? 'busy' : 'idle'), a('serviceState', 'inService')])]);
}

// The answer only names where the data will be: in messages of their own, the last of them marked.
function snapshotInParts(session, infos, size) {
  session.references = (session.references ?? 900) + 1;
  for (let at = 0; at === 0 || at < infos.length; at += size) {
    session.link.later(c('SnapshotDeviceData', [c('serviceCrossRefID', session.references), c('segmentID', at / size + 1),
      c('lastSegment', String(at + size >= infos.length)), c('snapshotData', infos.slice(at, at + size))]));
  }
  return session.references;
}

function callOf(element, sw) {
  const id = Number(textOf(element, 'callID') ?? textOf(element, 'connectionIdentifier', 'callID'));
  return sw.calls.get(id);
}

function snapshotCall(request, { sw }) {
  const call = callOf(child(request, 'snapshotObject'), sw);
  if (!call) return failure('stateIncompatibility', 'noActiveCall');
  const infos = [...call.parties].map(([, { device, state, who }]) => c('snapshotCallResponseInfo', [
    party(c, 'deviceOnCall', who, sw.place), connection(c, 'callIdentifier', call.id, device, sw.place),
    c('localConnectionInfo', state)]));
  return c('SnapshotCallResponse', [
    c('crossRefIDorSnapshotData', [c('snapshotData', infos)]), party(c, 'callingDevice', call.calling, sw.place), party(c, 'calledDevice', call.called, sw.place),
    linkage(c, 'callLinkageData', call.ucid, sw.place)]);
}

function callLinkage(request, { sw, options }) {
  if (!options.sendUcid) return failure('operation', 'invalidFeature');
  const call = callOf(child(request, 'call'), sw);
  if (!call) return failure('operation', 'invalidCallID');
  return a('GetCallLinkageDataResponse', [linkage(a, 'callLinkageData', call.ucid, sw.place)]);
}

const STATE = { ready: 'agentReady', notReady: 'agentNotReady', busy: 'agentBusy', acw: 'agentWorkingAfterCall', off: 'agentNull' };
const MODE = { ready: 'autoIn', notReady: 'auxWork', busy: 'autoIn', acw: 'afterCallWork', off: 'auxWork' };

function agentState(request, { sw }) {
  const ext = known(child(request, 'device'), sw);
  if (!ext) return failure('operation', 'invalidDeviceID');
  const agent = sw.agents.get(ext);
  if (!agent) return failure('operation', 'requestIncompatibleWithObject');
  const on = agent.state !== 'off';
  const onCall = [...sw.calls.values()].some((call) => call.parties.has(ext));
  return c('GetAgentStateResponse', [
    c('agentStateList', [c('agentStateEntry', [
      on && c('agentID', agent.id), c('loggedOnState', String(on)),
      c('agentInfo', [c('agentInfoItem', [deviceElement(c, 'acdGroup', { ext: agent.skills[0] }, sw.place), c('agentState', STATE[agent.state] ?? 'agentReady')])])])]),
    extensions('GetAgentStateResponsePrivateData', [
      a('workMode', MODE[agent.state] ?? 'autoIn'), a('talkState', onCall ? 'onCall' : 'idle'), a('reasonCode', agent.reason)])]);
}

// Answers at once and tells the agents of a skill in events, the last of them marked.
function agentLogin(request, { sw, session }) {
  const ext = known(child(request, 'device'), sw);
  if (sw.devices.get(ext) !== 'skill') return failure('operation', 'invalidDeviceID');
  const stations = [...sw.agents.values()].filter((one) => one.skills.includes(ext)).map((one) => one.station);
  session.link.later(a('AgentLoginExtensionEvent', [
    c('monitorCrossRefID', session.serviceXref ?? 0),
    a('agentLoginExtensionList', stations.map((one) => deviceElement(a, 'agentExtension', { ext: one }, sw.place))), a('isFinalResponse', 'true')]));
  return a('GetAgentLoginResponse');
}

// The switch's wall clock, `zoneOffset` minutes from UTC and `skew` ms wrong; it names no zone.
function timeOfDay(request, { sw, options }) {
  if (textOf(request, 'switchName')?.toLowerCase() !== sw.layout.name.toLowerCase()) return failure('operation', 'invalidParameterValue');
  const local = new Date(sw.now + options.zoneOffset * 60_000 + options.skew);
  return a('GetTimeOfDayResponse', [
    a('switchName', textOf(request, 'switchName')), a('year', local.getUTCFullYear()), a('month', local.getUTCMonth() + 1), a('day', local.getUTCDate()),
    a('hour', local.getUTCHours()), a('minute', local.getUTCMinutes()), a('second', local.getUTCSeconds())]);
}

const STATUS = ['initializing', 'enabled', 'normal', 'messageLost', 'disabled', 'partiallyDisabled', 'overloadImminent', 'overloadReached', 'overloadRelieved'];

function register(request, { session, tlink }) {
  const id = 500_000 + session.registered.length + 1;
  session.registered.push(id);
  session.link.later(tlink.status(id));
  const wanted = child(request, 'requestedStatusFilter');
  return c('SystemRegisterResponse', [
    c('sysStatRegisterID', id), c('actualStatusFilter', STATUS.map((name) => c(name, textOf(wanted, name) ?? 'false'))),
    extensions('SystemRegisterPrivateData', [a('invertFilter', 'true')])]);
}

export const SERVICES = {
  GetDeviceId: (request, context) => deviceId(request, context, 'GetDeviceIdResponse'),
  GetThirdPartyDeviceId: (request, context) => deviceId(request, context, 'GetThirdPartyDeviceIdResponse'),
  ReleaseDeviceId(request, { session }) {
    return session.devices.delete((textOf(request, 'device') ?? '').toLowerCase()) ? a('ReleaseDeviceIdResponse') : failure('operation', 'invalidDeviceID');
  },
  SnapshotDevice: snapshotDevice,
  SnapshotCall: snapshotCall,
  GetCallLinkageData: callLinkage,
  GetAgentState: agentState,
  GetAgentLogin: agentLogin,
  GetTimeOfDay: timeOfDay,
  SystemRegister: register,
  GetLinkStatus: (request, { tlink }) => a('GetLinkStatusResponse', [a('linkStatusList', [a('linkStatus', [a('linkName', tlink.name), a('status', tlink.up ? 'UP' : 'DOWN')])])]),
};
