// SPDX-License-Identifier: Apache-2.0
/**
 * Cardea's own small client: sessions, handles and PeerConnections over the gateway's JSON API.
 *
 *   import { Session } from './cardea.js';
 *   const session = await Session.open(['ws://host:8188', 'http://host:8088/janus']);
 *   const echo = await session.attach('janus.plugin.echotest');
 *   echo.on('track', ({ track }) => { video.srcObject = new MediaStream([track]); });
 *   await echo.negotiate({ audio: true, video: true }, { tracks: stream.getTracks() });
 *
 * Everything that can fail rejects with a GatewayError whose message a person can read.
 */

const REQUEST_TIMEOUT_MS = 15_000;
const KEEPALIVE_MS = 25_000;
const LONG_POLL_EVENTS = 10;
const RECONNECT_DELAYS_MS = [200, 500, 1000, 2000, 4000, 4000, 4000];

/** An error that the gateway (or the way to it) reported. `code` is the API's number, or 0. */
export class GatewayError extends Error {
  /** @param {string} message @param {number} [code] @param {object} [details] */
  constructor(message, code = 0, details = undefined) {
    super(message);
    this.name = 'GatewayError';
    this.code = code;
    this.details = details;
  }
}

/** Events by name; `on` returns a function that takes the listener away again. */
class Emitter {
  #listeners = new Map();

  /** @param {string} name @param {(detail: any) => void} fn @returns {() => void} */
  on(name, fn) {
    const all = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, all.add(fn));
    return () => all.delete(fn);
  }

  /** @param {string} name @param {any} [detail] */
  emit(name, detail) {
    for (const fn of [...(this.#listeners.get(name) ?? [])]) {
      try {
        fn(detail);
      } catch (error) {
        console.error(`a listener for "${name}" failed`, error);
      }
    }
  }
}

const transaction = () => Math.random().toString(36).slice(2, 14);

/* --- ways to the gateway ------------------------------------------------------------------------------------- */

/** One WebSocket; replies are found by their transaction, everything else is an event. */
class WebSocketWay {
  kind = 'websocket';
  /** @type {(event: any) => void} */
  onevent = () => {};
  onlost = () => {};
  #socket;
  #waiting = new Map();

  /** @param {string} url */
  static open(url) {
    return new Promise((resolve, reject) => {
      const way = new WebSocketWay();
      const socket = new WebSocket(url, 'janus-protocol');
      const timer = setTimeout(() => socket.close(), 5000);
      way.#socket = socket;
      socket.onopen = () => {
        clearTimeout(timer);
        socket.onclose = () => way.#gone();
        resolve(way);
      };
      socket.onerror = () => {}; // onclose follows and says what matters
      socket.onclose = () => {
        clearTimeout(timer);
        reject(new GatewayError(`No answer from ${url}`));
      };
      socket.onmessage = ({ data }) => way.#message(JSON.parse(data));
    });
  }

  #message(message) {
    const reply = message.transaction && message.janus !== 'event' && this.#waiting.get(message.transaction);
    if (!reply) {
      this.onevent(message);
      return;
    }
    this.#waiting.delete(message.transaction);
    reply.resolve(message);
  }

  #gone() {
    for (const { reject } of this.#waiting.values()) reject(new GatewayError('The connection to the gateway was lost'));
    this.#waiting.clear();
    this.onlost();
  }

  /** @param {object} request */
  ask(request) {
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        reject(new GatewayError('The connection to the gateway was lost'));
        return;
      }
      this.#waiting.set(request.transaction, { resolve, reject });
      this.#socket.send(JSON.stringify(request));
      setTimeout(() => {
        if (this.#waiting.delete(request.transaction)) reject(new GatewayError('The gateway did not answer in time'));
      }, REQUEST_TIMEOUT_MS);
    });
  }

  watch() {}

  /** Says something while the page goes away: no answer is awaited. @param {object} request */
  farewell(request) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(request));
  }

  close() {
    this.#socket.onclose = null;
    this.#socket.close();
  }
}

