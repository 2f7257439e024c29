// The switch behind AES: what exists in it, who watches what, and the numbers it gives. What can be done with calls is in
// calls.mjs and moves.mjs, which add their functions to this class.
import { EventEmitter } from 'node:events';

import { Story } from './story.mjs';

export const LAYOUT = {
  name: 'CM1', address: '10.20.0.5', node: 1,
  vdns: ['7100', '7101'], skills: ['7200', '7201'], recorders: ['9901'],
  agents: [
    { id: '33001', station: '5001', skills: ['7200', '7201'] }, { id: '33002', station: '5002', skills: ['7200'] },
    { id: '33003', station: '5003', skills: ['7201'] }, { id: '33004', station: '5004', skills: ['7200', '7201'] },
  ],
  stations: ['5005', '5006'],  // without an agent
  trunks: [{ group: 21, members: 96 }, { group: 30, members: 96 }],
  callIds: { from: 1, to: 60000 },
};

// How often the switch does what 2.8 and pitfalls 7 and 10 warn of. Zero everywhere gives the plain course of things.
export const QUIRKS = {
  swapConnection: 0.3,       // deviceID before callID
  lowerCase: 0.1,            // device ids as `5001:cm1::0`
  spuriousClear: 0.2,        // ConnectionCleared at a station that merely held
  lastPartySilent: 0.5,      // no ConnectionCleared at the station that is left over
  ucidInOriginated: 0.2,
  primarySurvives: 0.2,      // the held call's id is kept on a merge
  noLinkageList: 0.15,
  clearedAfterTransfer: 0.2, // CallCleared for the id that ended by a merge
  distributedCause: 0.4,     // cause `distributed` instead of `newCall` at an agent
  followerState: 0.5,        // localConnectionInfo in copies for a VDN
  hexPrivateData: 0.1,       // private data as hexadecimal digits that mean nothing
};

export class Switch extends EventEmitter {
  constructor({ clock, chance, layout = {}, quirks = {} }) {
    super();
    this.clock = clock;
    this.chance = chance.stream('switch');
    this.layout = { ...LAYOUT, ...layout };
    this.quirks = { ...QUIRKS, ...quirks };
    this.place = { name: this.layout.name, address: this.layout.address };
    this.loosePlace = { name: this.layout.name.toLowerCase(), address: '' };
    this.calls = new Map();      // call id -> call
    this.stories = [];
    this.watchers = new Map();   // extension -> Set of monitors
    this.events = 0;             // each counted once, however many monitors see it
    this.ended = 0;
    this.#sequence = this.layout.firstSequence ?? 100;
    this.#nextCall = this.layout.callIds.from;
    this.#build();
  }

  #sequence; #nextCall; #members;

