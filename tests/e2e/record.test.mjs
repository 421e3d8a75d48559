// SPDX-License-Identifier: Apache-2.0
/** What a browser sends is in the file: codec by codec, with sound, the right length, and nothing to complain about. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openBrowser, openPage } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { decode, manifests, probe, recordInPage, stopInPage } from './lib/recording.mjs';

const wait = (ms) => new Promise((wake) => setTimeout(wake, ms));

/** The manifest of a recording once its files are complete. */
export async function finished(folder, id) {
  for (let i = 0; i < 100; i++) {
    const found = existsSync(folder) && manifests(folder).find((m) => m.id === id && m.state !== 'recording');
    if (found && found.segments.every((s) => s.sha256)) return found;
    await wait(100);
  }
  throw new Error(`recording ${id} does not become finished: ${JSON.stringify(manifests(folder))}`);
}

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
});
