// SPDX-License-Identifier: Apache-2.0
/**
 * What people in a room tell each other beside picture and sound, as small JSON messages over data channels: chat,
 * captions, "is typing", and a state (hand raised, microphone off) that is repeated for everyone who comes.
 */
const TYPING_MS = 3000;
const REPEAT_MS = [300, 1500, 4000]; // a newcomer is subscribed to us at some moment after we hear of them
const REMIND_MS = 5000; // of who only watches we hear nothing
const LONGEST = 4000;

/**
 * @typedef {{kind: 'chat'|'caption', text: string, final?: boolean}} Words
 * @typedef {{hand: boolean, silent: boolean, hidden: boolean, recorded: boolean}} State
 * @typedef {{words: (from: string, words: Words) => void, state: (from: string, state: State) => void,
 *   typing: (names: string[]) => void}} Told
 */
export class Presence {
  /** @type {State} */
  mine = { hand: false, silent: false, hidden: false, recorded: false };
  #channel = () => null;
  #told;
  #typing = new Map(); // id -> timer
  #timers = [];
  #lastTyping = 0;
  #reminder;

  /** @param {() => RTCDataChannel|null} channel where to speak @param {Told} told */
  constructor(channel, told) {
    this.#channel = channel;
    this.#told = told;
    this.#reminder = setInterval(() => this.#notable() && this.#tell(), REMIND_MS);
  }

  #notable() {
    return Object.values(this.mine).some(Boolean);
  }

  #tell() {
    this.say({ kind: 'state', ...this.mine });
  }

  /** Listens to a channel of somebody else; its label is who. @param {RTCDataChannel} channel */
  listen(channel) {
    const from = channel.label;
    channel.onmessage = ({ data }) => {
      if (typeof data !== 'string' || data.length > LONGEST * 2) return;
      let message;
      try {
        message = JSON.parse(data);
      } catch {
        return; // somebody else's client
      }
      this.#take(from, message);
    };
  }

  #take(from, message) {
    const text = String(message.text ?? '').slice(0, LONGEST);
    if (message.kind === 'chat' || message.kind === 'caption') {
      if (message.kind === 'chat') this.#types(from, false);
      this.#told.words(from, { kind: message.kind, text, final: message.final !== false });
    } else if (message.kind === 'typing') this.#types(from, true);
    else if (message.kind === 'state')
      this.#told.state(from, { hand: message.hand === true, silent: message.silent === true, hidden: message.hidden === true, recorded: message.recorded === true });
  }

  #types(from, on) {
    clearTimeout(this.#typing.get(from));
    this.#typing.delete(from);
    if (on) this.#typing.set(from, setTimeout(() => this.#types(from, false), TYPING_MS));
    this.#told.typing([...this.#typing.keys()]);
  }

  /** @param {object} message @returns {boolean} could it be said? */
  say(message) {
    const channel = this.#channel();
    if (channel?.readyState !== 'open') return false;
    channel.send(JSON.stringify(message));
    return true;
  }

  /** At most once in a while, however fast one types. */
  typing() {
    if (Date.now() - this.#lastTyping < TYPING_MS / 2) return;
    this.#lastTyping = Date.now();
    this.say({ kind: 'typing' });
  }

  /** Changes what others see of us. @param {Partial<State>} change */
  set(change) {
    Object.assign(this.mine, change);
    this.#tell();
  }

  /** Somebody came: they do not know yet. */
  repeat() {
    this.#timers.splice(0).forEach(clearTimeout);
    this.#timers = REPEAT_MS.map((ms) => setTimeout(() => this.#tell(), ms));
  }

  close() {
    clearInterval(this.#reminder);
    this.#timers.splice(0).forEach(clearTimeout);
    for (const timer of this.#typing.values()) clearTimeout(timer);
    this.#typing.clear();
  }
}

/** Captions out of what the browser hears, where it can do that. */
export class Listener {
  #recognition = null;

  static possible() {
    return 'webkitSpeechRecognition' in globalThis || 'SpeechRecognition' in globalThis;
  }

  /** @param {(text: string, final: boolean) => void} heard @param {(why: string) => void} failed */
  start(heard, failed) {
    const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;
    const recognition = (this.#recognition = new Recognition());
    recognition.continuous = recognition.interimResults = true;
    recognition.lang = navigator.language;
    recognition.onresult = ({ results, resultIndex }) => {
      const last = results[results.length - 1];
      if (resultIndex < results.length) heard(last[0].transcript.trim(), last.isFinal);
    };
    recognition.onerror = ({ error }) => ['no-speech', 'aborted'].includes(error) || failed(error);
    recognition.onend = () => this.#recognition === recognition && recognition.start(); // it stops by itself after a while
    recognition.start();
  }

  stop() {
    const recognition = this.#recognition;
    this.#recognition = null;
    recognition?.stop();
  }
}