  #build() {
    const { agents, stations, vdns, skills, recorders, trunks } = this.layout;
    this.#members = new Map(trunks.map(({ group, members }) => [group, new Set(Array.from({ length: members }, (_, i) => i + 1))]));
    this.devices = new Map();
    for (const ext of vdns) this.devices.set(ext, 'vdn');
    for (const ext of skills) this.devices.set(ext, 'skill');
    for (const ext of [...stations, ...recorders]) this.devices.set(ext, 'station');
    this.agents = new Map();  // station -> agent
    for (const agent of agents) {
      this.devices.set(agent.station, 'station');
      this.agents.set(agent.station, { ...agent, state: 'ready', reason: 0, call: null });
    }
  }

  get now() { return this.clock.now(); }
  quirk(name) { return this.chance.happens(this.quirks[name]); }

  // How this event is written: every copy of it alike.
  form(more) { return { place: this.quirk('lowerCase') ? this.loosePlace : this.place, swap: this.quirk('swapConnection'), hex: this.quirk('hexPrivateData'), ...more }; }

  newUcid() {
    this.#sequence = this.#sequence % 65535 + 1;
    const pad = (value, width) => String(value).padStart(width, '0');
    return pad(this.layout.node, 5) + pad(this.#sequence, 5) + pad(Math.floor(this.now / 1000), 10);
  }

  // Ids go round and are used again; never one that is in use.
  newCallId() {
    const { from, to } = this.layout.callIds;
    for (let tries = 0; tries <= to - from; tries++) {
      const id = this.#nextCall;
      this.#nextCall = id === to ? from : id + 1;
      if (!this.calls.has(id)) return id;
    }
    throw new Error('no call id is free');
  }

  // The member that has been free for longest.
  seize(group) {
    const [member] = this.#members.get(group);
    if (member === undefined) return null;
    this.#members.get(group).delete(member);
    return { group, member, name: `T${group}#${member}` };
  }

  release(trunk) { if (trunk) this.#members.get(trunk.group).add(trunk.member); }

  newCall({ calling, called, story, at = this.now, ...known }) {
    const call = { id: this.newCallId(), ucid: this.newUcid(), calling, called, last: null, parties: new Map(), followers: new Set(), since: at, ...known };
    call.story = story ?? this.#newStory(at, call, known.direction);
    call.story.joinedBy(call);
    this.calls.set(call.id, call);
    return call;
  }

  // It is over, or has become part of another.
  forget(call) {
    this.calls.delete(call.id);
    call.story.leftBy(call);
  }

  #newStory(at, call, direction) {
    const outside = direction === 'outbound' ? call.called : call.calling;
    const story = new Story(this.stories.length + 1, at, {
      direction, id: call.ucid, ani: outside?.number ?? outside?.ext ?? null, restricted: Boolean(outside?.restricted),
      dnis: call.called?.ext ?? call.called?.number ?? null, vdn: call.vdn ?? null, uui: call.uui ?? null, digits: call.digits ?? null,
      // of an outgoing call nothing says so before the network is reached
      trunk: call.trunk && direction === 'inbound' ? `${call.trunk.group}/${call.trunk.member}` : null, lookahead: call.lookahead ?? null,
    });
    this.stories.push(story);
    return story;
  }

  // --- who watches ----------------------------------------------------------------------------------------------------

  watch(monitor) {
    if (!this.watchers.has(monitor.ext)) this.watchers.set(monitor.ext, new Set());
    this.watchers.get(monitor.ext).add(monitor);
  }

  unwatch(monitor) {
    this.watchers.get(monitor.ext)?.delete(monitor);
    for (const call of this.calls.values()) call.followers.delete(monitor);
  }

  watching(ext) { return this.watchers.get(ext) ?? []; }

  // Monitors of type `call` on a VDN follow every call that comes past from then on, to its end (2.7).
  passes(call, vdn) { for (const monitor of this.watching(vdn)) if (monitor.type === 'call') call.followers.add(monitor); }

  // Sends `build` to every monitor that sees it: those of the stations on the call, those that follow it, and those of
  // `also` (stations that just left, a split). `only` leaves just the monitors of those extensions.
  publish(name, call, build, { also = [], only, followers = true } = {}) {
    this.events++;
    const seen = new Set();
    const give = (monitor, local) => {
      if (seen.has(monitor)) return;
      seen.add(monitor);
      monitor.take(name, build, local);
    };
    const stations = only ?? [...call.parties.keys(), ...also];
    for (const ext of stations) {
      for (const monitor of this.watching(ext)) if (monitor.type === 'device') give(monitor, call.parties.get(ext)?.state);
    }
    if (only || !followers) return;
    const state = this.quirk('followerState') ? 'connected' : undefined;
    for (const monitor of call.followers) give(monitor, state);
  }

  publishAgent(name, agent, build) {
    this.events++;
    for (const ext of [agent.station, ...agent.skills]) {
      for (const monitor of this.watching(ext)) if (monitor.type === 'device') monitor.take(name, build);
    }
  }
}
