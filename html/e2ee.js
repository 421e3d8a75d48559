// SPDX-License-Identifier: Apache-2.0
/**
 * End-to-end encryption of encoded frames: AES-GCM by a worker, with a key made of a pass phrase. Uses encoded
 * transforms where the browser has them (RTCRtpScriptTransform), else Chromium's older insertable streams.
 */
const SALT = 'cardea end-to-end demo';
const ROUNDS = 100_000;

const hasTransform = () => 'RTCRtpScriptTransform' in globalThis;
const hasStreams = () => 'createEncodedStreams' in (globalThis.RTCRtpSender?.prototype ?? {});

/** @param {string} phrase @returns {Promise<CryptoKey>} */
async function keyOf(phrase) {
  if (!globalThis.crypto?.subtle) throw new Error('Encryption works only on https:// pages and on localhost.');
  const text = new TextEncoder();
  const raw = await crypto.subtle.importKey('raw', text.encode(phrase), 'PBKDF2', false, ['deriveKey']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: text.encode(SALT), iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, raw, { name: 'AES-GCM', length: 128 }, false, ['encrypt', 'decrypt']);
}

export class Cipher {
  #worker = new Worker(new URL('./e2ee-worker.js', import.meta.url));

  static possible() {
    return hasTransform() || hasStreams();
  }

  /** Options of the PeerConnection. */
  get configuration() {
    return hasTransform() ? {} : { encodedInsertableStreams: true };
  }

  /** @param {string} phrase */
  async use(phrase) {
    this.#worker.postMessage({ key: await keyOf(phrase) });
  }

  /** Whether what arrives is decrypted. @param {boolean} on */
  reveal(on) {
    this.#worker.postMessage({ reveal: on });
  }

  /** Both ends of an m-line, before it is negotiated. @param {RTCRtpSender} sender @param {RTCRtpReceiver} receiver @param {string} kind */
  guard(sender, receiver, kind) {
    this.#transform(sender, { way: 'encrypt', kind });
    this.#transform(receiver, { way: 'decrypt', kind });
  }

  #transform(end, options) {
    if (hasTransform()) {
      end.transform = new RTCRtpScriptTransform(this.#worker, options);
      return;
    }
    const { readable, writable } = end.createEncodedStreams();
    this.#worker.postMessage({ ...options, readable, writable }, [readable, writable]);
  }
}
