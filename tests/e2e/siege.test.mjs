// SPDX-License-Identifier: Apache-2.0
/**
 * Hostile crowds: floods of datagrams, requests that never end, readers that do not read, thousands of idle sockets, no
 * descriptors left. Nothing here is timed; what is looked at is that memory stays bounded, that nobody is sent more
 * than he sent, and that a client who behaves is served all the while.
 */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { Gateway, freeTcp } from './lib/gateway.mjs';
import { post, Socket } from './lib/client.mjs';
import { wait, within } from './lib/wait.mjs';

const rss = (g) => Number(readFileSync(`/proc/${g.process.pid}/status`, 'utf8').match(/VmRSS:\s*(\d+)/)[1]) * 1024;
const well = async (g) => assert.equal((await fetch(`${g.http}/info`, { signal: AbortSignal.timeout(10000) })).status, 200);

/** A gateway, and a limit of memory that it may grow by while something happens to it. */
async function besieged(options, mib, attack) {
  const gateway = await Gateway.start(options);
  try {
    await well(gateway);
    const before = rss(gateway);
    await attack(gateway);
    await well(gateway);
    const grown = (rss(gateway) - before) / 1048576;
    if (!process.env.ASAN_OPTIONS && !/build-(check|tsan)/.test(process.env.CARDEA_BUILD ?? ''))
      assert.ok(grown < mib, `it grew by ${grown.toFixed(1)} MiB`);
  } finally {
    await gateway.stop();
  }
}

