// SPDX-License-Identifier: Apache-2.0
/** Plain RTP of ffmpeg becomes a publisher that a browser watches: VP8 with Opus, and H.264 encrypted. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, openPage, playing, until } from './lib/browser.mjs';
import { Socket } from './lib/client.mjs';
import { eventually, Ffmpeg } from './lib/ffmpeg.mjs';
import { Gateway } from './lib/gateway.mjs';

let browser, gateway, api, events;

before(async () => {
  browser = await openBrowser();
  gateway = await Gateway.start({ media: { plain_port_range: '14000-19000' } });
  const socket = await Socket.open(gateway.ws);
  const session_id = (await socket.ask({ janus: 'create' })).data.id;
  const handle_id = (await socket.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.videoroom' })).data.id;
  await socket.ask({ janus: 'message', session_id, handle_id, body: { request: 'join', ptype: 'publisher', room: 1234 } });
  events = socket;
  api = async (body) => {
    const reply = await socket.ask({ janus: 'message', session_id, handle_id, body: { room: 1234, ...body } });
    assert.equal(reply.janus, 'success');
    return reply.plugindata.data;
  };
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc=size=640x360:rate=15'];
const vp8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '500k', '-g', '15'];
const h264 = ['-c:v', 'libx264', '-profile:v', 'baseline', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '15', '-pix_fmt', 'yuv420p',
  '-bsf:v', 'dump_extra=freq=keyframe'];
const watch = (feed) => openPage(browser, `${gateway.pages}/whep.html?start&room=1234&feed=${feed}`);
const told = (key, id) => events.next((m) => {
  const value = m.plugindata?.data?.[key];
  return Array.isArray(value) ? value[0]?.id === id : value === id;
});

test('ffmpeg sends VP8 and Opus, a page watches, and it ends', async () => {
  const made = await api({
    request: 'rtp_ingest', id: 81, display: 'Camera', from: '127.0.0.1',
    streams: [{ type: 'audio', codec: 'opus', pt: 97 }, { type: 'video', codec: 'vp8', pt: 96, description: 'front' }],
  });
  assert.equal(made.videoroom, 'rtp_ingest');
  assert.deepEqual(made.streams.map((s) => [s.type, s.mid]), [['audio', '0'], ['video', '1']]);
  const [audio, video] = made.streams.map((s) => s.port);
  assert.ok(audio >= 14000 && video <= 19000);
  assert.equal((await told('publishers', 81)).plugindata.data.publishers[0].streams[1].description, 'front');
  const ffmpeg = new Ffmpeg([...picture, '-re', '-f', 'lavfi', '-i', 'sine=frequency=440',
    '-map', '0:v', ...vp8, '-f', 'rtp', `rtp://127.0.0.1:${video}?rtcpport=${video}&pkt_size=1200`,
    '-map', '1:a', '-c:a', 'libopus', '-ar', '48000', '-ac', '2', '-payload_type', '97', '-f', 'rtp', `rtp://127.0.0.1:${audio}?rtcpport=${audio}`]);
  const page = await watch(81);
  await until(page, 'the picture', playing, { selector: '#video', width: 640 });
  assert.equal(await page.evaluate(() => document.getElementById('video').srcObject.getTracks().length), 2);
  const people = (await api({ request: 'listparticipants' })).participants;
  assert.deepEqual(people.find((p) => p.id === 81), { id: 81, display: 'Camera', publisher: true });
  assert.deepEqual(await api({ request: 'stop_rtp_ingest', id: 81 }), { videoroom: 'stop_rtp_ingest', room: 1234, id: 81 });
  await told('leaving', 81);
  await ffmpeg.end();
  await eventually('its ports to close', async () =>
    /^cardea_plain_ports 0$/m.test(await (await fetch(`${gateway.pages}/metrics`)).text()));
  await page.context().close();
});

test('ffmpeg sends encrypted H.264, a page watches', async () => {
  const key = Buffer.from('abcdef0123456789abcdef01234567').toString('base64');
  const { streams: [{ port }] } = await api({
    request: 'rtp_ingest', id: 82, srtp_suite: 80, srtp_crypto: key,
    streams: [{ type: 'video', codec: 'h264', h264_profile: '42e01f' }],
  });
  const ffmpeg = new Ffmpeg([...picture, ...h264, '-srtp_out_suite', 'AES_CM_128_HMAC_SHA1_80', '-srtp_out_params', key,
    '-f', 'rtp', `srtp://127.0.0.1:${port}?rtcpport=${port}&pkt_size=1200`]);
  const page = await watch(82);
  await until(page, 'the picture', playing, { selector: '#video', width: 640 });
  await ffmpeg.end();
  await api({ request: 'stop_rtp_ingest', id: 82 });
  await page.context().close();
});

test('what is refused', async () => {
  const code = async (body) => (await api({ request: 'rtp_ingest', ...body })).error_code;
  const video = { type: 'video', codec: 'vp8' };
  assert.equal(await code({}), 429);
  assert.equal(await code({ streams: [] }), 430);
  assert.equal(await code({ streams: [{ codec: 'vp8' }] }), 429);
  assert.equal(await code({ streams: [{ type: 'smell' }] }), 430);
  assert.equal(await code({ streams: [{ type: 'video' }] }), 429);
  assert.equal(await code({ streams: [{ type: 'video', codec: 'h263' }] }), 429);
  assert.equal(await code({ streams: [{ type: 'audio', codec: 'pcmu' }] }), 430); // not in this room
  assert.equal(await code({ streams: [{ type: 'data' }] }), 430);
  assert.equal(await code({ streams: [video], from: 'somewhere' }), 430);
  assert.equal(await code({ streams: [video], iface: 'none0' }), 499);
  assert.equal(await code({ streams: [video], mcast: '10.0.0.1' }), 430);
  assert.equal(await code({ streams: [video], srtp_suite: 80, srtp_crypto: 'short' }), 430);
  assert.equal(await code({ streams: [{ ...video, port: gateway.mediaPort }] }), 499); // in use
  assert.equal(await code({ room: 5, streams: [video] }), 426);
  assert.equal((await api({ request: 'stop_rtp_ingest', id: 5 })).error_code, 428);
  assert.equal((await api({ request: 'rtp_ingest', id: 83, streams: [video] })).id, 83);
  assert.equal(await code({ id: 83, streams: [video] }), 436);
  await api({ request: 'stop_rtp_ingest', id: 83 });
});
