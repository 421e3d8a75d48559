// SPDX-License-Identifier: Apache-2.0
/**
 * A call to the echo test plugin: what the small demo pages share. The page has #start, #state and #error, perhaps #mine
 * with #local, #theirs with #remote, and #figures; it says what to send, this does the rest.
 */
import { Session } from './cardea.js';
import { $, liveFigures, showError } from './ui.js';

const PLUGIN = 'janus.plugin.echotest';

/**
 * @typedef {{stream: MediaStream, body?: object, media?: object, configuration?: RTCConfiguration & object}} Plan
 *   what to send, the request that goes with the offer, options of Handle.negotiate(), options of the PeerConnection
 */
export class EchoCall {
  /** @type {import('./cardea.js').Handle|null} */
  handle = null;
  /** What came back. @type {MediaStream} */
  heard = new MediaStream();
  #session = null;
  #stream = null;
  #plan;
  #told;

  /**
   * @param {() => Promise<Plan>} plan asked at each start
   * @param {{started?: (call: EchoCall) => void, track?: (event: {track: MediaStreamTrack, transceiver: RTCRtpTransceiver}) => void,
   *   event?: (data: any) => void, stopped?: () => void}} [told]
   */
  constructor(plan, told = {}) {
    this.#plan = plan;
    this.#told = told;
    $('start').onclick = () => (this.#session ? this.stop() : this.start());
    if ($('figures')) liveFigures($('figures'), () => (this.handle ? [this.handle] : []));
    if (new URLSearchParams(location.search).has('start')) this.start();
  }

  async start() {
    showError();
    $('start').disabled = true;
    try {
      const { stream, body = {}, media = {}, configuration = {} } = await this.#plan();
      this.#stream = stream;
      this.#show('mine', 'local', stream);
      const session = (this.#session = await Session.open());
      session.on('closed', (reason) => this.#session === session && this.stop(new Error(reason)));
      const handle = (this.handle = await session.attach(PLUGIN));
      handle.configuration = configuration;
      this.heard = new MediaStream();
      handle.on('track', (event) => this.#track(event));
      handle.on('up', () => ($('state').textContent = `connected by ${session.transport}`));
      handle.on('hangup', (reason) => this.stop(reason === 'Janus API' ? null : new Error(`The gateway hung up: ${reason}`)));
      handle.on('event', ({ data }) => this.#told.event?.(data));
      await handle.negotiate({ audio: true, video: true, ...body }, { tracks: stream.getTracks(), direction: 'sendrecv', ...media });
      this.#buttons(true);
      this.#told.started?.(this);
    } catch (error) {
      this.stop(error);
    }
  }

  #show(tile, video, stream) {
    if (!$(tile)) return;
    $(video).srcObject = stream;
    $(tile).classList.toggle('live', Boolean(stream?.getVideoTracks().length));
  }

  #track(event) {
    this.heard.addTrack(event.track);
    this.#told.track?.(event);
    if (!$('remote')) return;
    $('remote').srcObject = this.heard;
    if (event.track.kind === 'video') event.track.onunmute = () => $('theirs').classList.add('live');
  }

  #buttons(on) {
    $('start').disabled = false;
    $('start').textContent = on ? 'Stop' : 'Start';
    $('start').classList.toggle('primary', !on);
    for (const e of document.querySelectorAll('[data-before]')) e.disabled = on;
  }

  /** Sends something else instead, without a word to the gateway. @param {MediaStreamTrack} track */
  async replace(track) {
    const sender = this.handle?.pc?.getSenders().find((s) => s.track?.kind === track.kind);
    await sender?.replaceTrack(track);
    for (const old of this.#stream?.getTracks() ?? [])
      if (old.kind === track.kind) {
        this.#stream.removeTrack(old);
        old.stop();
      }
    this.#stream?.addTrack(track);
  }

  stop(error = null) {
    const old = this.#session;
    this.#session = this.handle = null;
    old?.close();
    this.#stream?.getTracks().forEach((t) => t.stop());
    this.#stream = null;
    this.#show('mine', 'local', null);
    this.#show('theirs', 'remote', null);
    $('state').textContent = 'not connected';
    this.#buttons(false);
    this.#told.stopped?.();
    showError(error);
  }
}