/** POST for requests, a long poll for events. */
class HttpWay {
  kind = 'http';
  /** @type {(event: any) => void} */
  onevent = () => {};
  onlost = () => {};
  #base;
  #poll = null;

  /** @param {string} url */
  static async open(url) {
    const way = new HttpWay();
    way.#base = url.replace(/\/$/, '');
    const hello = await fetch(`${way.#base}/ping`).catch(() => null);
    if (!hello?.ok) throw new GatewayError(`No answer from ${url}`);
    return way;
  }

  /** @param {object} request */
  async ask(request) {
    const response = await fetch(this.#base, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    }).catch(() => null);
    if (!response?.ok) throw new GatewayError('The gateway could not be reached');
    return response.json();
  }

  /** Polls for the events of a session until close(). @param {number} session @param {Record<string,string>} secrets */
  async watch(session, secrets) {
    const query = new URLSearchParams({ ...secrets, maxev: String(LONG_POLL_EVENTS) });
    const poll = (this.#poll = new AbortController());
    let failures = 0;
    while (!poll.signal.aborted) {
      try {
        const response = await fetch(`${this.#base}/${session}?${query}&rid=${Date.now()}`, { signal: poll.signal });
        if (!response.ok) throw new GatewayError(`The session is gone (${response.status})`);
        failures = 0;
        for (const event of [].concat(await response.json())) this.onevent(event);
      } catch (error) {
        if (poll.signal.aborted) return;
        if (++failures > 3) {
          this.onlost();
          return;
        }
        await new Promise((wake) => setTimeout(wake, RECONNECT_DELAYS_MS[failures]));
      }
    }
  }

  /** @param {object} request */
  farewell(request) {
    fetch(this.#base, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request), keepalive: true })
      .catch(() => {});
  }

  close() {
    this.#poll?.abort();
  }
}

/** Tries the addresses in turn. @param {string[]} servers */
async function openWay(servers) {
  const tried = [];
  for (const url of servers) {
    try {
      return await (/^wss?:/.test(url) ? WebSocketWay.open(url) : HttpWay.open(url));
    } catch (error) {
      tried.push(error.message);
    }
  }
  throw new GatewayError(`No gateway answers. ${tried.join('. ')}. Is it running, and does a firewall let it through?`);
}

/** Addresses of a gateway with default ports on the host that served this page. */
export function defaultServers(location = window.location) {
  const asked = new URLSearchParams(location.search).get('server');
  if (asked) return asked.split(',');
  const tls = location.protocol === 'https:';
  return [
    `${tls ? 'wss' : 'ws'}://${location.hostname}:${tls ? 8989 : 8188}`,
    `${location.protocol}//${location.host}/janus`,
  ];
}

/* --- sessions -------------------------------------------------------------------------------------------------- */

/**
 * A client's association with the gateway.
 * Events: `lost` (trying again), `reconnected`, `closed` (for good; detail: reason).
 */
export class Session extends Emitter {
  id = 0;
  #servers;
  #secrets;
  #way;
  #handles = new Map();
  #keepalive;
  #closed = false;

  /**
   * @param {string|string[]} servers ws(s):// or http(s):// addresses, tried in order
   * @param {{apisecret?: string, token?: string}} [secrets]
   * @returns {Promise<Session>}
   */
  static async open(servers = defaultServers(), secrets = {}) {
    const session = new Session();
    session.#servers = [].concat(servers);
    session.#secrets = secrets;
    session.#use(await openWay(session.#servers));
    session.id = (await session.ask({ janus: 'create' })).data.id;
    session.#way.watch(session.id, secrets);
    globalThis.addEventListener?.('pagehide', session.#farewell);
    session.#keepalive = setInterval(() => session.ask({ janus: 'keepalive' }).catch(() => {}), KEEPALIVE_MS);
    return session;
  }

  /** The page goes: so does the session, instead of being missed until it times out. */
  #farewell = () => {
    if (!this.#closed) this.#way.farewell({ janus: 'destroy', session_id: this.id, ...this.#secrets, transaction: transaction() });
  };

  /** "websocket" or "http". */
  get transport() {
    return this.#way.kind;
  }

  #use(way) {
    this.#way = way;
    way.onevent = (event) => this.#event(event);
    way.onlost = () => this.#lost();
  }

  /** Sends one request of the core API and returns its reply. @param {object} request */
  async ask(request) {
    const message = { ...request, ...this.#secrets, transaction: request.transaction ?? transaction() };
    if (this.id) message.session_id = this.id;
    const reply = await this.#way.ask(message);
    if (reply.janus === 'error') throw new GatewayError(reply.error.reason, reply.error.code);
    return reply;
  }

  /** @param {string} plugin @param {{opaque_id?: string}} [options] @returns {Promise<Handle>} */
  async attach(plugin, options = {}) {
    const reply = await this.ask({ janus: 'attach', plugin, ...options });
    const handle = new Handle(this, reply.data.id);
    this.#handles.set(handle.id, handle);
    return handle;
  }

  /** Ends the session and everything in it. */
  async close(reason = 'closed') {
    if (this.#closed) return;
    this.#closed = true;
    globalThis.removeEventListener?.('pagehide', this.#farewell);
    clearInterval(this.#keepalive);
    for (const handle of this.#handles.values()) handle.forget(reason);
    this.#handles.clear();
    await this.ask({ janus: 'destroy' }).catch(() => {});
    this.#way.close();
    this.emit('closed', reason);
  }

  /** @param {Handle} handle */
  drop(handle) {
    this.#handles.delete(handle.id);
  }

  #event(event) {
    if (event.janus === 'timeout') {
      this.close('The session timed out');
      return;
    }
    this.#handles.get(event.sender)?.take(event);
  }

  async #lost() {
    if (this.#closed) return;
    this.emit('lost');
    for (const delay of RECONNECT_DELAYS_MS) {
      await new Promise((wake) => setTimeout(wake, delay));
      if (this.#closed) return;
      try {
        this.#use(await openWay(this.#servers));
        await this.ask({ janus: 'claim' });
        this.#way.watch(this.id, this.#secrets);
        this.emit('reconnected');
        return;
      } catch (error) {
        if (error.code === 458) break;
      }
    }
    this.close('The connection to the gateway was lost');
  }
}

/* --- handles ---------------------------------------------------------------------------------------------------- */

/**
 * One attachment to a plugin, and its PeerConnection.
 * Events: `event` (plugin data without a waiting request), `track` ({track, streams, mid, transceiver}), `up`,
 * `hangup` (reason), `media`, `slowlink`, `channel` (RTCDataChannel opened by the gateway), `detached`.
 */
export class Handle extends Emitter {
  /** @type {RTCPeerConnection|null} */
  pc = null;
  /** Of the PeerConnection, before it is made: ICE servers, for one. @type {RTCConfiguration & object} */
  configuration = {};
  /** @type {RTCDataChannel|null} */
  channel = null;
  #session;
  #waiting = new Map();
  #early = [];
  #turn = Promise.resolve();

  /** @param {Session} session @param {number} id */
  constructor(session, id) {
    super();
    this.#session = session;
    this.id = id;
  }

  /**
   * Sends a message to the plugin and returns what it answers: {data, jsep}.
   * An `error` inside the data rejects.
   * @param {object} body @param {RTCSessionDescriptionInit & object} [jsep]
   * @returns {Promise<{data: any, jsep?: RTCSessionDescriptionInit}>}
   */
  async message(body, jsep = undefined) {
    const id = transaction();
    const answer = new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id, { error: 'The plugin did not answer in time' }), REQUEST_TIMEOUT_MS);
      this.#waiting.set(id, { resolve, reject, timer });
    });
    answer.catch(() => {});
    try {
      const reply = await this.#ask({ janus: 'message', body, jsep, transaction: id });
      if (reply.janus === 'success') this.#settle(id, reply.plugindata?.data ?? {}, reply.jsep);
    } catch (error) {
      this.#waiting.delete(id);
      throw error;
    }
    return answer;
  }

  #settle(id, data, jsep = undefined) {
    const waiting = this.#waiting.get(id);
    if (!waiting) return false;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (data.error) waiting.reject(new GatewayError(data.error, data.error_code ?? 0, data));
    else waiting.resolve({ data, jsep });
    return true;
  }

  #ask(request) {
    return this.#session.ask({ ...request, handle_id: this.id });
  }

  /**
   * Makes an offer, sends it with `body`, and applies the answer. Also for renegotiation.
   * @param {object|((pc: RTCPeerConnection) => object)} body a function is asked once the m-lines have their mids
   * @param {{tracks?: MediaStreamTrack[], direction?: RTCRtpTransceiverDirection, simulcast?: boolean, svc?: string,
   *          data?: string|boolean, restart?: boolean, maxBitrate?: number, jsep?: object,
   *          transceiver?: (transceiver: RTCRtpTransceiver) => void, munge?: (sdp: string) => string}} [media]
   *   jsep: more members of it, as e2ee; transceiver: told of each new one; munge: for what browsers cannot be asked for
   */
  async negotiate(body, media = {}) {
    return this.#inTurn(async () => {
      const pc = this.#connection();
      for (const track of media.tracks ?? []) this.#send(track, media);
      if (media.data && !this.channel) this.channel = pc.createDataChannel(media.data === true ? 'JanusDataChannel' : media.data);
      const offer = await pc.createOffer({ iceRestart: media.restart });
      await pc.setLocalDescription({ type: 'offer', sdp: media.munge ? media.munge(offer.sdp) : offer.sdp });
      const jsep = { type: 'offer', sdp: pc.localDescription.sdp, ...media.jsep };
      const { data, jsep: answer } = await this.message(typeof body === 'function' ? body(pc) : body, jsep);
      if (answer) await this.#remote(answer);
      return data;
    });
  }

