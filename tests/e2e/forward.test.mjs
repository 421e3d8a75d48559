// SPDX-License-Identifier: Apache-2.0
/** What a browser publishes leaves as plain RTP: ffmpeg decodes it, clear and encrypted; requests and their errors. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { after, before, test } from 'node:test';
import { openBrowser, openPage, until } from './lib/browser.mjs';
import { Socket } from './lib/client.mjs';
import { eventually, freePair, receiver } from './lib/ffmpeg.mjs';
import { Gateway } from './lib/gateway.mjs';

const FEED = 4711;
let browser, gateway, studio, api;

before(async () => {
  browser = await openBrowser();
  gateway = await Gateway.start({
    rooms: { 'room-77': { description: 'locked', secret: 'sesame', publishers: 2 } },
    videoroom: { general: { admin_key: 'boss', lock_rtp_forward: true } },
  });
  studio = await openPage(browser, `${gateway.pages}/whip.html?start&room=1234&id=${FEED}&name=Studio`);
  await until(studio, 'the studio to be live', () => document.getElementById('state').textContent === 'connected');
  const socket = await Socket.open(gateway.ws);
  const session_id = (await socket.ask({ janus: 'create' })).data.id;
  const handle_id = (await socket.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.videoroom' })).data.id;
  api = async (body) => {
    const reply = await socket.ask({ janus: 'message', session_id, handle_id, body: { room: 1234, admin_key: 'boss', ...body } });
    assert.equal(reply.janus, 'success');
    return reply.plugindata.data;
  };
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

const forward = (more) => api({ request: 'rtp_forward', publisher_id: FEED, host: '127.0.0.1', ...more });
const stop = async (list) => {
  for (const f of list) {
    const reply = await api({ request: 'stop_rtp_forward', publisher_id: FEED, stream_id: f.stream_id });
    assert.deepEqual(reply, { videoroom: 'stop_rtp_forward', room: 1234, publisher_id: FEED, stream_id: f.stream_id });
  }
};
const listed = async () => (await api({ request: 'listforwarders' })).publishers.flatMap((p) => p.forwarders);

test('ffmpeg decodes sound and pictures of a forward', async () => {
  const [audio, video] = [await freePair(), await freePair()];
  const ffmpeg = receiver(`m=audio ${audio} RTP/AVP 111\na=rtpmap:111 opus/48000/2\n`
    + `m=video ${video} RTP/AVP 96\na=rtpmap:96 VP8/90000\n`);
  await new Promise((wake) => setTimeout(wake, 1000)); // its sockets are open
  const { forwarders, publisher_id } = await forward({
    streams: [{ mid: '0', port: audio, pt: 111 }, { mid: '1', port: video, pt: 96, ssrc: 777, simulcast: true }],
  });
  assert.equal(publisher_id, FEED);
  assert.deepEqual(forwarders.map((f) => [f.type, f.host, f.port, f.pt]), [['audio', '127.0.0.1', audio, 111], ['video', '127.0.0.1', video, 96]]);
  await eventually(() => `30 pictures and 2 s:\n${ffmpeg.text.slice(-3000)}`, () => ffmpeg.frames() >= 30 && ffmpeg.seconds() >= 2);
  assert.equal((await listed()).length, 2);
  assert.ok((await listed()).every((f) => f.packets > 20));
  await stop(forwarders);
  assert.equal((await listed()).length, 0);
  assert.doesNotMatch(await ffmpeg.end(), /Failed to (decode|parse)/);
});

test('and of an encrypted one, in the old form, to a host by its name', async () => {
  const video = await freePair();
  const key = Buffer.from('0123456789abcdef0123456789abcd').toString('base64');
  const ffmpeg = receiver(`m=video ${video} RTP/SAVP 100\na=rtpmap:100 VP8/90000\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}\n`);
  await new Promise((wake) => setTimeout(wake, 1000));
  const { rtp_stream: made } = await forward({
    host: 'localhost', host_family: 'ipv4', video_port: video, video_pt: 100, simulcast: true, srtp_suite: 80, srtp_crypto: key,
  });
  assert.equal(made.host, '127.0.0.1');
  assert.equal(made.video, video);
  assert.equal(made.warning, 'deprecated_api');
  assert.equal(made.audio_stream_id, undefined);
  await eventually(() => `30 pictures:\n${ffmpeg.text.slice(-3000)}`, () => ffmpeg.frames() >= 30);
  assert.equal((await listed())[0].srtp, true);
  await stop([{ stream_id: made.video_stream_id }]);
  await ffmpeg.end();
});

test('the far end asks for a keyframe by RTCP', async () => {
  const far = createSocket('udp4'), rtcp = createSocket('udp4');
  await Promise.all([far, rtcp].map((s) => new Promise((done) => s.bind(0, '127.0.0.1', done))));
  const opened = new Promise((done) => rtcp.once('message', (data, from) => done({ data, from })));
  let ssrc = 0, keyframes = 0;
  far.on('message', (data) => { // the first packet of a VP8 keyframe: S bit, partition 0, P bit clear
    ssrc = data.readUInt32BE(8);
    const at = 12 + (data[0] & 0x10 ? 4 + 4 * data.readUInt16BE(14) : 0);
    const x = data[at] & 0x80 ? data[at + 1] : 0;
    const head = 1 + (data[at] & 0x80 ? 1 : 0) + (x & 0x80 ? (data[at + 2] & 0x80 ? 2 : 1) : 0) + (x & 0x40 ? 1 : 0) + (x & 0x30 ? 1 : 0);
    if ((data[at] & 0x1f) === 0x10 && !(data[at + head] & 1)) keyframes++;
  });
  const { forwarders } = await forward({ streams: [{ mid: '1', port: far.address().port, rtcp_port: rtcp.address().port }] });
  assert.equal(forwarders[0].remote_rtcp_port, rtcp.address().port);
  const { data, from } = await opened;
  assert.equal(data.length, 12);
  assert.equal(from.port, forwarders[0].local_rtcp_port);
  await eventually('the first keyframe', () => keyframes >= 1);
  await new Promise((wake) => setTimeout(wake, 1200));
  const before = keyframes;
  const pli = Buffer.from([0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0]);
  pli.writeUInt32BE(ssrc, 8);
  rtcp.send(pli, from.port, '127.0.0.1');
  await eventually('another keyframe', () => keyframes > before, 5000);
  await stop(forwarders);
  for (const s of [far, rtcp]) s.close();
});

test('requests that are refused', async () => {
  const code = async (body) => (await api({ request: 'rtp_forward', publisher_id: FEED, host: '127.0.0.1', ...body })).error_code;
  assert.equal(await code({ host: undefined, streams: [] }), 429);
  assert.equal(await code({ host_family: 'ipv5', streams: [] }), 430);
  assert.equal(await code({ host: 'no.such.host.invalid', streams: [{ mid: '0', port: 9 }] }), 430);
  assert.equal(await code({ host: '127.0.0.1', host_family: 'ipv6', streams: [{ mid: '0', port: 9 }] }), 430);
  assert.equal(await code({ srtp_suite: 81, srtp_crypto: 'x', streams: [] }), 430);
  assert.equal(await code({ streams: [{ mid: '0' }] }), 429);
  assert.equal(await code({ streams: [{ mid: 0, port: 9 }] }), 430);
  assert.equal(await code({ streams: [{ mid: '0', port: 70000 }] }), 430);
  assert.equal(await code({ publisher_id: 99, streams: [] }), 428);
  assert.equal(await code({ room: 99, streams: [] }), 426);
  assert.equal(await code({ admin_key: undefined, streams: [] }), 429);
  assert.equal(await code({ admin_key: 'x', streams: [] }), 433);
  assert.equal(await code({ room: 77, streams: [] }), 429);
  assert.equal(await code({ room: 77, secret: 'x', streams: [] }), 433);
  assert.equal((await api({ request: 'stop_rtp_forward', publisher_id: FEED })).error_code, 429);
  assert.equal((await api({ request: 'stop_rtp_forward', publisher_id: FEED, stream_id: 5 })).error_code, 428);
  assert.deepEqual((await forward({ streams: [] })).forwarders, []);
  assert.deepEqual((await forward({ streams: [{ mid: 'none', port: 9 }] })).forwarders, []);
  assert.deepEqual((await forward({ srtp_suite: 80, srtp_crypto: 'short', streams: [{ mid: '0', port: 9 }] })).forwarders, []);
  assert.equal((await listed()).length, 0);
});

test('forwarders go with what they forward', async () => {
  await forward({ streams: [{ mid: '0', port: 9 }, { mid: '1', port: 9 }] });
  assert.equal((await listed()).length, 2);
  await studio.click('#start');
  await eventually('the end', async () => (await listed()).length === 0, 5000);
  const metrics = await (await fetch(`${gateway.pages}/metrics`)).text();
  assert.match(metrics, /^cardea_forwarders 0$/m);
  assert.match(metrics, /^cardea_plain_sent_total\{worker="0"\} [1-9]/m);
});
