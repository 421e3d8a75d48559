// SPDX-License-Identifier: Apache-2.0
/** Drawings for buttons, 24 by 24, in the colour of the text. */
const PATHS = {
  microphone: 'M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5 11a7 7 0 0 0 14 0M12 18v3',
  muted: 'M9 9v2a3 3 0 0 0 5 2.2M15 11V6a3 3 0 0 0-5.9-.7M5 11a7 7 0 0 0 11.5 5.4M19 11a7 7 0 0 1-.6 2.8M12 18v3M4 4l16 16',
  camera: 'M3 7h11a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7ZM15 11l6-3.5v9L15 13',
  nocamera: 'M10 7h4a1 1 0 0 1 1 1v3l6-3.5v9l-3-1.8M15 15.5a1 1 0 0 1-1 1.5H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1M4 4l16 16',
  screen: 'M3 5h18v11H3ZM8 20h8M12 16v4M12 13V8M9.5 10.5 12 8l2.5 2.5',
  hand: 'M8 12V6a1.5 1.5 0 0 1 3 0v5V4.5a1.5 1.5 0 0 1 3 0V11V6a1.5 1.5 0 0 1 3 0v8a6 6 0 0 1-6 6c-2.5 0-4-1-5.5-3.5L4 13.2a1.5 1.5 0 0 1 2.5-1.6L8 13.5',
  captions: 'M3 5h18v14H3ZM10.5 10.5a2 2 0 1 0 0 3M17 10.5a2 2 0 1 0 0 3',
  chat: 'M4 5h16v11H10l-4 4v-4H4Z',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6.5M17.5 14a6.5 6.5 0 0 1 4 6',
  figures: 'M4 20V10M10 20V4M16 20v-7M22 20H2',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.5 1.5M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.5-1.5',
  leave: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  close: 'M6 6l12 12M18 6 6 18',
  kick: 'M10 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM3.5 20a6.5 6.5 0 0 1 10-5.5M16 15l5 5M21 15l-5 5',
  lock: 'M6 11h12v9H6ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  record: 'M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10ZM12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18',
  shield: 'M12 3l7 3v5c0 4.5-3 8-7 10-4-2-7-5.5-7-10V6Z',
};

/** @param {string} name one of PATHS @returns {SVGSVGElement} */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** Puts a drawing before the text of every element with data-icon. @param {ParentNode} [root] */
export function drawIcons(root = document) {
  for (const e of root.querySelectorAll('[data-icon]')) {
    e.querySelector(':scope > svg.icon')?.remove();
    e.prepend(icon(e.dataset.icon));
  }
}