  /**
   * Applies an offer of the gateway, and sends the answer with `body`.
   * @param {RTCSessionDescriptionInit} offer @param {object} body
   */
  async accept(offer, body) {
    return this.#inTurn(async () => {
      const pc = this.#connection();
      await this.#remote(offer);
      await pc.setLocalDescription(await pc.createAnswer());
      const { data } = await this.message(body, { type: 'answer', sdp: pc.localDescription.sdp });
      return data;
    });
  }

  /** Negotiations of one handle never overlap. */
  #inTurn(work) {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  /** @param {MediaStreamTrack} track @param {any} media as of negotiate() */
  #send(track, { direction = 'sendonly', simulcast = false, svc = undefined, maxBitrate = undefined, transceiver: told = undefined }) {
    const video = track.kind === 'video';
    /** @type {(RTCRtpEncodingParameters & {scalabilityMode?: string})[]} */
    let encodings = [maxBitrate && video ? { maxBitrate } : {}];
    if (video && simulcast)
      encodings = [
        { rid: 'h', maxBitrate: maxBitrate ?? 1_200_000 },
        { rid: 'm', maxBitrate: 400_000, scaleResolutionDownBy: 2 },
        { rid: 'l', maxBitrate: 120_000, scaleResolutionDownBy: 4 },
      ];
    else if (video && svc) encodings = [{ ...encodings[0], scalabilityMode: svc }];
    const transceiver = this.pc.addTransceiver(track, { direction, sendEncodings: encodings, streams: [new MediaStream([track])] });
    told?.(transceiver);
  }

  async #remote(description) {
    await this.pc.setRemoteDescription(description);
    for (const candidate of this.#early.splice(0)) await this.pc.addIceCandidate(candidate).catch(() => {});
  }

  #connection() {
    if (this.pc) return this.pc;
    const pc = (this.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', ...this.configuration }));
    pc.onicecandidate = ({ candidate }) => {
      const what = candidate?.candidate ? candidate.toJSON() : { completed: true };
      this.#ask({ janus: 'trickle', candidate: what }).catch(() => {});
    };
    pc.ontrack = ({ track, streams, transceiver }) =>
      this.emit('track', { track, streams, transceiver, mid: transceiver.mid });
    pc.ondatachannel = ({ channel }) => this.emit('channel', channel);
    return pc;
  }

  /** Closes the PeerConnection, keeps the handle. */
  async hangup() {
    this.#closeConnection();
    await this.#ask({ janus: 'hangup' });
  }

  async detach() {
    this.#session.drop(this);
    this.forget('detached');
    await this.#ask({ janus: 'detach' }).catch(() => {});
  }

  #closeConnection() {
    this.pc?.close();
    this.pc = null;
    this.channel = null;
    this.#early = [];
  }

  /** The session is over, or the handle is: nothing more will come. @param {string} reason */
  forget(reason) {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, { error: reason });
    this.#closeConnection();
  }

  /** An event of the gateway for this handle. */
  take(event) {
    switch (event.janus) {
      case 'event':
        if (!this.#settle(event.transaction, event.plugindata.data, event.jsep))
          this.emit('event', { data: event.plugindata.data, jsep: event.jsep });
        break;
      case 'trickle':
        this.#candidate(event.candidate);
        break;
      case 'webrtcup':
        this.emit('up');
        break;
      case 'hangup':
        this.#closeConnection();
        this.emit('hangup', event.reason);
        break;
      case 'detached':
        this.#session.drop(this);
        this.forget('The gateway has ended this connection');
        this.emit('detached');
        break;
      default:
        this.emit(event.janus, event);
    }
  }

  #candidate(candidate) {
    if (candidate.completed === true) return;
    if (this.pc?.remoteDescription) this.pc.addIceCandidate(candidate).catch(() => {});
    else this.#early.push(candidate);
  }

  /** A digest of getStats(): what is sent and received per mid. @returns {Promise<MediaDigest[]>} */
  async stats() {
    if (!this.pc) return [];
    /** @type {MediaDigest[]} */
    const out = [];
    const report = await this.pc.getStats();
    const pair = [...report.values()].find((s) => s.type === 'candidate-pair' && s.nominated);
    for (const s of report.values()) {
      if (s.type !== 'inbound-rtp' && s.type !== 'outbound-rtp') continue;
      const codec = report.get(s.codecId)?.mimeType?.split('/')[1] ?? '';
      out.push({
        way: s.type === 'inbound-rtp' ? 'in' : 'out', kind: s.kind, mid: s.mid, rid: s.rid, codec,
        bytes: s.bytesReceived ?? s.bytesSent ?? 0, packets: s.packetsReceived ?? s.packetsSent ?? 0,
        lost: s.packetsLost ?? 0, nacks: s.nackCount ?? 0, plis: s.pliCount ?? 0,
        width: s.frameWidth ?? 0, height: s.frameHeight ?? 0, fps: s.framesPerSecond ?? 0,
        frames: s.framesDecoded ?? s.framesEncoded ?? 0, freezes: s.freezeCount ?? 0,
        rtt: pair?.currentRoundTripTime ?? 0, at: s.timestamp,
      });
    }
    return out;
  }
}

/**
 * @typedef {{way: 'in'|'out', kind: string, mid: string, rid?: string, codec: string, bytes: number, packets: number,
 *   lost: number, nacks: number, plis: number, width: number, height: number, fps: number, frames: number,
 *   freezes: number, rtt: number, at: number}} MediaDigest
 */
