// Application sessions (avaya.md 2.5, 2.13): two clocks, that of the session and that of the clean-up once the connection is
// gone. A session outlives its connection and is claimed by its id.
import { s } from '../protocol/names.mjs';
import { PROTOCOL } from '../protocol/names.mjs';
import { child, textOf } from '../protocol/xml.mjs';

const negative = (root, kind, value) => s(`${root}NegResponse`, [s('errorCode', [s(kind, value)])]);
const number = (text, otherwise) => (/^\d+$/.test(text ?? '') ? Number(text) : otherwise);

export class Session {
  constructor(id, options) { Object.assign(this, { id, link: null, monitors: new Map(), registered: [], devices: new Set(), ...options }); }

  // An event for this session: nobody hears it while no connection is there, and it is not kept (2.13).
  event(xref, make) { return this.link ? this.link.event(this, xref, make) : false; }
}

export class Sessions {
  #next = 1;

  // `ended(session)` is called once a session is gone, however it went.
  constructor({ clock, options, chance, ended }) {
    Object.assign(this, { clock, options, ended, all: new Map() });
    const chance_ = chance.stream('sessions');
    this.prefix = Array.from({ length: 8 }, () => chance_.between(0, 0xffff).toString(16).toUpperCase().padStart(4, '0')).join('');
  }

  start(request, link) {
    const login = child(child(child(request, 'applicationInfo'), 'applicationSpecificInfo'), 'SessionLoginInfo');
    const refused = this.#refusal(request, login);
    if (refused) return refused;
    const version = this.#version(request);
    if (!version) return negative('StartApplicationSession', 'definedError', 'requestedProtocolVersionNotSupported');
    const asked = textOf(login, 'sessionID');
    let session = asked ? this.all.get(asked) : undefined;
    if (asked && !session && this.options.unknownSession === 'refuse') return negative('StartApplicationSession', 'applError', 'Invalid session ID');
    if (!session) {
      if (this.all.size >= this.options.maxSessions) return negative('StartApplicationSession', 'definedError', 'maxNumberSessions');
      session = new Session(`${this.prefix}-${this.#next++}`, { user: textOf(login, 'userName') });
      this.all.set(session.id, session);
    }
    session.cleanup = number(textOf(login, 'sessionCleanupDelay'), 60);
    this.#attach(session, link);
    this.#arm(session, number(textOf(request, 'requestedSessionDuration'), 180));
    return s('StartApplicationSessionPosResponse', [
      s('sessionID', session.id), s('actualProtocolVersion', PROTOCOL + version), s('actualSessionDuration', session.duration)]);
  }

  #refusal(request, login) {
    if (this.options.busy > 0) { this.options.busy--; return negative('StartApplicationSession', 'definedError', 'serverResourcesBusy'); }
    if (this.options.users[textOf(login, 'userName') ?? ''] !== (textOf(login, 'password') ?? '')) {
      return this.options.badPassword === 'text' ? negative('StartApplicationSession', 'applError', 'Login failed: invalid user name or password')
        : negative('StartApplicationSession', 'definedError', 'invalidApplicationInfo');
    }
    return undefined;
  }

  #version(request) {
    const asked = (child(request, 'requestedProtocolVersions')?.children ?? []).map((one) => one.text.trim());
    return asked.filter((one) => one.startsWith(PROTOCOL)).map((one) => one.slice(PROTOCOL.length)).find((one) => this.options.versions.includes(one));
  }

  #attach(session, link) {
    if (link.session && link.session !== session) this.detach(link.session);
    if (session.link && session.link !== link) {
      const old = session.link;
      old.session = null;
      old.close();
    }
    session.stopCleanup?.();
    session.link = link;
    link.session = session;
  }

  // What is granted may be less than what is asked for; the timer runs from the answer.
  #arm(session, asked) {
    session.duration = Math.min(asked, this.options.longestSession);
    session.stopTimer?.();
    session.stopTimer = this.clock.after(session.duration * 1000, () => this.terminate(session, 'sessionTimerExpired'));
  }

  reset(request) {
    const session = this.all.get(textOf(request, 'sessionID'));
    if (!session) return negative('ResetApplicationSessionTimer', 'definedError', 'invalidSessionID');
    this.#arm(session, number(textOf(request, 'requestedSessionDuration'), 180));
    return s('ResetApplicationSessionTimerPosResponse', [s('actualSessionDuration', session.duration)]);
  }

  stop(request) {
    const session = this.all.get(textOf(request, 'sessionID'));
    if (!session) return negative('StopApplicationSession', 'definedError', 'invalidSessionID');
    this.#remove(session);
    return s('StopApplicationSessionPosResponse');
  }

  // `reason` of definedTermReason, or free text.
  terminate(session, reason) {
    const defined = reason === 'sessionTimerExpired' || reason === 'resourceLimitation';
    session.link?.unasked(s('ApplicationSessionTerminated', [
      s('sessionID', session.id), s('sessionTermReason', [s(defined ? 'definedTermReason' : 'serverTermReason', reason)])]));
    this.#remove(session);
  }

  // The connection is gone: the session waits for `cleanup` seconds to be claimed.
  detach(session) {
    session.link = null;
    session.stopCleanup?.();
    session.stopCleanup = this.clock.after(session.cleanup * 1000, () => { if (!session.link) this.#remove(session); });
  }

  #remove(session) {
    if (!this.all.delete(session.id)) return;
    session.stopTimer?.();
    session.stopCleanup?.();
    if (session.link) session.link.session = null;
    session.link = null;
    this.ended(session);
  }

  // Another machine takes over and knows nothing.
  forgetAll() { for (const session of [...this.all.values()]) this.#remove(session); }
}
