// SPDX-License-Identifier: Apache-2.0
/** What a browser sends is in the file: codec by codec, with sound, the right length, and nothing to complain about. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openBrowser, openPage } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import {
  decode, finished, flashesAndBeeps, manifests, probe, recordInPage, sentPictures, stopInPage, tool,
} from './lib/recording.mjs';
import { wait } from './lib/wait.mjs';

/** On a busy machine pictures come late: a file waits for them. */
const PATIENT = { media: { gather_ms: 20000 } };

let browser, gateway;
before(async () => {
  browser = await openBrowser();
  gateway = await Gateway.start({ recorder: PATIENT });
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

describe('codecs', () => {
  for (const [videocodec, ending] of [['vp8', 'webm'], ['vp9', 'webm'], ['h264', 'mkv'], ['av1', 'webm']])
    test(`a recording of ${videocodec}`, async () => {
      const page = await openPage(browser, `${gateway.pages}/echo.html`);
      const { id, status, is_private } = await recordInPage(page, gateway.ws, { videocodec, filename: `take-${videocodec}` });
      assert.equal(status, 'recording');
      assert.equal(is_private, false);
      const began = Date.now();
      await sentPictures(page, 80);
      const length = (Date.now() - began) / 1000;
      const events = await stopInPage(page);
      const done = events.find((e) => e.result?.status === 'done');
      assert.equal(done.result.id, id);
      assert.equal(done.result.is_private, 0);
      await page.context().close();

      const manifest = await finished(gateway.recordings, id);
      assert.equal(manifest.state, 'finished');
      assert.equal(manifest.segments.length, 1, JSON.stringify(manifest));
      assert.equal(manifest.segments[0].file, `take-${videocodec}.${ending}`);
      const file = join(gateway.recordings, manifest.segments[0].file);
      const { video, audio, duration } = probe(file);
      assert.equal(video.codec_name, videocodec);
      assert.equal(audio.codec_name, 'opus');
      assert.ok(Math.abs(duration - length) < 2, `${duration} s long, not ${length}`);
      const [{ start_ms, duration_ms }] = manifest.segments; // the file begins when media comes
      assert.ok(Math.abs(duration - duration_ms / 1000) < 0.1, `${duration_ms} ms in the manifest, ${duration} s in the file`);
      assert.ok(Math.abs(manifest.duration_ms - start_ms - duration_ms) <= 1, JSON.stringify(manifest));
      assert.ok(decode(file) > 40, 'pictures can be decoded');
      assert.deepEqual(manifest.gaps, []);
    });

  test('cardea-rec agrees, and puts them into one picture', () => {
    assert.match(tool('verify', gateway.recordings), /take-av1.json: well/);
    const meeting = join(gateway.recordings, 'meeting.webm');
    tool('compose', '-q', '-s', '320x180', '-r', '10', gateway.recordings, meeting);
    const { video, audio, duration } = probe(meeting);
    assert.equal(video.width, 320);
    assert.equal(audio.codec_name, 'opus');
    assert.ok(duration > 12, `${duration} s: the four takes came one after the other`);
    assert.ok(decode(meeting) > 120);
  });
});

/** Another program's converter makes playable files of our packets; the index is where it is looked for. */
async function othersReadIt(base, id) {
  const index = join(gateway.recordings, `${id}.nfo`);
  for (let i = 0; i < 50 && !existsSync(index); i++) await wait(100); /* it comes just behind the manifest */
  assert.match(readFileSync(index, 'utf8'), new RegExp(`^\\[${id}\\]\r\nname = a test\r\n`));
  if (spawnSync('janus-pp-rec', ['--help']).error) return;
  for (const [from, to] of [['video', 'webm'], ['audio', 'opus']]) {
    const made = spawnSync('janus-pp-rec', [`${base}-${from}.mjr`, `${base}-${from}.${to}`], { encoding: 'utf8' });
    assert.equal(made.status, 0, made.stdout + made.stderr);
    assert.equal(probe(`${base}-${from}.${to}`).streams[0].codec_name, from === 'video' ? 'vp8' : 'opus');
  }
}

/** Plays a recording in the page: pictures and sound must come, and `done` at its end. */
const play = (page, server, id) => page.evaluate(async ([url, number]) => {
  const { Session } = await import('/cardea.js');
  const session = await Session.open([url]);
  const handle = await session.attach('janus.plugin.recordplay');
  const events = [];
  const video = document.createElement('video');
  video.srcObject = new MediaStream();
  video.autoplay = true;
  document.body.append(video);
  handle.on('track', ({ track }) => video.srcObject.addTrack(track));
  let offered;
  const offer = new Promise((done) => (offered = done));
  handle.on('event', ({ data, jsep }) => {
    events.push(data.result ?? data);
    if (jsep) offered(jsep);
  });
  const reply = await handle.message({ request: 'play', id: number });
  const jsep = reply.jsep ?? (await offer);
  await handle.accept(jsep, { request: 'start' });
  window.played = { session, handle, events, video };
  return (reply.data ?? reply).result;
}, [server, id]);

describe('playback', () => {
  for (const mjr of [false, true])
    test(mjr ? 'out of .mjr files' : 'out of a media file', async () => {
      const page = await openPage(browser, `${gateway.pages}/echo.html`);
      const { id } = await recordInPage(page, gateway.ws, { videocodec: 'vp8', mjr });
      await sentPictures(page, 60);
      await stopInPage(page);
      const manifest = await finished(gateway.recordings, id);
      assert.equal(manifest.mjr.length, mjr ? 2 : 0);
      if (mjr) await othersReadIt(join(gateway.recordings, `rec-${id}`), id);
      const prepared = await play(page, gateway.ws, id);
      assert.equal(prepared.status, 'preparing');
      await page.waitForFunction(() => window.played.video.getVideoPlaybackQuality().totalVideoFrames > 30, undefined, { timeout: 15000 });
      const heard = await page.evaluate(async () => {
        const stats = await window.played.handle.pc.getStats();
        return [...stats.values()].filter((s) => s.type === 'inbound-rtp' && s.kind === 'audio').map((s) => s.totalAudioEnergy)[0];
      });
      assert.ok(heard > 0, 'there is sound');
      await page.waitForFunction(() => window.played.events.some((e) => e.status === 'done'), undefined, { timeout: 15000 });
      await page.evaluate(() => window.played.session.close());
      await page.context().close();
    });
});

test('pictures that lie on their side are turned, in <video> and over WebRTC', async () => {
  const [flat, side, upright] = ['flat.mp4', 'side.mp4', 'upright.webm'].map((name) => join(gateway.recordings, name));
  const ffmpeg = (...args) => execFileSync('ffmpeg', ['-v', 'error', ...args]);
  ffmpeg('-f', 'lavfi', '-i', 'smptebars=size=320x240:rate=25', '-t', '4', '-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-g', '25', flat);
  ffmpeg('-i', flat, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', side);
  tool('convert', '-q', side, upright);
  rmSync(flat);
  const page = await openPage(browser, `${gateway.pages}/echo.html`);
  const list = await page.evaluate(async (url) => {
    const { Session } = await import('/cardea.js');
    const session = await Session.open([url]);
    const handle = await session.attach('janus.plugin.recordplay');
    await handle.message({ request: 'update' });
    const { data } = await handle.message({ request: 'list' });
    await session.close();
    window.colours = (video) => { // in the middle of each quarter, and how large it is
      const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 40 });
      const pen = canvas.getContext('2d');
      pen.drawImage(video, 0, 0, 40, 40);
      const at = (x, y) => [...pen.getImageData(x, y, 1, 1).data].slice(0, 3).map((c) => Math.round(c / 64));
      return { size: [video.videoWidth, video.videoHeight], corners: [at(3, 3), at(36, 3), at(3, 36), at(36, 36)] };
    };
    return data.list;
  }, gateway.ws);
  const shown = [];
  for (const name of ['side.mp4', 'upright.webm'])
    shown.push(await page.evaluate(async (address) => {
      const video = Object.assign(document.createElement('video'), { muted: true, src: address });
      document.body.append(video);
      await video.play();
      await new Promise((done) => video.requestVideoFrameCallback(done));
      return window.colours(video);
    }, `${gateway.pages}/recordings/${list.find((r) => r.name === name).id}/${name}`));
  await play(page, gateway.ws, list.find((r) => r.name === 'upright.webm').id);
  await page.waitForFunction(() => window.played.video.videoWidth === 240 && window.played.video.currentTime > 1, undefined, { timeout: 15000 });
  shown.push(await page.evaluate(() => window.colours(window.played.video)));
  await page.evaluate(() => window.played.session.close());
  assert.deepEqual(shown[0].size, [240, 320]);
  assert.notDeepEqual(shown[0].corners[0], shown[0].corners[3]);
  assert.deepEqual(shown[1], shown[0], 'the file that has been converted');
  assert.deepEqual(shown[2], shown[0], 'over WebRTC');
  await page.context().close();
});

test('a flash and a beep at the same time lie together in the file', async () => {
  const page = await openPage(browser, `${gateway.pages}/echo.html`);
  await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
    const pen = canvas.getContext('2d');
    const audio = new AudioContext({ sampleRate: 48000 });
    const tone = new OscillatorNode(audio, { frequency: 1000 });
    const gain = new GainNode(audio, { gain: 0 });
    const out = audio.createMediaStreamDestination();
    tone.connect(gain).connect(out);
    tone.start();
    const began = audio.currentTime + 1;
    for (let i = 0; i < 60; i++) {
      gain.gain.setValueAtTime(0.8, began + i);
      gain.gain.setValueAtTime(0, began + i + 0.15);
    }
    setInterval(() => {
      const at = audio.currentTime - began;
      pen.fillStyle = at > 0 && at % 1 < 0.15 ? '#fff' : '#000';
      pen.fillRect(0, 0, 320, 240);
      pen.fillStyle = '#222';
      pen.fillRect(Math.random() * 300, 220, 20, 20); /* so that every picture is a new one */
    }, 1000 / 60);
    navigator.mediaDevices.getUserMedia = async () => new MediaStream([...canvas.captureStream(30).getTracks(), ...out.stream.getTracks()]);
  });
  const { id } = await recordInPage(page, gateway.ws, { videocodec: 'vp8' });
  await wait(9000);
  await stopInPage(page);
  await page.context().close();
  const manifest = await finished(gateway.recordings, id);
  const apart = flashesAndBeeps(join(gateway.recordings, manifest.segments[0].file));
  assert.ok(apart.length >= 5, `${apart.length} pairs`);
  const middle = apart.sort((a, b) => a - b)[Math.floor(apart.length / 2)];
  console.log(`beep behind flash, ms: ${apart.map((s) => Math.round(s * 1000)).join(' ')}`);
  assert.ok(Math.abs(middle) < 0.08, `${middle} s apart`); /* what canvas, capture and 30 pictures a second leave of it */
});

