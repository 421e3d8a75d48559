// SPDX-License-Identifier: Apache-2.0
/** Three people in a room, one leaves and comes back. */
import { after, before, test } from 'node:test';
import { mkdirSync } from 'node:fs';
import { openBrowser, openPage, until } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

const tiles = (n) => {
  const live = [...document.querySelectorAll('.tile.live video')].filter((v) => v.videoWidth > 0 && v.getVideoPlaybackQuality().totalVideoFrames > 5);
  return live.length === n && document.querySelectorAll('.tile').length === n;
};

const enter = (gateway, server, name, more = '') =>
  openPage(browser, `${gateway.pages}/room.html?room=1234&join&simulcast=no&name=${name}&server=${encodeURIComponent(server)}${more}`,
    { viewport: { width: 640, height: 480 } });

for (const workers of [1, 2])
  test(`three people meet, one leaves and comes back (${workers} workers)`, async () => {
    const gateway = await Gateway.start({ workers, media: workers > 1 ? { peers_per_worker: 2 } : {} });
    try {
      const ada = await enter(gateway, gateway.ws, 'Ada');
      const bob = await enter(gateway, gateway.http, 'Bob');
      await until(ada, 'two pictures at Ada', tiles, 2);
      const cem = await enter(gateway, gateway.ws, 'Cem');
      for (const [page, who] of [[ada, 'Ada'], [bob, 'Bob'], [cem, 'Cem']]) await until(page, `three pictures at ${who}`, tiles, 3);
      await bob.click('#leave');
      for (const page of [ada, cem]) await until(page, 'two pictures after Bob left', tiles, 2);
      await bob.click('#join');
      for (const page of [ada, bob, cem]) await until(page, 'three pictures again', tiles, 3);
      await cem.close();
      for (const page of [ada, bob]) await until(page, 'two pictures after a closed tab', tiles, 2);
      mkdirSync(new URL('./out/', import.meta.url), { recursive: true });
      await ada.screenshot({ path: new URL(`./out/room-${workers}.png`, import.meta.url).pathname });
    } finally {
      await Promise.all(browser.contexts().map((c) => c.close()));
      await gateway.stop();
    }
  });
