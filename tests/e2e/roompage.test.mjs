// SPDX-License-Identifier: Apache-2.0
/** The room page beyond meeting: chat, presence, captions, screen, layers, moderation, the older way, a lost transport. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { openBrowser, openPage, until } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { Relay } from './lib/relay.mjs';

const rooms = { 'room-55': { description: 'Moderated', publishers: 6, secret: 'sesame', videocodec: 'vp8', bitrate: 2000000 },
  'room-56': { description: 'Frugal', publishers: 6, videocodec: 'vp8', bitrate: 2000000, dynacast: true },
};
let browser;
let gateway;
before(async () => {
  browser = await openBrowser();
  gateway = await Gateway.start({ rooms });
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

afterEach(() => Promise.all(browser.contexts().map((c) => c.close())));

/** @param {string} name @param {string} [more] @param {string} [server] */
const enter = (name, more = '', server = gateway.ws, pages = gateway.pages) => openPage(browser,
  `${pages}/room.html?join&${more.includes('room=') ? '' : 'room=55&'}name=${name}&server=${encodeURIComponent(server)}${more}`, { viewport: { width: 900, height: 640 } });
const text = (id, part) => [({ id: i, part: p }) => document.getElementById(i).textContent.includes(p), { id, part }];
const moving = (n) => [...document.querySelectorAll('.tile.live video')].filter((v) => v.getVideoPlaybackQuality().totalVideoFrames > 5).length >= n;

test('chat, typing, a raised hand, a muted microphone, a caption', async () => {
  const ada = await enter('Ada', '&simulcast=no');
  const bob = await enter('Bob', '&simulcast=no', gateway.http);
  for (const page of [ada, bob]) await until(page, 'two pictures', moving, 2);
  await ada.click('#openchat');
  await bob.click('#openchat');
  await ada.type('#words', 'good morning');
  await until(bob, 'that Ada types', ...text('typing', 'Ada is typing'));
  await ada.click('#say button');
  await until(bob, 'the message', ...text('lines', 'good morning'));
  await bob.fill('#words', '/cc these are my words');
  await bob.click('#say button');
  await until(ada, 'the caption', () => document.querySelector('.caption')?.parentElement && [...document.querySelectorAll('.caption')].some((c) => c.textContent === 'these are my words'));
  await bob.click('#hand');
  await bob.click('#mute');
  await bob.click('#cam');
  await until(ada, 'the hand, the muted microphone, no picture', () => {
    const tile = [...document.querySelectorAll('.tile')].find((t) => t.querySelector('.tag').textContent.includes('Bob'));
    return !tile.querySelector('.corner span').hidden && !tile.querySelector('.tag span').hidden && !tile.classList.contains('live');
  });
  const cem = await enter('Cem', '&watch');
  await until(cem, 'a newcomer to see the hand, without publishing', () => [...document.querySelectorAll('.tile')].length === 2
    && [...document.querySelectorAll('.corner span')].some((s) => !s.hidden && s.textContent.includes('hand')));
  await bob.click('#leave'); // over HTTP nobody would notice a closed tab at once
  await until(ada, 'Bob to be gone', () => document.querySelectorAll('.tile').length === 1);
});

test('a screen beside the camera, and its end', async () => {
  const ada = await enter('Ada', '&simulcast=no');
  const bob = await enter('Bob', '&simulcast=no');
  await until(bob, 'two pictures', moving, 2);
  for (let round = 0; round < 2; round++) {
    await ada.click('#screen');
    await until(bob, 'the screen', () => document.querySelector('.tile.big.contain.live video')?.getVideoPlaybackQuality().totalVideoFrames > 3);
    assert.equal(await bob.evaluate(() => document.querySelectorAll('.tile').length), 3);
    await ada.click('#screen');
    await until(bob, 'the screen to go', () => document.querySelectorAll('.tile').length === 2);
  }
});

test('a viewer chooses a layer of a simulcast picture, and lets the gateway choose again', async () => {
  await enter('Ada');
  const bob = await enter('Bob', '&simulcast=no');
  const width = (w) => [...document.querySelectorAll('.tile:not(.self) video')].some((v) => (w > 600 ? v.videoWidth >= w : v.videoWidth > 0 && v.videoWidth <= w));
  await until(bob, 'the high layer', width, 960, 45000);
  const choose = async (name) => {
    await bob.evaluate(() => { document.querySelector('.tile:not(.self) details.menu').open = true; });
    await bob.click(`.tile:not(.self) .menu button:text("${name}")`);
  };
  await choose('Low');
  await until(bob, 'the low layer', width, 330);
  await until(bob, 'its name', () => document.querySelector('.tile:not(.self) .corner').textContent.includes('low'));
  await choose('Automatic');
  await until(bob, 'the high layer again', width, 960, 45000);
  await bob.click('#showfigures');
  await until(bob, 'the curve of what arrives', () => document.querySelectorAll('#received polyline').length > 0 && /bit\/s/.test(document.getElementById('received').textContent));
  await until(bob, 'the estimate beside it', () => /estimate [\d.]+ [kM]bit\/s/.test(document.querySelector('#received .total')?.textContent ?? ''));
});

