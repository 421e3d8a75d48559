// SPDX-License-Identifier: Apache-2.0
/**
 * Two gateways in two network namespaces: who publishes on one is watched on the other, over a wire that loses packets
 * at random; and the far side's death is noticed.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { openBrowser, openPage, playing, until } from './lib/browser.mjs';
import { Socket } from './lib/client.mjs';
import { eventually } from './lib/ffmpeg.mjs';
import { Gateway } from './lib/gateway.mjs';

const run = (command, ...args) => execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
const skip = process.getuid() !== 0 ? 'network namespaces need root' : false;
const LOSS = 5; // per cent, each way

/** Two namespaces, each with a wire to us and one to each other; their addresses, and a function that removes them. */
function wires() {
  const n = process.pid % 10000;
  const net = { a: `cardea-f${n}`, b: `cardea-g${n}` };
  const ip = (...args) => run('ip', ...args);
  const end = (ns, dev, address) => {
    ip('-n', ns, 'addr', 'add', `${address}/24`, 'dev', dev);
    ip('-n', ns, 'link', 'set', dev, 'up');
  };
  net.remove = () => [net.a, net.b].forEach((ns) => { try { ip('netns', 'del', ns); } catch { /* was not there */ } });
  for (const [ns, x] of [[net.a, 21], [net.b, 22]]) {
    ip('netns', 'add', ns);
    ip('-n', ns, 'link', 'set', 'lo', 'up');
    ip('link', 'add', `cw${x}n${n}`, 'type', 'veth', 'peer', 'name', 'us', 'netns', ns);
    ip('addr', 'add', `198.18.${x}.1/24`, 'dev', `cw${x}n${n}`);
    ip('link', 'set', `cw${x}n${n}`, 'up');
    end(ns, 'us', `198.18.${x}.2`);
  }
  ip('-n', net.a, 'link', 'add', 'far', 'type', 'veth', 'peer', 'name', 'far', 'netns', net.b);
  end(net.a, 'far', '198.18.23.1');
  end(net.b, 'far', '198.18.23.2');
  /** Drops what arrives from the other gateway, at random. */
  net.lose = (percent) => {
    for (const ns of [net.a, net.b])
      run('ip', 'netns', 'exec', ns, 'nft', `add table inet loss; add chain inet loss in { type filter hook input priority 0; };
        add rule inet loss in iifname far udp dport 1-65535 numgen random mod 1000 < ${percent * 10} drop`);
  };
  return net;
}

