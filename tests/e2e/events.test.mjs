// SPDX-License-Identifier: Apache-2.0
/** Event handlers: a call as it is told to a web server and over a WebSocket, outages, what an operator changes. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { after, before, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { Socket, post } from './lib/client.mjs';
import { Gateway } from './lib/gateway.mjs';
import { connect, weriftPeer } from './lib/werift.mjs';
import { eventually, wait } from './lib/wait.mjs';

/** A web server that keeps the events of POSTs, and a WebSocket server that keeps those of messages. */
class Backend {
  posts = [];
  told = [];
  status = 200;

  async open(port = 0) {
    this.server = createServer((request, response) => {
      const pieces = [];
      request.on('data', (d) => pieces.push(d));
      request.on('end', () => {
        const raw = Buffer.concat(pieces);
        const body = JSON.parse(request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw);
        this.posts.push({ headers: request.headers, body });
        response.writeHead(this.status).end();
      });
    });
    this.sockets = new WebSocketServer({ server: this.server, handleProtocols: (offered) => [...offered][0] });
    this.sockets.on('connection', (s) => {
      this.protocol = s.protocol;
      s.on('message', (text) => this.told.push(...[JSON.parse(text)].flat()));
    });
    await new Promise((done) => this.server.listen(port, '127.0.0.1', done));
    this.port = this.server.address().port;
  }

  get events() { return this.posts.flatMap((p) => [p.body].flat()); }

  async close() {
    for (const s of this.sockets.clients) s.terminate();
    this.server.closeAllConnections?.();
    await new Promise((done) => this.server.close(done));
  }
}

let backend, gateway;
before(async () => {
  backend = new Backend();
  await backend.open();
  gateway = await Gateway.start({
    general: { server_name: 'Mine' },
    events: { broadcast: true, stats_period: 1 },
    files: {
      'cardea.eventhandler.sampleevh.jcfg': { general: {
        enabled: true, backend: `http://127.0.0.1:${backend.port}/events`, backend_user: 'me', backend_pwd: 'secret', compress: true,
        max_retransmissions: 3, retransmissions_backoff: 50,
      } },
      'janus.eventhandler.wsevh.jcfg': { general: {
        enabled: true, backend: `ws://127.0.0.1:${backend.port}/`, subprotocol: 'events', events: 'sessions,handles,core',
      } },
    },
  });
});
after(async () => {
  await gateway?.stop();
  await backend?.close();
});

const admin = async (request) => (await post(gateway.admin, { transaction: 'a', admin_secret: 'e2e-admin', ...request })).json;

