// SPDX-License-Identifier: Apache-2.0
/** The smaller demo pages: each does what it is there for. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { openBrowser, openPage, playing, until } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';

let browser;
let gateway;
before(async () => {
  browser = await openBrowser();
  gateway = await Gateway.start();
});
afterEach(() => Promise.all(browser.contexts().map((c) => c.close())));
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

const open = (page, more = '') => openPage(browser, `${gateway.pages}/${page}?server=${encodeURIComponent(gateway.ws)}${more}`);

test('the start page lists the demos and says what gateway this is', async () => {
  const page = await open('');
  await until(page, 'the gateway\'s name', () => /Cardea|cardea/.test(document.getElementById('info').textContent));
  const links = await page.$$eval('main a', (cards) => cards.map((c) => c.href));
  for (const link of links) assert.equal((await fetch(link)).status, 200, link);
});

test('end to end: decrypted with the key, dark without it', async () => {
  const page = await open('e2ee.html', '&start');
  await until(page, 'the picture', playing, { selector: '#remote', width: 320 });
  await page.fill('#key', 'another');
  const frames = () => document.getElementById('remote').getVideoPlaybackQuality().totalVideoFrames;
  await page.uncheck('#decrypt'); // cipher text is no picture
  await page.waitForTimeout(1500);
  const before = await page.evaluate(frames);
  await page.waitForTimeout(1500);
  assert.ok((await page.evaluate(frames)) - before < 5, 'nothing can be seen');
  await page.check('#decrypt');
  await until(page, 'the picture again', (n) => document.getElementById('remote').getVideoPlaybackQuality().totalVideoFrames > n + 20, await page.evaluate(frames));
});

for (const [name, width] of [['canvas', 1280], ['virtualbg', 640], ['devices', 640]])
  test(`${name}: the picture comes back`, async () => {
    const page = await open(`${name}.html`, '&start');
    await until(page, 'the picture', ({ w }) => {
      const v = document.getElementById('remote');
      return v.videoWidth >= w / 2 && v.getVideoPlaybackQuality().totalVideoFrames > 10;
    }, { w: width });
    assert.equal(await page.textContent('#error'), '');
    if (name !== 'devices') return;
    const track = () => document.getElementById('local').srcObject.getVideoTracks()[0].id;
    const first = await page.evaluate(track);
    await page.selectOption('#camera', { index: 0 }); // a second fake camera has a clock that Chromium's encoder does not follow
    await until(page, 'a fresh track in the running call', (old) => document.getElementById('local').srcObject.getVideoTracks()[0]?.id !== old, first);
    await page.evaluate(() => delete document.getElementById('remote').dataset.frames);
    await until(page, 'its picture', playing, { selector: '#remote', width: 320 });
  });

test('web audio: what comes back has a spectrum', async () => {
  const page = await open('webaudio.html', '&start');
  await until(page, 'a loud bar', () => Number(document.getElementById('spectrum').dataset.loudest) > 100);
});

test('surround sound: all six channels come back', async () => {
  const page = await open('multiopus.html');
  await page.selectOption('#sound', 'all');
  await page.click('#start');
  await until(page, 'six loud channels', () => [...document.querySelectorAll('meter')].every((m) => m.value > 0.02));
});

test('screen sharing: a number, a picture, an end', async () => {
  const presenter = await open('screen.html');
  await presenter.fill('#topic', 'Figures');
  await presenter.click('#present button');
  await until(presenter, 'the session number', () => /^\d+$/.test(document.getElementById('session').textContent));
  const number = await presenter.textContent('#session');
  const viewer = await open('screen.html');
  await viewer.fill('#number', number);
  await viewer.click('#view button');
  await until(viewer, 'the screen', () => document.getElementById('video').getVideoPlaybackQuality().totalVideoFrames > 3);
  assert.equal(await viewer.textContent('#title'), 'Figures');
  await presenter.click('#stop');
  await until(viewer, 'the end', () => /presenter has ended/.test(document.getElementById('error').textContent));
});