async function client(gateway) {
  const socket = await Socket.open(gateway.ws);
  const session_id = (await socket.ask({ janus: 'create' })).data.id;
  const handle_id = (await socket.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.videoroom' })).data.id;
  return {
    socket,
    ask: async (body) => (await socket.ask({ janus: 'message', session_id, handle_id, body: { room: 1234, ...body } })).plugindata?.data,
  };
}

const metric = async (gateway, name) =>
  Number((await (await fetch(`${gateway.pages}/metrics`)).text()).match(new RegExp(`^${name}\\{[^}]*\\} (\\d+)$`, 'm'))[1]);

test('a publisher of one gateway is watched on another', { skip, timeout: 120000 }, async () => {
  const net = wires();
  const gateways = [];
  let browser;
  try {
    const start = async (netns, host, general = {}) => {
      const g = await Gateway.start({ netns, host, videoroom: { general }, general: { metrics_acl: '*' } });
      gateways.push(g);
      await eventually('its API', () => g.ready());
      return g;
    };
    const a = await start(net.a, '198.18.21.2');
    const b = await start(net.b, '198.18.22.2', { remote_timeout: 3 });
    browser = await openBrowser([`--unsafely-treat-insecure-origin-as-secure=${a.pages},${b.pages}`]);
    const studio = await openPage(browser, `${a.pages}/whip.html?start&room=1234&id=71&name=Ada`);
    await until(studio, 'the studio to be live', () => document.getElementById('state').textContent === 'connected');

    const [near, far] = [await client(a), await client(b)];
    await near.ask({ request: 'join', ptype: 'publisher' });
    const ada = (await near.socket.next((m) => m.plugindata?.data.videoroom === 'joined')).plugindata.data.publishers[0];
    await far.ask({ request: 'join', ptype: 'publisher' });
    const key = { srtp_suite: 80, srtp_crypto: Buffer.from('0123456789abcdef0123456789abcd').toString('base64') };
    const remote = await far.ask({ request: 'add_remote_publisher', id: 71, display: 'Ada', iface: 'far', streams: ada.streams, ...key });
    assert.equal(remote.videoroom, 'success');
    assert.equal(remote.ip, '198.18.23.2');
    const there = { publisher_id: 71, remote_id: 'the other one' };
    assert.deepEqual(
      await near.ask({ request: 'publish_remotely', ...there, host: remote.ip, port: remote.port, rtcp_port: remote.rtcp_port, ...key }),
      { videoroom: 'success', room: 1234, id: 71, remote_id: 'the other one' });
    assert.equal((await near.ask({ request: 'publish_remotely', ...there, host: remote.ip, port: 9 })).error_code, 436);
    const { list } = await near.ask({ request: 'listremotes', publisher_id: 71 });
    assert.deepEqual([list.length, list[0].host, list[0].port, list[0].rtcp_port], [1, remote.ip, remote.port, remote.rtcp_port]);
    assert.deepEqual((await near.ask({ request: 'listforwarders' })).publishers[0].forwarders, []);
    const people = (await far.ask({ request: 'listparticipants' })).participants;
    assert.deepEqual(people.find((p) => p.id === 71), { id: 71, display: 'Ada', publisher: true, remote: true });

    const watcher = await openPage(browser, `${b.pages}/whep.html?start&room=1234&feed=71`);
    await until(watcher, 'the picture', playing, { selector: '#video', width: 320 });

    net.lose(LOSS);
    const stats = () => watcher.evaluate(async () => {
      const v = document.getElementById('video');
      return v.getVideoPlaybackQuality().totalVideoFrames;
    });
    const [frames, received] = [await stats(), await metric(b, 'cardea_plain_received_total')];
    await new Promise((wake) => setTimeout(wake, 6000));
    const [resent, asked] = [await metric(a, 'cardea_retransmitted_total'), await metric(b, 'cardea_nacks_sent_total')];
    const packets = (await metric(b, 'cardea_plain_received_total')) - received;
    assert.ok(asked > 10 && resent > 10, `asked for ${asked} of ${packets} packets, ${resent} were repeated`);
    assert.ok((await stats()) - frames > 50, 'the picture goes on');

    const { error_code } = await far.ask({ request: 'update_remote_publisher', id: 5, streams: [] });
    assert.equal(error_code, 428);
    const more = { type: 'data', mindex: ada.streams.length, mid: String(ada.streams.length) };
    assert.deepEqual(await far.ask({ request: 'update_remote_publisher', id: 71, streams: [more] }), { videoroom: 'success' });
    const told = await far.socket.next((m) => m.plugindata?.data.publishers?.[0]?.streams.length === ada.streams.length + 1);
    assert.equal(told.plugindata.data.publishers[0].id, 71);

    a.process.kill('SIGKILL');
    const gone = await far.socket.next((m) => m.plugindata?.data.leaving === 71, 15000);
    assert.equal(gone.plugindata.data.display, 'Ada');
    assert.equal((await far.ask({ request: 'remove_remote_publisher', id: 71 })).error_code, 428);
    await b.stop();
    gateways.length = 0;
  } finally {
    await browser?.close();
    for (const g of gateways) g.process.kill('SIGKILL');
    net.remove();
  }
});

test('requests of the receiving side', async () => {
  const gateway = await Gateway.start({ rooms: { 'room-77': { secret: 'sesame' } } });
  try {
    const { ask, socket } = await client(gateway);
    const video = { type: 'video', mindex: 0, mid: '0', codec: 'vp8' };
    const code = async (body) => (await ask({ request: 'add_remote_publisher', ...body })).error_code;
    assert.equal(await code({}), 429);
    assert.equal(await code({ streams: [] }), 430);
    assert.equal(await code({ streams: [{ ...video, type: 'smell' }] }), 430);
    assert.equal(await code({ streams: [{ ...video, codec: undefined }] }), 429);
    assert.equal(await code({ streams: [{ ...video, codec: 'h263' }] }), 429);
    assert.equal(await code({ streams: [{ ...video, mid: undefined }] }), 429);
    assert.equal(await code({ streams: [video], iface: 'none0' }), 499);
    assert.equal(await code({ streams: [video], srtp_suite: 7 }), 430);
    assert.equal(await code({ room: 77, streams: [video] }), 429);
    assert.equal(await code({ room: 77, secret: 'x', streams: [video] }), 433);
    assert.equal(await code({ room: 5, streams: [video] }), 426);
    await ask({ request: 'join', ptype: 'publisher', id: 9 });
    assert.equal(await code({ id: 9, streams: [video] }), 436);
    const made = await ask({ request: 'add_remote_publisher', streams: [video, { type: 'audio', mindex: 1, mid: 'a', codec: 'g722' }] });
    assert.equal(made.videoroom, 'success');
    assert.ok(made.port > 0 && made.rtcp_port > 0 && made.ip === undefined);
    const { publishers } = (await socket.next((m) => m.plugindata?.data.publishers?.length)).plugindata.data;
    assert.deepEqual(publishers[0].streams, [{ type: 'video', mindex: 0, mid: '0', codec: 'vp8' }, { type: 'audio', mindex: 1, mid: '1', disabled: true }]);
    const code2 = async (body) => (await ask({ request: 'publish_remotely', remote_id: 'x', host: '127.0.0.1', port: 9, ...body })).error_code;
    assert.equal(await code2({ publisher_id: made.id }), 430); // one hop
    assert.equal(await code2({ publisher_id: 9, port: 0 }), 430);
    assert.equal(await code2({ publisher_id: 9, host: 'no.such.host.invalid' }), 430);
    assert.equal(await code2({ publisher_id: 8 }), 428);
    assert.equal(await code2({ publisher_id: 9 }), undefined); // before it publishes
    assert.equal((await ask({ request: 'list_remotes', publisher_id: 9 })).list.length, 1);
    assert.equal((await ask({ request: 'unpublish_remotely', publisher_id: 9, remote_id: 'y' })).error_code, 428);
    assert.equal((await ask({ request: 'unpublish_remotely', publisher_id: 9, remote_id: 'x' })).videoroom, 'success');
    assert.deepEqual(await ask({ request: 'remove_remote_publisher', id: made.id }), { videoroom: 'success' });
    await socket.next((m) => m.plugindata?.data.leaving === made.id);
  } finally {
    await gateway.stop();
  }
});