/** Somebody with a session and a handle of the echo test; ask() is a message to it. */
async function guest(gateway) {
  const socket = await Socket.open(gateway.ws);
  const session_id = (await socket.ask({ janus: 'create' })).data.id;
  const handle_id = (await socket.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.echotest' })).data.id;
  const ask = async (body, jsep) => {
    const transaction = `m${Math.random()}`;
    socket.send(JSON.stringify({ janus: 'message', transaction, session_id, handle_id, body, jsep }));
    return socket.next((m) => m.transaction === transaction && m.janus === 'event', 20000);
  };
  return { ask, close: () => socket.close() };
}

/** n connections at once from the addresses 127.0.0.2 and on, so many each; what each is told is counted. */
async function crowd(port, n, each, greet) {
  const sockets = [];
  for (let i = 0; i < n; i++) {
    const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.${1 + Math.floor(i / each / 250)}.${2 + (Math.floor(i / each) % 250)}` });
    socket.over = false;
    socket.on('close', () => (socket.over = true)).on('error', () => {}).on('data', () => {});
    if (greet) socket.write(greet);
    sockets.push(socket);
    if (i % 200 === 199) await wait(20);
  }
  await wait(500);
  return { sockets, end: () => sockets.forEach((s) => s.destroy()) };
}

// RFC 8489: a binding request for a name that nobody has, and one without any; RFC 6347: the first bytes of a ClientHello.
const stun = (attributes) => Buffer.concat([Buffer.from([0, 1, attributes.length >> 8, attributes.length & 255, 0x21, 0x12, 0xa4, 0x42]),
  Buffer.from('0123456789ab'), attributes]);
const named = (name) => { const padded = Buffer.alloc(Math.ceil(name.length / 4) * 4); padded.write(name); return Buffer.concat([Buffer.from([0, 6, 0, name.length]), padded]); };
const hello = Buffer.concat([Buffer.from('16feff0000000000000000006801000' + '05c000000000000005cfefd', 'hex'), Buffer.alloc(90, 7)]);
const datagrams = (ufrag) => [stun(Buffer.alloc(0)), stun(named('nobody:me')), stun(named(`${ufrag}:me`)),
  hello, Buffer.from('806f000100000001000000016f707573', 'hex'), Buffer.from('81c90001000000010000000000000000', 'hex'), Buffer.alloc(1400, 0xff), Buffer.from([0])];

test('datagrams of strangers: nobody is sent more than he sent, and nothing is kept of them', async () => {
  await besieged({}, 16, async (gateway) => {
    const client = await guest(gateway);
    const sdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\na=fingerprint:sha-256 '
      + Array(32).fill('AA').join(':') + '\r\na=setup:actpass\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n';
    const answer = await client.ask({ audio: true }, { type: 'offer', sdp });
    const all = datagrams(answer.jsep.sdp.match(/ice-ufrag:(\S+)/)[1]);
    const attackers = await Promise.all(Array.from({ length: 40 }, (_, i) => new Promise((done) => {
      const socket = createSocket('udp4');
      const a = { socket, sent: 0, heard: 0 };
      socket.on('message', (m) => (a.heard += m.length));
      socket.bind(0, `127.0.3.${i + 2}`, () => done(a));
    })));
    for (let round = 0; round < 60; round++) {
      for (const a of attackers)
        for (const d of all) {
          a.sent += d.length;
          a.socket.send(d, gateway.mediaPort, '127.0.0.1');
        }
      await wait(5);
    }
    await wait(500);
    for (const a of attackers) {
      a.socket.close();
      assert.ok(a.heard <= a.sent, `${a.heard} bytes for ${a.sent}`);
    }
    // one kind after the other: not even a single answer is larger than its question
    for (const d of all) {
      const socket = createSocket('udp4');
      let heard = 0;
      socket.on('message', (m) => (heard += m.length));
      await new Promise((done) => socket.bind(0, '127.0.4.2', done));
      socket.send(d, gateway.mediaPort, '127.0.0.1');
      await wait(60);
      socket.close();
      assert.ok(heard <= d.length, `${heard} bytes for ${d.length} of ${d.toString('hex').slice(0, 20)}`);
    }
    client.close();
  });
});

test('requests that never end are cut off, and do not keep others out', async () => {
  const ports = { http: await freeTcp(), ws: await freeTcp() };
  await besieged({ ports, http: { general: { http: true, port: ports.http, request_timeout: 2 } } }, 24, async (gateway) => {
    const slow = await crowd(gateway.httpPort, 300, 10, 'POST /janus HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n');
    for (let i = 0; i < 12; i++) {
      for (const s of slow.sockets) if (!s.over) s.write('X');
      await well(gateway);
      await wait(500);
    }
    const left = slow.sockets.filter((s) => !s.over).length;
    slow.end();
    assert.equal(left, 0, `${left} are still open`);
  });
});

test('HTTP connections that say nothing make room for those that do, and nobody is cut off in the middle of a request', async () => {
  const ports = { http: await freeTcp(), ws: await freeTcp() };
  await besieged({ ports, http: { general: { http: true, port: ports.http, mhd_connection_limit: 200 } } }, 24, async (gateway) => {
    const { id } = (await post(gateway.http, { janus: 'create', transaction: 'c' })).json.data;
    const poll = fetch(`${gateway.http}/${id}?maxev=1`); // answered when something happens: nothing does
    await wait(200);
    for (let i = 0; i < 3; i++) {
      const idle = await crowd(gateway.httpPort, 250, 10);
      const newcomer = new Promise((done, fail) => get(`${gateway.http}/info`, { agent: false }, (r) => done(r.resume().statusCode)).on('error', fail));
      assert.equal(await within('an answer for somebody who has something to say', newcomer, 10000), 200);
      idle.end();
    }
    const handle = (await post(`${gateway.http}/${id}`, { janus: 'attach', plugin: 'janus.plugin.echotest', transaction: 'a' })).json.data.id;
    await post(`${gateway.http}/${id}/${handle}`, { janus: 'message', transaction: 'm', body: { audio: true } });
    assert.equal((await within('the poll', poll.then((r) => r.json()), 10000)).janus, 'event', 'its poll was not cut off');
  });
});

const upgrade = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
  + 'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: janus-protocol\r\n\r\n';
/** CPU time so far, in seconds. */
const cpu = (g) => {
  const [utime, stime] = readFileSync(`/proc/${g.process.pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).map(Number);
  return (utime + stime) / 100;
};

for (const [name, greeting] of [['sockets that say nothing', null], ['WebSockets', upgrade]])
  test(`thousands of idle ${name}`, async (t) => {
    const n = Number(process.env.CARDEA_SIEGE ?? 2000); // 10000 where the limit of descriptors lets them be
    const wsGeneral = { connection_limit: greeting ? n + 10 : n };
    await besieged({ general: { check_openfiles_limit: n }, wsGeneral }, 16 + n * 0.02, async (gateway) => {
      const before = rss(gateway);
      const idle = await crowd(gateway.wsPort, n, 200, greeting);
      await well(gateway);
      await wait(n / 5); // what came with them has been dealt with
      const [grown, used, at] = [rss(gateway) - before, cpu(gateway), performance.now()];
      await wait(3000);
      t.diagnostic(`${n}: ${(grown / 1024 / n).toFixed(1)} KiB each, ${((cpu(gateway) - used) * 1e5 / (performance.now() - at)).toFixed(2)} % of a processor`);
      const client = await guest(gateway); // somebody who has something to say
      assert.equal((await client.ask({ audio: true })).plugindata.data.result, 'ok');
      client.close();
      const open = idle.sockets.filter((s) => !s.over).length;
      assert.ok(open >= n - 1, `${open} are open`); // of those who say nothing one made room
      idle.end();
    });
  });

test('what is too large or too deep is refused', async () => {
  await besieged({}, 40, async (gateway) => {
    const post = async (body) => (await fetch(gateway.http, { method: 'POST', body }).catch(() => ({ status: 0 })));
    assert.notEqual((await post('x'.repeat(20 << 20))).status, 200);
    for (const text of ['['.repeat(100000), '{"a":'.repeat(100000), `{"janus":"${'x'.repeat(200000)}","transaction":"t"}`]) {
      const reply = await post(text);
      if (reply.status === 200) assert.equal((await reply.json()).janus, 'error');
    }
  });
});

test('out of descriptors: who is there goes on, the next are let in again later', async () => {
  await besieged({ nofile: 160, general: { reserved_files: 16 } }, 24, async (gateway) => {
    const client = await guest(gateway);
    const many = await crowd(gateway.httpPort, 300, 10);
    assert.equal((await client.ask({ audio: true })).plugindata.data.result, 'ok');
    many.end();
    await wait(1500);
    await well(gateway);
    client.close();
  });
});