describe('over HTTP', () => {
  let id, file, url, key;
  before(async () => {
    const page = await openPage(browser, `${gateway.pages}/echo.html`);
    ({ id, key } = await recordInPage(page, gateway.ws, { videocodec: 'vp8', filename: 'served' }, { data: true }));
    await page.waitForFunction(() => window.rec.handle.channel?.readyState === 'open');
    await page.evaluate(() => window.rec.handle.channel.send('hello file'));
    await sentPictures(page, 60);
    await stopInPage(page);
    await page.context().close();
    const manifest = await finished(gateway.recordings, id);
    file = join(gateway.recordings, manifest.segments[0].file);
    url = `${gateway.pages}/recordings/${id}`;
  });

  test('list, manifest, whole files and parts of them', async () => {
    const { recordings } = await (await fetch(`${gateway.pages}/recordings`)).json();
    assert.ok(recordings.some((r) => r.id === id && r.data));
    const { files, state } = await (await fetch(url)).json();
    assert.equal(state, 'finished');
    assert.deepEqual(files.map((f) => f.name), ['served.webm', 'served.data.jsonl']);
    const bytes = readFileSync(file);
    const whole = await fetch(`${url}/served.webm`);
    assert.equal(whole.headers.get('content-type'), 'video/webm');
    assert.deepEqual(Buffer.from(await whole.arrayBuffer()), bytes);
    const part = await fetch(`${url}/served.webm`, { headers: { Range: 'bytes=100-199' } });
    assert.equal(part.status, 206);
    assert.equal(part.headers.get('content-range'), `bytes 100-199/${bytes.length}`);
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(100, 200));
    assert.equal((await fetch(`${url}/served.webm`, { headers: { Range: 'bytes=999999999-' } })).status, 416);
    for (const wrong of [`${url}/../x`, `${url}/nothing.webm`, `${url}x`, `${gateway.pages}/recordings/1`])
      assert.equal((await fetch(wrong)).status, 404, wrong);
    const message = JSON.parse(await (await fetch(`${url}/served.data.jsonl`)).text());
    assert.equal(message.text, 'hello file');
  });

  test('the file plays in <video>, and can be sought', async () => {
    const page = await openPage(browser, `${gateway.pages}/recordings.html`);
    const seen = await page.evaluate(async (address) => {
      const video = Object.assign(document.createElement('video'), { muted: true, src: address });
      document.body.append(video);
      await video.play();
      await new Promise((done) => setTimeout(done, 700));
      video.currentTime = 2;
      await new Promise((done) => video.addEventListener('seeked', done, { once: true }));
      return { duration: video.duration, width: video.videoWidth, at: video.currentTime, error: video.error?.message };
    }, `${url}/served.webm`);
    assert.ok(seen.duration > 2 && seen.duration < 8, JSON.stringify(seen));
    assert.ok(seen.width >= 160 && seen.at >= 1.9, JSON.stringify(seen));
    await page.context().close();
  });

  test('who does not have the key does not remove it', async () => {
    assert.equal((await fetch(url, { method: 'DELETE' })).status, 401);
    assert.equal((await fetch(`${url}?key=${'0'.repeat(32)}`, { method: 'DELETE' })).status, 401);
    assert.equal('access' in (await (await fetch(url)).json()), false);
    assert.equal((await fetch(`${url}?key=${key}`, { method: 'DELETE' })).status, 204);
    assert.equal(existsSync(file), false);
    assert.equal((await fetch(url)).status, 404);
  });

  test('the page: it lists, plays with messages, seeks, records and removes its own', async () => {
    const other = await openPage(browser, `${gateway.pages}/echo.html`);
    ({ id } = await recordInPage(other, gateway.ws, { videocodec: 'vp8', filename: 'other' }, { data: true }));
    await other.waitForFunction(() => window.rec.handle.channel?.readyState === 'open');
    await sentPictures(other, 30);
    await other.evaluate(() => window.rec.handle.channel.send('hello again'));
    await sentPictures(other, 120);
    await stopInPage(other);
    await other.context().close();
    await finished(gateway.recordings, id);

    const page = await openPage(browser, `${gateway.pages}/recordings.html?server=${encodeURIComponent(gateway.ws)}&name=From%20the%20page`);
    page.on('dialog', (d) => d.accept());
    const theirs = `article[data-id="${id}"]`;
    await page.waitForSelector(theirs);
    assert.equal(await page.locator(`${theirs} >> text=Remove`).count(), 0);
    await page.click(`${theirs} button.primary`);
    await page.waitForFunction(() => document.getElementById('video').videoWidth > 0 && / \/ /.test(document.getElementById('clock').textContent), undefined, { timeout: 15000 });
    await page.selectOption('#speed', '0.5'); /* it goes on until the page is closed, on a busy machine, too */
    await page.waitForFunction(() => document.getElementById('messages').textContent === 'hello again', undefined, { timeout: 15000 });
    await page.click('#leave');
    await page.waitForFunction(() => document.getElementById('stage').classList.contains('hidden'));
    await page.click('#record');
    await page.waitForFunction(() => document.getElementById('record').textContent === 'Stop');
    await wait(2000);
    await page.click('#record');
    const mine = 'article:has(h2:text-is("From the page"))';
    await page.click(`${mine} >> text=Remove`, { timeout: 15000 });
    await page.waitForFunction(() => ![...document.querySelectorAll('article h2')].some((h) => h.textContent === 'From the page'));
    assert.equal(manifests(gateway.recordings).some((m) => m.title === 'From the page'), false);
    assert.equal(await page.locator('#error').isVisible(), false, await page.locator('#error').textContent());
    await page.context().close();
  });
});

