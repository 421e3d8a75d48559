// SPDX-License-Identifier: Apache-2.0
/** Packets of a handle in a file: what tshark sees in it, and what operators are told. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MediaStreamTrack, RtpHeader, RtpPacket } from 'werift';
import { Socket, post } from './lib/client.mjs';
import { Gateway } from './lib/gateway.mjs';
import { wait, within } from './lib/wait.mjs';
import { connect, weriftPeer } from './lib/werift.mjs';

let gateway, s, session_id, handle_id, track, pc, speaking;

before(async () => {
  gateway = await Gateway.start({ general: { protected_folders: '/proc, /sys' } });
  s = await Socket.open(gateway.ws);
  session_id = (await s.ask({ janus: 'create' })).data.id;
  handle_id = (await s.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.echotest' })).data.id;
});
after(async () => {
  clearInterval(speaking);
  if (pc) await within('the test client to close', pc.close());
  s?.close();
  await gateway?.stop();
});

const admin = async (request) => (await post(gateway.admin, { transaction: 'a', admin_secret: 'e2e-admin', session_id, handle_id, ...request })).json;

async function call() {
  pc = weriftPeer();
  track = new MediaStreamTrack({ kind: 'audio' });
  pc.addTransceiver(track, { direction: 'sendrecv' });
  await connect(pc, (jsep) => s.ask({ janus: 'message', session_id, handle_id, body: {}, jsep }), () => s.next((m) => m.jsep, 20000));
  await s.next((m) => m.janus === 'webrtcup', 20000);
  const payloadType = Number(pc.localDescription.sdp.match(/a=rtpmap:(\d+) opus/i)[1]);
  let n = 0;
  speaking = setInterval(() => {
    const header = new RtpHeader({ sequenceNumber: ++n & 0xffff, timestamp: n * 960, payloadType, ssrc: 4711 });
    track.writeRtp(new RtpPacket(header, Buffer.from(`packet number ${n}`)));
  }, 20);
}

test('what cannot be captured is refused', async () => {
  assert.equal((await admin({ janus: 'stop_pcap' })).error.code, 490);
  assert.equal((await admin({ janus: 'start_pcap', folder: '/proc/self' })).error.code, 490);
  assert.equal((await admin({ janus: 'start_pcap', folder: gateway.folder, filename: '../x' })).error.code, 467);
  assert.equal((await admin({ janus: 'start_pcap', folder: gateway.folder, filename: 'x' })).error.code, 490); // the sandbox
  assert.equal((await admin({ janus: 'start_pcap', truncate: -1 })).error.code, 467);
  mkdirSync(join(gateway.captures, 'taken'));
  assert.equal((await admin({ janus: 'start_pcap', folder: gateway.captures, filename: 'taken' })).error.code, 490);
});

test('from before the call on, decrypted, in both directions, readable by tshark', async () => {
  const folder = gateway.captures;
  const reply = await admin({ janus: 'start_pcap', folder, filename: 'call.pcap' });
  assert.deepEqual(reply, { janus: 'success', transaction: 'a' });
  assert.equal((await admin({ janus: 'start_text2pcap', folder })).error.code, 490);
  await call();
  await wait(3000);
  const { info } = await admin({ janus: 'handle_info' });
  assert.equal(info['dump-to-pcap'], true);
  assert.ok(info.created <= info['agent-created'] && info['agent-created'] <= info['agent-started']);
  assert.equal(info['ice-role'], 'controlled');
  const specific = { audio_active: true, video_active: true, bitrate: 0, audio_codec: 'opus', 'peer-bitrate': 0, slowlink_count: 0, hangingup: 0, destroyed: 0 };
  for (const [name, value] of Object.entries(specific)) assert.equal(info.plugin_specific[name], value, name);
  assert.equal(info['pcap-file'], join(folder, 'call.pcap'));
  assert.equal((await admin({ janus: 'stop_pcap' })).janus, 'success');
  assert.equal((await admin({ janus: 'handle_info' })).info['dump-to-pcap'], undefined);
  await wait(300);
  const rows = execFileSync('tshark', ['-r', join(folder, 'call.pcap'), '-d', 'udp.port==5004,rtp', '-o', 'rtp.heuristic_rtp:FALSE',
    '-T', 'fields', '-E', 'separator=|', '-e', 'ip.src', '-e', '_ws.col.Protocol', '-e', 'rtp.ssrc', '-e', 'rtp.payload', '-e', '_ws.malformed',
    '-e', 'ip.checksum.status'], { encoding: 'utf8', timeout: 60000, stdio: ['ignore', 'pipe', 'ignore'] }).trim().split('\n').map((row) => row.split('|'));
  const rtp = rows.filter((r) => r[1] === 'RTP');
  const said = (r) => Buffer.from(r[3].replace(/:/g, ''), 'hex').toString();
  assert.ok(rtp.filter((r) => r[0] === '192.0.2.1').length > 50, `${rtp.length} of ${rows.length} rows`);
  assert.ok(rtp.filter((r) => r[0] === '192.0.2.2').length > 50);
  assert.ok(rtp.every((r) => /^packet number \d+$/.test(said(r))), said(rtp[0]));
  assert.ok(rows.some((r) => r[1] === 'RTCP' || /^RTCP/.test(r[1])) || rows.some((r) => !r[2]), 'RTCP is there');
  assert.ok(rows.every((r) => !r[4]), 'nothing is malformed');
});

test('as text, truncated; the end of the call ends it', async () => {
  assert.equal((await admin({ janus: 'start_text2pcap', folder: gateway.captures, filename: 'call.txt', truncate: 16 })).janus, 'success');
  await wait(500);
  await s.ask({ janus: 'hangup', session_id, handle_id });
  await s.next((m) => m.janus === 'hangup');
  assert.equal((await admin({ janus: 'stop_text2pcap' })).error.code, 490);
  await wait(300);
  const lines = readFileSync(join(gateway.captures, 'call.txt'), 'utf8').trim().split('\n');
  assert.ok(lines.length > 10);
  for (const line of lines) assert.match(line, /^[IO] \d\d:\d\d:\d\d\.\d{6} 000000( [0-9a-f]{2}){2,16} RT(C)?P$/);
});
