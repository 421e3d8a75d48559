// SPDX-License-Identifier: Apache-2.0
/** What a browser sends is in the file: codec by codec, with sound, the right length, and nothing to complain about. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openBrowser, openPage } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { decode, finished, manifests, probe, recordInPage, stopInPage, tool } from './lib/recording.mjs';

const wait = (ms) => new Promise((wake) => setTimeout(wake, ms));

let browser, gateway;
before(async () => {
  browser = await openBrowser();
  gateway = await Gateway.start();
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
      await wait(4000);
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
      assert.ok(duration > 3 && duration < 7, `${duration} s long`);
      assert.ok(Math.abs(duration - manifest.duration_ms / 1000) < 0.3, `${manifest.duration_ms} ms in the manifest`);
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

describe('playback', () => {
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

  for (const mjr of [false, true])
    test(mjr ? 'out of .mjr files' : 'out of a media file', async () => {
      const page = await openPage(browser, `${gateway.pages}/echo.html`);
      const { id } = await recordInPage(page, gateway.ws, { videocodec: 'vp8', mjr });
      await wait(4000);
      await stopInPage(page);
      const manifest = await finished(gateway.recordings, id);
      assert.equal(manifest.mjr.length, mjr ? 2 : 0);
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