test('private ones need the key', async () => {
  const locked = await Gateway.start({ recorder: { general: { admin_key: 'sesame', private: true } } });
  try {
    const page = await openPage(browser, `${locked.pages}/echo.html`);
    const { id, is_private, key: own } = await recordInPage(page, locked.ws, { videocodec: 'vp8' });
    assert.equal(is_private, true);
    await sentPictures(page, 10);
    await stopInPage(page);
    await page.context().close();
    await finished(locked.recordings, id);
    const url = `${locked.pages}/recordings`;
    const key = { headers: { Authorization: 'Bearer sesame' } };
    assert.deepEqual((await (await fetch(url)).json()).recordings, []);
    assert.equal((await fetch(`${url}/${id}`)).status, 401);
    assert.equal((await fetch(`${url}/${id}`, { method: 'DELETE' })).status, 401);
    assert.equal((await (await fetch(url, key)).json()).recordings.length, 1);
    assert.equal((await fetch(`${url}/${id}?key=sesame`)).status, 200);
    assert.equal((await fetch(`${url}/${id}?key=${own}`)).status, 200);
    assert.equal((await fetch(`${url}/${id}`, { ...key, method: 'DELETE' })).status, 204);
  } finally {
    await locked.stop();
  }
});

test('an echo that is recorded', async () => {
  const page = await openPage(browser, `${gateway.pages}/echo.html`);
  await page.evaluate(async (url) => {
    const { Session } = await import('/cardea.js');
    const stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
    const session = await Session.open([url]);
    const handle = await session.attach('janus.plugin.echotest');
    await handle.negotiate({ audio: true, video: true, record: true, filename: 'my-echo' },
      { tracks: stream.getTracks(), direction: 'sendrecv', data: true });
    window.rec = { session, handle, stream, events: [] };
  }, gateway.ws);
  await sentPictures(page, 40);
  await page.evaluate(() => window.rec.handle.message({ record: false }));
  await wait(500);
  const { id } = manifests(gateway.recordings).find((m) => m.name === 'my-echo');
  await finished(gateway.recordings, id);
  assert.ok(decode(join(gateway.recordings, 'my-echo.webm')) > 20);
  await page.evaluate(() => window.rec.session.close());
  await page.context().close();
});
