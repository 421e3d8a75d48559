// SPDX-License-Identifier: Apache-2.0
/** Firefox: echo and room, in a network namespace with a veth address (it never uses loopback). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { openFirefox } from './lib/firefox.mjs';
import { Gateway } from './lib/gateway.mjs';

const ip = (...args) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] });
const root = process.getuid() === 0;
const skip = !root ? 'network namespaces need root' : !existsSync('/usr/bin/firefox-esr') ? 'firefox-esr is not installed' : false;

/** Two namespaces, one wire. Returns their names and a function that removes them. */
function wire() {
  const n = process.pid % 10000;
  const [a, b] = [`cardea-a${n}`, `cardea-b${n}`];
  ip('netns', 'add', a);
  ip('netns', 'add', b);
  ip('link', 'add', `ca${n}`, 'netns', a, 'type', 'veth', 'peer', 'name', `cb${n}`, 'netns', b);
  ip('-n', a, 'addr', 'add', '198.18.7.1/24', 'dev', `ca${n}`);
  ip('-n', b, 'addr', 'add', '198.18.7.2/24', 'dev', `cb${n}`);
  for (const [ns, dev] of [[a, `ca${n}`], [b, `cb${n}`], [a, 'lo'], [b, 'lo']]) ip('-n', ns, 'link', 'set', dev, 'up');
  ip('-n', b, 'route', 'add', 'default', 'via', '198.18.7.1');
  ip('-n', a, 'route', 'add', 'default', 'via', '198.18.7.2');
  return { a, b, remove: () => [a, b].forEach((ns) => ip('netns', 'del', ns)) };
}

const poll = async (page, what, fn, ...args) => {
  for (let i = 0; i < 60; i++) {
    if (await page.eval(fn, ...args).catch(() => false)) return;
    await new Promise((wake) => setTimeout(wake, 1000));
  }
  throw new Error(`waited in vain for: ${what}\n${await page.eval('() => document.getElementById("error").textContent').catch(String)}`);
};

test('Firefox: echo and room', { skip, timeout: 240000 }, async () => {
  const net = wire();
  let gateway, page;
  try {
    gateway = await Gateway.start({ netns: net.a, host: '198.18.7.1' });
    page = await openFirefox(net.b);
    const server = encodeURIComponent(gateway.ws);
    await page.goto(`${gateway.pages}/echo.html?start&server=${server}`);
    // Headless Firefox paints nothing and so counts no frames: look at the picture itself.
    await poll(page, 'the echoed picture', `() => {
      const remote = document.getElementById('remote'), canvas = Object.assign(document.createElement('canvas'), { width: 16, height: 9 });
      const context = canvas.getContext('2d');
      context.drawImage(remote, 0, 0, 16, 9);
      return remote.videoWidth > 0 && context.getImageData(0, 0, 16, 9).data.some((v, i) => i % 4 !== 3 && v > 16);
    }`);
    await page.goto(`${gateway.pages}/room.html?room=1234&join&simulcast=no&name=Fox&server=${server}`);
    await poll(page, 'the own picture', `() => document.querySelectorAll('.tile.live').length === 1`);
    assert.ok(await page.eval(`() => document.getElementById('leave').offsetParent !== null`));
  } finally {
    await page?.close();
    await gateway?.stop();
    net.remove();
  }
});