test('a call, told event by event', async () => {
  const s = await Socket.open(gateway.ws);
  const session_id = (await s.ask({ janus: 'create' })).data.id;
  const handle_id = (await s.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.echotest', opaque_id: 'me' })).data.id;
  const pc = weriftPeer();
  pc.addTransceiver('audio', { direction: 'sendrecv' });
  await connect(pc, (jsep) => s.ask({ janus: 'message', session_id, handle_id, body: {}, jsep }), () => s.next((m) => m.jsep, 20000));
  await s.next((m) => m.janus === 'webrtcup', 20000);
  await admin({ janus: 'custom_event', schema: 'note', data: { n: 5 } });
  await eventually('statistics', () => backend.events.some((e) => e.type === 32 && e.subtype === 3 && e.handle_id === handle_id));
  await pc.close();
  await s.ask({ janus: 'destroy', session_id });
  s.close();
  await eventually('the end', () => backend.events.some((e) => e.type === 1 && e.event.name === 'destroyed'));
  await eventually('the end of the connection', () => backend.events.some((e) => e.type === 128 && e.event.data.event === 'disconnected'));

  const all = backend.events;
  const find = (type, subtype, want = () => true) => {
    const e = all.find((x) => x.type === type && x.subtype === subtype && want(x.event));
    assert.ok(e, `no event ${type}/${subtype}`);
    return e;
  };
  for (const e of all) {
    assert.equal(e.emitter, 'Mine');
    assert.ok(e.timestamp > 1.7e15 && Number.isInteger(e.type) && typeof e.event === 'object');
    assert.equal('subtype' in e, [16, 32, 256].includes(e.type));
  }
  assert.ok(find(256, 1, (e) => e.status === 'started').event.info.plugins['janus.plugin.echotest']);
  const created = find(1, undefined, (e) => e.name === 'created' && e.transport?.transport === 'janus.transport.websockets');
  const opened = find(128, undefined, (e) => e.id === created.event.transport.id && e.transport === 'janus.transport.websockets');
  assert.deepEqual(opened.event.data, { event: 'connected', admin_api: false, ip: '127.0.0.1' });
  const attached = find(2, undefined, (e) => e.name === 'attached');
  assert.equal(attached.session_id, session_id);
  assert.equal(attached.handle_id, handle_id);
  assert.equal(attached.opaque_id, 'me');
  assert.deepEqual(attached.event, { name: 'attached', plugin: 'janus.plugin.echotest', opaque_id: 'me' });
  assert.equal(find(8, undefined, (e) => e.owner === 'remote').event.jsep.type, 'offer');
  assert.equal(find(8, undefined, (e) => e.owner === 'local').event.jsep.type, 'answer');
  assert.match(find(16, 2).event['local-candidate'], /^\S+ 1 udp .* typ host/);
  assert.match(find(16, 3).event['remote-candidate'], /^\S+ 1 udp .* typ host/);
  const pair = find(16, 4).event;
  const [, address] = pair['selected-pair'].match(/^([\d.]+):\d+ \[host,udp\] <-> /);
  assert.deepEqual(pair.candidates.local, { address, port: gateway.mediaPort, type: 'host', transport: 'udp', family: 4 });
  find(16, 1, (e) => e.ice === 'connected');
  find(16, 5, (e) => e.dtls === 'connected');
  find(16, 6, (e) => e.connection === 'webrtcup');
  find(16, 6, (e) => e.connection === 'hangup' && e.reason);
  assert.deepEqual(find(64, undefined, (e) => e.plugin === 'janus.plugin.echotest').event.data,
    { audio_active: true, video_active: true, bitrate: 0 });
  const figures = find(32, 3).event;
  assert.equal(figures.media, 'audio');
  assert.equal(figures.codec, 'opus');
  for (const name of ['base', 'lost', 'packets-received', 'packets-sent', 'bytes-received', 'nacks-sent'])
    assert.ok(Number.isInteger(figures[name]), `${name}: ${JSON.stringify(figures)}`);
  assert.deepEqual(find(4).event, { schema: 'note', data: { n: 5 } });
  find(2, undefined, (e) => e.name === 'detached');
  const request = backend.posts[0];
  assert.equal(request.headers['content-type'], 'application/json');
  assert.equal(request.headers.authorization, `Basic ${Buffer.from('me:secret').toString('base64')}`);
  assert.ok(Array.isArray(request.body), 'grouped');

  assert.equal(backend.protocol, 'events');
  assert.ok(backend.told.some((e) => e.type === 2 && e.event.name === 'attached'));
  assert.ok(backend.told.every((e) => [1, 2, 256].includes(e.type)), 'only what was asked for');
});

test('an outage: tried again, then the rest is delivered in order', async () => {
  const { port } = backend;
  const seen = backend.events.length;
  await backend.close();
  for (let i = 0; i < 3; i++) await admin({ janus: 'custom_event', schema: 'outage', data: { i } });
  await wait(200);
  await backend.open(port);
  await admin({ janus: 'custom_event', schema: 'after', data: {} });
  await eventually('what came after the outage', () => backend.events.slice(seen).some((e) => e.event.schema === 'after'));
  const numbers = backend.events.slice(seen).filter((e) => e.event.schema === 'outage').map((e) => e.event.data.i);
  assert.deepEqual(numbers, [...numbers].sort());
  const { response } = await admin({ janus: 'query_eventhandler', handler: 'janus.eventhandler.sampleevh', request: { request: 'status' } });
  assert.ok(response.retries > 0 && response.delivered > 0);
  await eventually('the socket is open again', () => backend.sockets.clients.size === 1);
});

test('an operator changes what is told, and how', async () => {
  const query = async (request) => (await admin({ janus: 'query_eventhandler', handler: 'janus.eventhandler.sampleevh', request })).response;
  assert.equal((await query({ request: 'dance' })).error_code, 411);
  assert.equal((await query({})).error_code, 412);
  assert.equal((await query({ request: 'tweak', grouping: 1 })).error_code, 413);
  assert.equal((await query({ request: 'tweak', events: 'sessions,dance' })).error_code, 413);
  assert.equal((await query({ request: 'tweak', backend: 'nonsense' })).error_code, 413);
  assert.equal((await query({ request: 'tweak', events: 'external', grouping: false, compress: false })).result, 200);
  await wait(100);
  const seen = backend.posts.length;
  await admin({ janus: 'custom_event', schema: 'one', data: {} });
  await admin({ janus: 'custom_event', schema: 'two', data: {} });
  const single = () => backend.posts.slice(seen).filter((p) => ['one', 'two'].includes(p.body.event?.schema));
  await eventually('two single events', () => single().length === 2);
  const fresh = single();
  assert.deepEqual(fresh.map((p) => p.body.event.schema), ['one', 'two']);
  assert.ok(fresh.every((p) => p.headers['content-encoding'] === undefined));
  const info = await admin({ janus: 'info' });
  assert.equal(info.event_handlers, true);
  assert.ok(info.events['janus.eventhandler.wsevh'].version_string);
  const metrics = await (await fetch(`${gateway.pages}/metrics`)).text();
  assert.match(metrics, /cardea_events_delivered_total\{handler="sampleevh"\} [1-9]/);
});
