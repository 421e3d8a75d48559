// SPDX-License-Identifier: Apache-2.0
/** The echo test page in a real browser: picture, sound and data come back, whatever the workers, ICE and transport. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser, openPage, playing, until } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

const VARIANTS = [
  { name: 'lite, one worker, websocket', gateway: {}, server: (g) => g.ws },
  { name: 'lite, two workers, http', gateway: { workers: 2 }, server: (g) => g.http },
  { name: 'lite, four workers', gateway: { workers: 4 }, server: (g) => g.ws },
  { name: 'full ICE', gateway: { nat: { ice_mode: 'full' } }, server: (g) => g.ws },
  { name: 'full trickle', gateway: { nat: { ice_mode: 'full', full_trickle: true } }, server: (g) => g.ws },
];

for (const variant of VARIANTS)
  test(`echo: ${variant.name}`, async () => {
    const gateway = await Gateway.start(variant.gateway);
    try {
      const page = await openPage(browser, `${gateway.pages}/echo.html?start&server=${encodeURIComponent(variant.server(gateway))}`);
      await until(page, 'the echoed picture', playing, { selector: '#remote', width: 320 });
      await until(page, 'the data channel', () => !document.getElementById('chat').classList.contains('hidden'));
      await page.fill('#text', 'hello gateway');
      await page.click('#say button');
      await until(page, 'the echoed text', () => /←.*hello gateway/.test(document.getElementById('log').textContent));
      const audio = await page.evaluate(async () => {
        const tracks = document.getElementById('remote').srcObject.getAudioTracks();
        return tracks.length === 1 && tracks[0].readyState === 'live';
      });
      assert.ok(audio, 'an audio track is there');
      await page.click('#start');
      await page.context().close();
    } finally {
      await gateway.stop();
    }
  });

describe('codecs', () => {
  let gateway;
  before(async () => (gateway = await Gateway.start()));
  after(() => gateway.stop());

  for (const codec of ['vp8', 'vp9', 'h264', 'av1'])
    test(`echo of ${codec}`, async () => {
      const page = await openPage(browser, `${gateway.pages}/echo.html?start&videocodec=${codec}&server=${encodeURIComponent(gateway.ws)}`);
      await until(page, 'the echoed picture', playing, { selector: '#remote', width: 320 });
      const row = await page.waitForFunction((name) => [...document.querySelectorAll('#figures tr')]
        .some((r) => r.textContent.startsWith('↓ video') && r.textContent.toLowerCase().includes(name)), codec);
      assert.ok(row);
      await page.context().close();
    });

  test('simulcast: a lower layer is seen as a smaller picture', async () => {
    const page = await openPage(browser, `${gateway.pages}/echo.html?start&simulcast&server=${encodeURIComponent(gateway.ws)}`);
    await until(page, 'the high layer', () => document.getElementById('remote').videoWidth >= 960, undefined, 45000);
    await page.selectOption('#substream', '0');
    await until(page, 'the low layer', () => document.getElementById('remote').videoWidth <= 330);
    await until(page, 'the layer event', () => document.getElementById('layer').textContent === 'layer 0');
    await page.selectOption('#substream', '2');
    await until(page, 'the high layer again', () => document.getElementById('remote').videoWidth >= 960);
    await page.context().close();
  });
});

test('ICE-TCP: the same port carries media when UDP is closed to the client', async () => {
  const gateway = await Gateway.start({ nat: { ice_tcp: true } });
  try {
    const page = await openPage(browser, `${gateway.pages}/echo.html?server=${encodeURIComponent(gateway.ws)}`);
    await page.evaluate(() => {
      const set = RTCPeerConnection.prototype.setRemoteDescription;
      RTCPeerConnection.prototype.setRemoteDescription = function only(description) {
        return set.call(this, { type: description.type, sdp: description.sdp.replace(/a=candidate:.* udp .*\r\n/g, '') });
      };
    });
    await page.click('#start');
    await until(page, 'the echoed picture', playing, { selector: '#remote', width: 320 });
    await page.context().close();
  } finally {
    await gateway.stop();
  }
});
