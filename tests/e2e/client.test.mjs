// SPDX-License-Identifier: Apache-2.0
/** html/cardea.js and html/whip.js without a browser: both transports, errors, events, a claim after a lost connection. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import WebSocket from 'ws';
import { Gateway, SOURCE } from './lib/gateway.mjs';
import { Relay } from './lib/relay.mjs';

globalThis.WebSocket ??= WebSocket; // Node 18 has none

/** A module of a page: Node would take its .js for CommonJS. */
const load = (name) => import(`data:text/javascript,${encodeURIComponent(readFileSync(join(SOURCE, 'html', name), 'utf8'))}`);
const { Session, GatewayError } = await load('cardea.js');
const { iceServers, restarted } = await load('whip.js');

let gateway;
before(async () => (gateway = await Gateway.start({ general: { reclaim_session_timeout: 10 } })));
after(() => gateway?.stop());

const heard = (emitter, name) => new Promise((resolve, reject) => {
  emitter.on(name, resolve);
  setTimeout(reject, 10000, new Error(`no "${name}"`)).unref();
});

for (const way of ['ws', 'http'])
  test(`a session over ${way}: requests, errors, events of others, the end`, async () => {
    const session = await Session.open(gateway[way]);
    assert.equal(session.transport, way === 'ws' ? 'websocket' : 'http');
    const [ada, bob] = [await session.attach('janus.plugin.videoroom'), await session.attach('janus.plugin.videoroom')];
    const { data: room } = await ada.message({ request: 'create', notify_joining: true });
    const joined = await ada.message({ request: 'join', ptype: 'publisher', room: room.room, display: 'Ada' });
    assert.equal(joined.data.videoroom, 'joined');
    const event = heard(ada, 'event');
    await bob.message({ request: 'join', ptype: 'publisher', room: room.room, display: 'Bob' });
    assert.equal((await event).data.joining.display, 'Bob');
    await assert.rejects(bob.message({ request: 'join', ptype: 'publisher', room: room.room }), (e) => e instanceof GatewayError && e.code === 425);
    await assert.rejects(session.attach('no.such.plugin'), { code: 460 });
    const gone = heard(ada, 'event');
    await bob.detach();
    const { data: left } = await gone;
    assert.ok((left.leaving ?? left.unpublished) !== undefined);
    const closed = heard(session, 'closed');
    await session.close();
    assert.equal(await closed, 'closed');
    await assert.rejects(ada.message({ request: 'list' }));
  });

test('the first address that answers is taken; when none does, a sentence says so', async () => {
  const session = await Session.open(['ws://127.0.0.1:9/', gateway.http]);
  assert.equal(session.transport, 'http');
  await session.close();
  await assert.rejects(Session.open(['http://127.0.0.1:9/janus']), /No gateway answers.*firewall/s);
});

test('a lost WebSocket: the session is claimed, handles go on', async () => {
  const relay = await Relay.start(gateway.wsPort);
  const session = await Session.open(`ws://127.0.0.1:${relay.port}`);
  const handle = await session.attach('janus.plugin.echotest');
  const lost = heard(session, 'lost');
  const back = heard(session, 'reconnected');
  relay.cut();
  await lost;
  await assert.rejects(handle.message({ audio: true }), /lost/);
  relay.mend();
  await back;
  assert.equal((await handle.message({ audio: true, video: true })).data.result, 'ok');
  await session.close();
  relay.stop();
});

test('a session that nobody can claim any more is closed for good', async () => {
  const relay = await Relay.start(gateway.wsPort);
  const session = await Session.open(`ws://127.0.0.1:${relay.port}`);
  const other = await Session.open(gateway.http);
  const closed = heard(session, 'closed');
  relay.cut();
  await fetch(gateway.admin, { method: 'POST', body: JSON.stringify({ janus: 'destroy_session', session_id: session.id, transaction: 't', admin_secret: 'e2e-admin' }) });
  relay.mend();
  assert.match(await closed, /lost/);
  await other.close();
  relay.stop();
});

test('WHIP: ICE servers of Link headers, an answer restarted by a fragment', () => {
  assert.deepEqual(iceServers('<stun:a.example:3478>; rel="ice-server", <turn:b.example?transport=udp>; rel="ice-server"; username="u"; '
    + 'credential="p\\"w"; credential-type="password", <https://c.example>; rel="help"'),
  [{ urls: 'stun:a.example:3478' }, { urls: 'turn:b.example?transport=udp', username: 'u', credential: 'p"w' }]);
  assert.deepEqual(iceServers(null), []);
  const old = 'v=0\r\nm=audio 9 x 0\r\na=ice-ufrag:a\r\na=ice-pwd:b\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\na=mid:0\r\n';
  assert.equal(restarted(old, 'a=ice-ufrag:c\r\na=ice-pwd:d\r\nm=audio 9 x 0\r\na=candidate:2 1 udp 1 192.0.2.2 9 typ host\r\n'),
    'v=0\r\nm=audio 9 x 0\r\na=ice-ufrag:c\r\na=ice-pwd:d\r\na=candidate:2 1 udp 1 192.0.2.2 9 typ host\r\na=mid:0\r\n');
});
