// SPDX-License-Identifier: Apache-2.0
/** What happens in a room is in its folder: everybody, who talked when, and what was before the button was pressed. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBrowser, openPage } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { brightness, decode, manifests, probe, sentPictures, times, tool } from './lib/recording.mjs';
import { wait } from './lib/wait.mjs';

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

/** On a busy machine pictures come late: a file waits for them. */
const PATIENT = { media: { gather_ms: 20000 } };

/** Manifests once so many recordings are finished. */
async function finishedOnes(folder, n) {
  let all = [];
  for (let i = 0; i < 100 && (all.length < n || all.some((m) => m.state === 'recording')); i++) {
    await wait(100);
    all = existsSync(folder) ? manifests(folder) : [];
  }
  assert.equal(all.length, n);
  return all.sort((a, b) => a.started_us - b.started_us);
}

/** In the page: joins room 77 and publishes; the handle stays in window.rec. */
const publish = (page, server, display) => page.evaluate(async ([url, name]) => {
  const { Session } = await import('/cardea.js');
  const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
  const session = await Session.open([url]);
  const handle = await session.attach('janus.plugin.videoroom');
  await handle.message({ request: 'join', ptype: 'publisher', room: 77, display: name });
  await handle.negotiate({ request: 'publish' }, { tracks: stream.getTracks(), direction: 'sendonly', data: true });
  window.rec = { session, handle, stream, events: [] };
}, [server, display]);

test('a room that records: one folder, everybody in it, and who talked when', async () => {
  const room = await Gateway.start({ recorder: PATIENT, rooms: { 'room-77': { description: 'Recorded', publishers: 4, record: true, videocodec: 'vp8',
    audiolevel_event: true, audio_active_packets: 10, audio_level_average: 60 } } });
  try {
    const pages = await Promise.all(['Ada', 'Bob'].map(async (display) => {
      const page = await openPage(browser, `${room.pages}/echo.html`);
      await publish(page, room.ws, display);
      await sentPictures(page, 60);
      return page;
    }));
    for (const page of pages) {
      await page.evaluate(() => window.rec.session.close());
      await page.context().close();
    }
    const all = await finishedOnes(room.recordings, 2);
    assert.deepEqual(all.map((m) => m.title).sort(), ['Ada', 'Bob']);
    assert.ok(all.every((m) => m.state === 'finished' && m.room === '77' && m.private), JSON.stringify(all));
    const folders = readdirSync(room.recordings);
    assert.equal(folders.length, 1);
    assert.match(folders[0], /^77-\d{8}-\d{6}$/);
    for (const m of all) {
      const file = join(room.recordings, folders[0], m.segments[0].file);
      assert.equal(probe(file).video.codec_name, 'vp8');
      assert.ok(decode(file) > 30);
    }
    const session = JSON.parse(readFileSync(join(room.recordings, folders[0], 'session.json')));
    assert.equal(session.state, 'finished');
    assert.equal(session.recordings.length, 2);
    assert.ok(session.events.some((e) => e.what === 'talking'), JSON.stringify(session.events));
  } finally {
    await room.stop();
  }
});

/** A picture that is black until window.lights(true), and a tone all the time: what a camera saw before and after. */
const darkRoom = () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
  const pen = canvas.getContext('2d');
  const audio = new AudioContext({ sampleRate: 48000 });
  const out = audio.createMediaStreamDestination();
  const tone = new OscillatorNode(audio, { frequency: 500 });
  let colour = '#000';
  tone.connect(out);
  tone.start();
  window.lights = (on) => (colour = on ? '#fff' : '#000');
  setInterval(() => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 320, 240);
    pen.fillStyle = '#888';
    pen.fillRect(Math.random() * 300, 220, 20, 20); /* so that every picture is a new one */
  }, 1000 / 30);
  navigator.mediaDevices.getUserMedia = async () => new MediaStream([...canvas.captureStream(20).getTracks(), ...out.stream.getTracks()]);
};

test('instant replay: the file begins before record was pressed, twice', async () => {
  const PREROLL = 3;
  const room = await Gateway.start({ recorder: { media: { preroll: PREROLL } }, rooms: { 'room-77': { publishers: 4, preroll: true, videocodec: 'vp8', secret: 'sesame' } } });
  try {
    const page = await openPage(browser, `${room.pages}/echo.html`);
    await page.evaluate(darkRoom);
    await publish(page, room.ws, 'Ada');
    const record = (on) => page.evaluate((record) => window.rec.handle.message({ request: 'enable_recording', room: 77, secret: 'sesame', record }), on);
    await sentPictures(page, 20);
    await wait(2.5 * PREROLL * 1000); /* what is older than the preroll has been let go */
    assert.equal(existsSync(room.recordings) && readdirSync(room.recordings).length > 0, false, 'nothing is written yet');
    const pressed = [];
    for (let take = 0; take < 2; take++) {
      pressed.push(Date.now());
      await record(true);
      await page.evaluate(() => window.lights(true));
      await wait(2000);
      await record(false);
      await page.evaluate(() => window.lights(false));
      if (!take) await wait((2 * PREROLL + 1) * 1000); /* until no light is left in what is kept */
    }
    await page.evaluate(() => window.rec.session.close());
    await page.context().close();

    const all = await finishedOnes(room.recordings, 2);
    const folders = readdirSync(room.recordings);
    assert.equal(folders.length, 2, 'each time is a session of its own');
    for (const [i, m] of all.entries()) {
      const folder = folders.find((name) => existsSync(join(room.recordings, name, m.segments[0].file)));
      const file = join(room.recordings, folder, m.segments[0].file);
      const before = (pressed[i] * 1000 - m.started_us) / 1e6;
      assert.ok(before > PREROLL - 0.3 && before < 2 * PREROLL + 1, `take ${i} begins ${before} s before record was pressed`);
      assert.equal(m.segments.length, 1, JSON.stringify(m));
      assert.equal(m.segments[0].start_ms, 0);
      assert.ok(m.duration_ms / 1000 > before + 1.5, `${m.duration_ms} ms`);
      assert.ok(m.tracks.every((t) => t.from_ms === 0), JSON.stringify(m.tracks));
      assert.ok(Math.abs(probe(file).duration - m.duration_ms / 1000) < 0.3);
      assert.ok(decode(file) > 40);
      for (const stream of ['v:0', 'a:0']) assert.ok(times(file, stream)[0] < 0.5, `${stream} begins at ${times(file, stream)[0]} s`);
      const light = brightness(file).find((picture) => picture.luma > 120);
      assert.ok(Math.abs(light.at - before) < 1, `the light goes on at ${light.at} s, record was pressed at ${before} s`);
      assert.match(tool('verify', join(room.recordings, folder)), /well/);
    }
  } finally {
    await room.stop();
  }
});
