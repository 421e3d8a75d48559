// SPDX-License-Identifier: Apache-2.0
/**
 * Publishing by WHIP (RFC 9725) and watching by WHEP: one HTTP request each way, no session, no library.
 *
 *   const visit = await publish('/whip/1234', { tracks: stream.getTracks(), token: 'pin' });
 *   const watch = await play('/whep/1234/77', { ontrack: ({ track }) => media.addTrack(track) });
 *   await watch.close();
 *
 * Candidates found after the offer are trickled by PATCH; restart() restarts ICE after a change of network.
 */

const SDP = 'application/sdp';
const FRAGMENT = 'application/trickle-ice-sdpfrag';
const TRICKLE_AFTER_MS = 100; // candidates that come together travel together

/** What the server said no to. `status` is the HTTP status, or 0 when it could not be reached. */
export class VisitError extends Error {
  /** @param {string} message @param {number} [status] */
  constructor(message, status = 0) {
    super(message);
    this.name = 'VisitError';
    this.status = status;
  }
}

/** @param {Response} response */
async function refused(response) {
  const problem = await response.json().catch(() => null);
  return new VisitError(problem?.detail ?? `The server answered ${response.status}`, response.status);
}

/** The ICE servers of Link headers: <stun:host>; rel="ice-server"; username="u"; credential="c" @param {string|null} link */
export function iceServers(link) {
  const servers = [];
  for (const [, url, rest] of (link ?? '').matchAll(/<([^>]+)>((?:\s*;\s*[\w-]+=(?:"(?:[^"\\]|\\.)*"|[^;,\s]+))*)/g)) {
    const value = (name) => rest.match(new RegExp(`;\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`))?.[1]?.replace(/\\(.)/g, '$1');
    if (!/;\s*rel="?ice-server"?/.test(rest)) continue;
    servers.push({ urls: url, ...(value('username') ? { username: value('username'), credential: value('credential') } : {}) });
  }
  return servers;
}

/** One publishing or watching PeerConnection and the HTTP resource that stands for it. */
export class Visit {
  /** @type {RTCPeerConnection} */
  pc;
  /** @type {(state: RTCPeerConnectionState) => void} */
  onstate = () => {};
  #token;
  #url = '';
  #etag = '';
  #late = [];
  #timer = 0;

  /** @param {string|undefined} token */
  constructor(token) {
    this.#token = token;
    this.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.pc.onicecandidate = ({ candidate }) => candidate?.candidate && this.#trickle(candidate);
    this.pc.onconnectionstatechange = () => this.onstate(this.pc.connectionState);
  }

  /** The address of the resource, once there is one. */
  get url() {
    return this.#url;
  }

  #headers(more = {}) {
    return this.#token ? { ...more, Authorization: `Bearer ${this.#token}` } : more;
  }

  /** Offers, and takes the answer. @param {string} endpoint */
  async open(endpoint) {
    await this.pc.setLocalDescription();
    const response = await fetch(endpoint, {
      method: 'POST', headers: this.#headers({ 'Content-Type': SDP }), body: this.pc.localDescription.sdp,
    }).catch(() => { throw new VisitError('The server could not be reached'); });
    if (response.status === 406 && response.headers.get('Content-Type') === SDP) {
      await this.#answer(endpoint, response);
      return;
    }
    if (response.status !== 201) throw await refused(response);
    this.#etag = response.headers.get('ETag') ?? '';
    this.#url = new URL(response.headers.get('Location'), new URL(endpoint, location.href)).href;
    const servers = iceServers(response.headers.get('Link'));
    if (servers.length) this.pc.setConfiguration({ ...this.pc.getConfiguration(), iceServers: servers });
    await this.pc.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    this.#send();
  }

  /** Our offer will not do, and the server has sent one of its own. */
  async #answer(endpoint, response) {
    this.#url = new URL(response.headers.get('Location'), new URL(endpoint, location.href)).href;
    await this.pc.setRemoteDescription({ type: 'offer', sdp: await response.text() }); // takes back ours
    await this.pc.setLocalDescription();
    const taken = await fetch(this.#url, { method: 'PATCH', headers: this.#headers({ 'Content-Type': SDP }), body: this.pc.localDescription.sdp });
    if (!taken.ok) throw await refused(taken);
    this.#etag = taken.headers.get('ETag') ?? '';
    this.#send();
  }

  #trickle(candidate) {
    this.#late.push(candidate);
    if (!this.#timer) this.#timer = setTimeout(() => this.#send(), TRICKLE_AFTER_MS);
  }

  /** @param {string} body @param {string} match */
  #patch(body, match) {
    return fetch(this.#url, { method: 'PATCH', headers: this.#headers({ 'Content-Type': FRAGMENT, 'If-Match': match }), body });
  }

  async #send() {
    this.#timer = 0;
    if (!this.#url || !this.#late.length) return; // candidates before the offer are in it
    const { ufrag, pwd } = credentials(this.pc.localDescription.sdp);
    const lines = [`a=ice-ufrag:${ufrag}`, `a=ice-pwd:${pwd}`, 'm=audio 9 UDP/TLS/RTP/SAVPF 0', `a=mid:${this.#late[0].sdpMid}`,
      ...this.#late.splice(0).map((c) => `a=${c.candidate}`)];
    await this.#patch(`${lines.join('\r\n')}\r\n`, this.#etag).catch(() => {});
  }

  /** New ICE credentials on both sides: after a change of network. */
  async restart() {
    await this.pc.setLocalDescription(await this.pc.createOffer({ iceRestart: true }));
    const { ufrag, pwd } = credentials(this.pc.localDescription.sdp);
    const response = await this.#patch(`a=ice-ufrag:${ufrag}\r\na=ice-pwd:${pwd}\r\n`, '*');
    if (response.status !== 200) throw await refused(response);
    this.#etag = response.headers.get('ETag') ?? this.#etag;
    await this.pc.setRemoteDescription({ type: 'answer', sdp: restarted(this.pc.remoteDescription.sdp, await response.text()) });
  }

  /** Ends it, here and at the server. */
  async close() {
    clearTimeout(this.#timer);
    this.pc.close();
    if (this.#url) await fetch(this.#url, { method: 'DELETE', headers: this.#headers(), keepalive: true }).catch(() => {});
    this.#url = '';
  }
}

/** @param {string} sdp */
const credentials = (sdp) => ({ ufrag: sdp.match(/a=ice-ufrag:(\S+)/)?.[1], pwd: sdp.match(/a=ice-pwd:(\S+)/)?.[1] });

/** The old answer with the credentials and candidates of a fragment. @param {string} sdp @param {string} fragment */
export function restarted(sdp, fragment) {
  const { ufrag, pwd } = credentials(fragment);
  const fresh = fragment.match(/^a=candidate:.*$/gm) ?? [];
  let first = true;
  return sdp
    .replace(/a=candidate:.*\r\n/g, '').replace(/a=end-of-candidates\r\n/g, '')
    .replace(/a=ice-ufrag:\S+/g, `a=ice-ufrag:${ufrag}`)
    .replace(/a=ice-pwd:\S+\r\n/g, () => {
      const line = `a=ice-pwd:${pwd}\r\n${first ? fresh.map((c) => `${c.trim()}\r\n`).join('') : ''}`;
      first = false;
      return line;
    });
}

/**
 * @param {string} endpoint
 * @param {{tracks: MediaStreamTrack[], token?: string, simulcast?: boolean, onstate?: (state: string) => void}} options
 */
export async function publish(endpoint, { tracks, token, simulcast = false, onstate = () => {} }) {
  const visit = new Visit(token);
  visit.onstate = onstate;
  const layers = [{ rid: 'h' }, { rid: 'm', scaleResolutionDownBy: 2 }, { rid: 'l', scaleResolutionDownBy: 4 }];
  for (const track of tracks)
    visit.pc.addTransceiver(track, { direction: 'sendonly', sendEncodings: simulcast && track.kind === 'video' ? layers : [{}] });
  return opened(visit, endpoint);
}

/**
 * @param {string} endpoint
 * @param {{ontrack: (event: RTCTrackEvent) => void, token?: string, onstate?: (state: string) => void, codec?: string}} options
 *   codec: offer video with this one alone, such as "video/H264"
 */
export async function play(endpoint, { ontrack, token, onstate = () => {}, codec = undefined }) {
  const visit = new Visit(token);
  visit.onstate = onstate;
  visit.pc.ontrack = ontrack;
  for (const kind of codec ? ['video'] : ['audio', 'video']) {
    const transceiver = visit.pc.addTransceiver(kind, { direction: 'recvonly' });
    if (codec) transceiver.setCodecPreferences(RTCRtpReceiver.getCapabilities(kind).codecs.filter((c) => c.mimeType === codec));
  }
  return opened(visit, endpoint);
}

async function opened(visit, endpoint) {
  try {
    await visit.open(endpoint);
    return visit;
  } catch (error) {
    await visit.close();
    throw error;
  }
}
