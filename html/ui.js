// SPDX-License-Identifier: Apache-2.0
/**
 * Small things that all demo pages share. What pages may rely on:
 *   $(id), element(tag, props, ...children)      finding and making elements
 *   showError(error), explain(error)             the box #error, with a sentence a person understands
 *   capture(camera, microphone), fillDevices()   devices
 *   press(button, on, label, drawing)            a button that stays down
 *   liveFigures(table, handles)                  numbers of running connections, once a second
 */
import { icon } from './icons.js';


/** @param {string} id @returns {any} */
export const $ = (id) => document.getElementById(id);

/** @param {string} tag @param {object} [props] @param {...(Node|string)} children @returns {any} */
export function element(tag, props = {}, ...children) {
  const e = Object.assign(document.createElement(tag), props);
  e.append(...children);
  return e;
}

/**
 * A button that stays down; its label and drawing may change with it.
 * @param {HTMLElement} button @param {boolean} on @param {string} [label] @param {string} [drawing]
 */
export function press(button, on, label = undefined, drawing = undefined) {
  button.setAttribute('aria-pressed', String(on));
  if (label !== undefined) button.title = button.ariaLabel = label;
  if (drawing === undefined) return;
  button.querySelector(':scope > svg.icon')?.remove();
  button.prepend(icon(drawing));
}

const DEVICE_ERRORS = {
  NotAllowedError: 'The browser was not allowed to use the camera or microphone. Allow it in the address bar and try again.',
  NotFoundError: 'No camera or microphone was found. Plug one in, or continue without.',
  NotReadableError: 'Another program is using the camera or microphone. Close it and try again.',
  OverconstrainedError: 'The chosen camera cannot do this. Choose another one.',
};

const UNAUTHORIZED = 'The room asked for a PIN, a secret or a permission that was not given.';

const GATEWAY_ERRORS = {
  403: 'The gateway did not accept our credentials.',
  426: 'This room does not exist. Check the link, or create the room first.',
  432: 'The room is full: nobody else may publish now. You can still watch.',
  436: 'Somebody with this id is already in the room.',
  460: 'The gateway does not have this feature loaded.',
  472: 'This gateway takes no new sessions at the moment (it is being replaced). Try again in a minute.',
};

/** One sentence for a person. @param {any} error */
export function explain(error) {
  if (error?.code === 433 || (error?.code === 429 && /pin|secret/i.test(error.message))) return /locked/.test(error.message) ? 'The room is locked: ask somebody inside to open it.' : UNAUTHORIZED;
  return DEVICE_ERRORS[error?.name] ?? GATEWAY_ERRORS[error?.code] ?? error?.message ?? String(error);
}

/** Shows an error, or hides the box when there is none. @param {any} [error] */
export function showError(error = null) {
  const box = $('error');
  box.classList.toggle('hidden', !error);
  box.textContent = error ? explain(error) : '';
  if (error) console.error(error);
}

/**
 * Fills a <select> with devices of a kind.
 * @param {HTMLSelectElement} select @param {MediaDeviceKind} kind @param {boolean} [none] may one choose none?
 */
export async function fillDevices(select, kind, none = true) {
  const devices = (await navigator.mediaDevices.enumerateDevices()).filter((d) => d.kind === kind);
  const chosen = select.value;
  select.replaceChildren(
    ...devices.map((d, i) => element('option', { value: d.deviceId, textContent: d.label || `${kind} ${i + 1}` })),
    ...(none ? [element('option', { value: 'none', textContent: 'none' })] : []),
  );
  if ([...select.options].some((o) => o.value === chosen)) select.value = chosen;
}

/**
 * Camera and microphone as chosen; what is not there is left out when something else is.
 * @param {string} camera device id, "" or "none" @param {string} microphone same
 */
export async function capture(camera, microphone) {
  const want = (id, more) => (id === 'none' ? false : { ...(id ? { deviceId: { exact: id } } : {}), ...more });
  const video = want(camera, { width: { ideal: 1280 }, height: { ideal: 720 } });
  const audio = want(microphone, {});
  if (!video && !audio) return new MediaStream();
  if (!navigator.mediaDevices) throw new Error('Cameras work only on https:// pages and on localhost.');
  try {
    return await navigator.mediaDevices.getUserMedia({ video, audio });
  } catch (error) {
    if (error.name !== 'NotFoundError' || !video || !audio) throw error;
    return navigator.mediaDevices.getUserMedia({ video: false, audio });
  }
}

const rate = (bps) => (bps >= 1e6 ? `${(bps / 1e6).toFixed(2)} Mbit/s` : `${Math.round(bps / 1e3)} kbit/s`);

/** Draws what Handle.stats() says, once a second. Returns a function that stops it. */
export function liveFigures(table, handles) {
  const before = new Map();
  const head = ['stream', 'codec', 'rate', 'picture', 'fps', 'lost', 'NACK', 'PLI', 'freezes', 'RTT'];
  const draw = async () => {
    const rows = [];
    for (const handle of handles())
      for (const s of await handle.stats()) {
        const key = `${handle.id}/${s.way}/${s.mid}/${s.rid ?? ''}`;
        const last = before.get(key);
        before.set(key, s);
        const bps = last && s.at > last.at ? ((s.bytes - last.bytes) * 8000) / (s.at - last.at) : 0;
        rows.push([
          `${s.way === 'in' ? '↓' : '↑'} ${s.kind} ${s.mid ?? ''}${s.rid ? ` (${s.rid})` : ''}`, s.codec, rate(bps),
          s.width ? `${s.width}×${s.height}` : '', s.kind === 'video' ? Math.round(s.fps) : '', s.lost, s.nacks, s.plis,
          s.kind === 'video' && s.way === 'in' ? s.freezes : '', s.rtt ? `${Math.round(s.rtt * 1000)} ms` : '',
        ]);
      }
    const line = (cells, tag) => element('tr', {}, ...cells.map((c) => element(tag, { textContent: String(c) })));
    table.replaceChildren(line(head, 'th'), ...rows.map((r) => line(r, 'td')));
  };
  const timer = setInterval(() => draw().catch(console.error), 1000);
  return () => clearInterval(timer);
}
