// SPDX-License-Identifier: Apache-2.0
/** Lines over time as SVG: no library, follows the page's colours, redrawn as a whole. */
import { element } from './ui.js';

const SVG = 'http://www.w3.org/2000/svg';

function shape(name, attributes) {
  const e = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  return e;
}

/** The least of 1, 2, 5, 10, 20, … that is not below v. @param {number} v */
export function roundUp(v) {
  const power = 10 ** Math.floor(Math.log10(v || 1));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= v) ?? v;
}

/**
 * @param {HTMLElement} box where the chart goes; what was there is replaced
 * @param {{series: {name: string, color: string, values: number[], area?: boolean}[], seconds: number, most?: number,
 *          marks?: number[], text: (v: number) => string}} what values oldest first; `most`: at least this at the top
 */
export function drawChart(box, { series, seconds, most = 0, marks = [], text }) {
  const top = roundUp(Math.max(most, 1e-9, ...series.flatMap((s) => s.values)));
  const svg = shape('svg', { viewBox: '0 0 1000 100', preserveAspectRatio: 'none', role: 'img',
    'aria-label': series.map((s) => `${s.name} ${text(s.values.at(-1) ?? 0)}`).join(', ') });
  for (const y of [0, ...marks, top].filter((m) => m <= top))
    svg.append(shape('line', { x1: 0, x2: 1000, y1: 100 - (y / top) * 100, y2: 100 - (y / top) * 100 }));
  for (const s of series) {
    const step = 1000 / Math.max(1, s.values.length - 1);
    const points = s.values.map((v, i) => `${(i * step).toFixed(1)},${(100 - (v / top) * 100).toFixed(2)}`);
    if (s.area && points.length)
      svg.append(shape('polygon', { class: 'area', points: `0,100 ${points.join(' ')} 1000,100`, fill: s.color }));
    svg.append(shape('polyline', { points: points.join(' '), stroke: s.color }));
  }
  const ago = seconds >= 120 ? `${Math.round(seconds / 60)} min ago` : `${seconds} s ago`;
  box.replaceChildren(svg,
    element('div', { className: 'scale' }, element('span', { textContent: ago }), element('span', { textContent: `top ${text(top)}` }),
      element('span', { textContent: 'now' })),
    element('div', { className: 'legend' }, ...series.map((s) => {
      const key = element('i');
      key.style.background = s.color;
      return element('span', {}, key, `${s.name} ${text(s.values.at(-1) ?? 0)}`);
    })));
}
