// SPDX-License-Identifier: Apache-2.0
/** Clients written by others for this API, unmodified: a browser library, a Node SDK, a second WebRTC stack. */
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Janode from 'janode';
import EchoTestPlugin from 'janode/plugins/echotest';
import VideoRoomPlugin from 'janode/plugins/videoroom';
import { RTCRtpCodecParameters, MediaStreamTrack, RtpHeader, RtpPacket } from 'werift';
import { openBrowser, openPage, until } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { weriftPeer } from './lib/werift.mjs';

const HERE = new URL('.', import.meta.url).pathname;
let gateway, browser, files, origin;

before(async () => {
  gateway = await Gateway.start();
  browser = await openBrowser();
  const served = {
    '/janus.js': ['text/javascript', 'node_modules/janus-gateway/npm/dist/janus.es.js'],
    '/adapter.js': ['text/javascript', 'node_modules/webrtc-adapter/out/adapter.js'],
    '/': ['text/html', 'thirdparty.html'],
  };
  files = createServer((request, response) => {
    const [type, path] = served[new URL(request.url, 'http://x').pathname] ?? [];
    if (!path) return response.writeHead(404).end();
    response.setHeader('content-type', type);
    createReadStream(join(HERE, path)).pipe(response);
  });
  await new Promise((done) => files.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${files.address().port}`;
});
after(async () => {
  await browser?.close();
  files?.close();
  await gateway?.stop();
});

for (const way of ['ws', 'http'])
  test(`the official browser library: echo with audio, video and data over ${way}`, async () => {
    const page = await openPage(browser, `${origin}/?do=echo&server=${encodeURIComponent(gateway[way])}`);
    await until(page, 'echoed picture, sound and text', () => window.seen.video > 10 && window.seen.audio && window.seen.text);
    assert.match(await page.evaluate(() => window.seen.text), /ping from the library$/);
    await page.evaluate(() => window.finish());
    await until(page, 'the end', () => window.seen.destroyed);
    await page.context().close();
  });

test('the official browser library: a room, publisher and subscriber', async () => {
  const page = await openPage(browser, `${origin}/?do=room&server=${encodeURIComponent(gateway.ws)}`);
  await until(page, 'the own picture, subscribed to', () => window.seen.video > 10 && window.seen.audio);
  await page.context().close();
});

/** A WebRTC stack of its own that sends VP8-shaped packets and counts what comes back. */
async function vp8Peer() {
  const pc = weriftPeer({
    codecs: {
      audio: [new RTCRtpCodecParameters({ mimeType: 'audio/opus', clockRate: 48000, channels: 2 })],
      video: [new RTCRtpCodecParameters({ mimeType: 'video/VP8', clockRate: 90000, rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }] })],
    },
  });
  const track = new MediaStreamTrack({ kind: 'audio' });
  const transceiver = pc.addTransceiver(track, { direction: 'sendrecv' });
  const got = { packets: 0 };
  transceiver.onTrack.subscribe((t) => t.onReceiveRtp.subscribe(() => got.packets++));
  await pc.setLocalDescription(await pc.createOffer());
  return { pc, track, got };
}

function speak(track) {
  let n = 0;
  return setInterval(() => {
    n++;
    const header = new RtpHeader({ sequenceNumber: n & 0xffff, timestamp: n * 960, payloadType: 111, ssrc: 4711, marker: n === 1 });
    track.writeRtp(new RtpPacket(header, Buffer.alloc(80, n & 0xff)));
  }, 20);
}

test('the Node SDK drives a second WebRTC stack through the echo test', async () => {
  const connection = await Janode.connect({ address: { url: gateway.ws } });
  const session = await connection.create();
  const handle = await session.attach(EchoTestPlugin);
  const peer = await vp8Peer();
  const up = new Promise((done) => handle.on(Janode.EVENT.HANDLE_WEBRTCUP, done));
  const { jsep } = await handle.start({ audio: true, video: false, jsep: { type: 'offer', sdp: peer.pc.localDescription.sdp } });
  await peer.pc.setRemoteDescription(jsep);
  await up;
  const speaking = speak(peer.track);
  for (let i = 0; i < 100 && peer.got.packets < 50; i++) await new Promise((wake) => setTimeout(wake, 100));
  clearInterval(speaking);
  await peer.pc.close();
  assert.ok(peer.got.packets >= 50, `${peer.got.packets} packets came back`);
  await handle.detach();
  await session.destroy();
  await connection.close();
});

test('the Node SDK: rooms are created, listed, joined and destroyed', async () => {
  const connection = await Janode.connect({ address: { url: gateway.ws } });
  const session = await connection.create();
  const handle = await session.attach(VideoRoomPlugin);
  const { room } = await handle.create({ description: 'made by the SDK', secret: 'k', max_publishers: 3 });
  const { list } = await handle.list();
  assert.ok(list.some((r) => r.room === room && r.description === 'made by the SDK'));
  assert.equal((await handle.exists({ room })).exists, true);
  const joined = await handle.joinPublisher({ room, display: 'Ada' });
  assert.equal(joined.display ?? 'Ada', 'Ada');
  assert.ok(joined.feed && joined.private_id);
  const { participants } = await handle.listParticipants({ room, secret: 'k' });
  assert.equal(participants.length, 1);
  await handle.leave();
  await assert.rejects(handle.destroy({ room, secret: 'wrong' }));
  await handle.destroy({ room, secret: 'k' });
  assert.equal((await handle.exists({ room })).exists, false);
  await connection.close();
});
