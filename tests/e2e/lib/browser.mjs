// SPDX-License-Identifier: Apache-2.0
/** Headless Chromium with fake devices. */
import { chromium } from 'playwright-core';
import { within } from './wait.mjs';

const FLAGS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection', '--autoplay-policy=no-user-gesture-required',
  '--auto-select-desktop-capture-source=Entire screen',
];

/** @param {string[]} [more] */
export async function openBrowser(more = []) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...FLAGS, ...more] });
  return browser;
}

/** A page that keeps what it printed, and fails on its own errors. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
  const page = await context.newPage();
  page.said = [];
  page.on('console', (m) => page.said.push(m.text()));
  page.on('pageerror', (e) => page.said.push(`pageerror: ${e}`));
  const evaluate = page.evaluate.bind(page); // has no time limit of its own
  page.evaluate = (fn, arg) => within(`the page to do ${fn.name || fn}\n${page.said.slice(-15).join('\n')}`, evaluate(fn, arg), 150000);
  await page.goto(url);
  return page;
}

/** Waits until fn (in the page) is true; the text says what was waited for. */
export async function until(page, what, fn, arg = undefined, timeout = 30000) {
  try {
    await page.waitForFunction(fn, arg, { timeout, polling: 200 });
  } catch (error) {
    const box = await page.locator('#error').textContent().catch(() => '');
    throw new Error(`waited in vain for: ${what}\n${box}\n${page.said?.slice(-15).join('\n')}\n${error.message}`);
  }
}

/** True when a <video> plays moving pictures of at least the given width. */
export const playing = ({ selector, width }) => {
  const v = document.querySelector(selector);
  if (!v || v.videoWidth < width) return false;
  const frames = v.getVideoPlaybackQuality().totalVideoFrames;
  const before = v.dataset.frames ? Number(v.dataset.frames) : -1;
  v.dataset.frames ??= String(frames);
  return before >= 0 && frames > before + 10;
};