test('what nobody watches is not sent', async () => {
  const ada = await enter('Ada', '&room=56');
  const sending = (part) => [(p) => document.querySelector('.tile.self .corner')?.textContent.includes(p), part];
  await until(ada, 'to hear that she is alone', ...sending('nobody watches'));
  const bob = await enter('Bob', '&room=56&simulcast=no');
  const width = (w) => [...document.querySelectorAll('.tile:not(.self) video')].some((v) => (w > 600 ? v.videoWidth >= w : v.videoWidth > 0 && v.videoWidth <= w));
  await until(bob, 'the high layer', width, 960, 45000);
  assert.ok(await ada.evaluate(() => !/sending|nobody/.test(document.querySelector('.tile.self .corner').textContent)));
  await bob.evaluate(() => { document.querySelector('.tile:not(.self) details.menu').open = true; });
  await bob.click('.tile:not(.self) .menu button:text("Low")');
  await until(ada, 'to send less', ...sending('sending low only'));
  await until(bob, 'the low layer', width, 330);
  await bob.evaluate(() => { document.querySelector('.tile:not(.self) details.menu').open = true; });
  await bob.click('.tile:not(.self) .menu button:text("High")');
  await until(bob, 'the high layer again', width, 960, 45000);
});

test('a moderator mutes, records, locks and removes', async () => {
  const ada = await enter('Ada', '&simulcast=no');
  const bob = await enter('Bob', '&simulcast=no');
  await until(ada, 'two pictures', moving, 2);
  await ada.click('#openpeople');
  await ada.fill('#secret', 'wrong');
  await ada.click('#moderate button');
  await until(ada, 'the refusal', () => !document.getElementById('error').classList.contains('hidden'));
  await ada.fill('#secret', 'sesame');
  await ada.click('#moderate button');
  await until(ada, 'the moderator\'s view', () => !document.getElementById('moderator').classList.contains('hidden'));
  await ada.click('#peoplelist button[title="Mute"]');
  await until(bob, 'to be told', ...text('state', 'A moderator has muted you'));
  await ada.click('#peoplelist button[title="Allow to speak"]');
  await until(bob, 'to be told', ...text('state', 'lets you speak again'));
  await ada.click('#record');
  await until(bob, 'to hear of the recording', ...text('state', 'being recorded'));
  await ada.click('#record');
  await ada.click('#lock');
  const locked = () => document.getElementById('lock').getAttribute('aria-pressed') === 'true';
  await until(ada, 'the lock', locked);
  await until(bob, 'to hear of it', ...text('state', 'locked'));
  const late = await enter('Late', '&simulcast=no');
  await until(late, 'to stay outside', () => !document.getElementById('error').classList.contains('hidden'));
  await ada.reload(); // who moderates comes in again, and sees that it is locked
  await until(ada, 'the moderator\'s view again', () => !document.getElementById('moderator').classList.contains('hidden'));
  await until(ada, 'the lock still there', locked);
  await ada.click('#openpeople');
  await ada.click('#lock');
  await until(bob, 'it to be open', ...text('state', 'open again'));
  await ada.click('#peoplelist button[title="Remove"]');
  await until(bob, 'to be out', ...text('error', 'A moderator removed you'));
  await until(ada, 'to be alone', () => document.querySelectorAll('.tile').length === 1);
});

test('a viewer of the older kind: a handle for each publisher', async () => {
  const ada = await enter('Ada', '&simulcast=no');
  const bob = await enter('Bob', '&simulcast=no');
  const old = await enter('Old', '&watch&legacy');
  await until(old, 'both pictures', moving, 2);
  await bob.click('#leave');
  await until(old, 'one to go', () => document.querySelectorAll('.tile').length === 1);
  await ada.click('#leave');
  await until(old, 'nobody', () => document.querySelectorAll('.tile').length === 0);
});

test('the transport drops: the session is claimed, and what happened meanwhile is noticed', async () => {
  const patient = await Gateway.start({ general: { reclaim_session_timeout: 20 }, rooms });
  const relay = await Relay.start(patient.wsPort);
  const come = (name) => enter(name, '&simulcast=no', patient.ws, patient.pages);
  try {
    const ada = await enter('Ada', '&simulcast=no', `ws://127.0.0.1:${relay.port}`, patient.pages);
    const bob = await come('Bob');
    await until(ada, 'two pictures', moving, 2);
    relay.cut();
    await until(ada, 'to notice', ...text('state', 'trying again'));
    const cem = await come('Cem');
    await until(cem, 'Ada and Bob', moving, 3);
    await bob.click('#leave');
    relay.mend();
    await until(ada, 'Cem, and no Bob', () => [...document.querySelectorAll('.tile .tag')].map((t) => t.textContent.slice(0, 3)).sort().join() === 'Ada,Cem');
    await until(ada, 'Cem\'s picture', moving, 2);
    await cem.click('#leave');
    await until(ada, 'Cem to leave', () => document.querySelectorAll('.tile').length === 1);
  } finally {
    await Promise.all(browser.contexts().map((c) => c.close()));
    relay.stop();
    await patient.stop();
  }
});
