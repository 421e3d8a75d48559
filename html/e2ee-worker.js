// SPDX-License-Identifier: Apache-2.0
/**
 * Encrypts and decrypts encoded frames. A frame becomes: its first bytes in the clear (a gateway finds keyframes by
 * them), AES-GCM of the rest with those bytes authenticated, the nonce, and how many bytes are clear.
 */
const NONCE = 12;
const CLEAR = { key: 10, delta: 3, audio: 1 };

let key = null;
let reveal = true;
let count = 0;

function nonce() {
  const n = crypto.getRandomValues(new Uint8Array(NONCE));
  new DataView(n.buffer).setUint32(0, ++count); // never twice with one key
  return n;
}

async function encrypt(frame, kind) {
  const data = new Uint8Array(frame.data);
  const clear = Math.min(data.length, kind === 'audio' ? CLEAR.audio : CLEAR[frame.type] ?? CLEAR.delta);
  const iv = nonce();
  const head = data.subarray(0, clear);
  const body = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: head }, key, data.subarray(clear)));
  const out = new Uint8Array(clear + body.length + NONCE + 1);
  out.set(head);
  out.set(body, clear);
  out.set(iv, clear + body.length);
  out[out.length - 1] = clear;
  frame.data = out.buffer;
  return true;
}

/** false: it cannot be read and is thrown away */
async function decrypt(frame) {
  if (!reveal) return true;
  const data = new Uint8Array(frame.data);
  const clear = data[data.length - 1];
  const end = data.length - NONCE - 1;
  if (end < clear) return false;
  const head = data.subarray(0, clear);
  try {
    const iv = data.subarray(end, end + NONCE);
    const body = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: head }, key, data.subarray(clear, end)));
    const out = new Uint8Array(clear + body.length);
    out.set(head);
    out.set(body, clear);
    frame.data = out.buffer;
    return true;
  } catch {
    return false; // another key
  }
}

function run({ way, kind, readable, writable }) {
  const transform = async (frame, out) => {
    if (key && (await (way === 'encrypt' ? encrypt(frame, kind) : decrypt(frame)))) out.enqueue(frame);
  };
  readable.pipeThrough(new TransformStream({ transform })).pipeTo(writable).catch(() => {});
}

addEventListener('message', ({ data }) => {
  if (data.key) key = data.key;
  if (data.reveal !== undefined) ({ reveal } = data);
  if (data.way) run(data);
});
addEventListener('rtctransform', ({ transformer }) => run({ ...transformer.options, readable: transformer.readable, writable: transformer.writable }));
