// SPDX-License-Identifier: Apache-2.0
/** Every row of the framing rules, on both transports, with the exact code. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Gateway } from './lib/gateway.mjs';
import { Socket, post } from './lib/client.mjs';

let gateway;
before(async () => (gateway = await Gateway.start({ general: { session_timeout: 60 } })));
after(() => gateway.stop());

const T = { transaction: 'x' };

/** [what, request (text or object), code on HTTP, code on WebSocket] */
const ROWS = [
  ['syntax error', '{"janus":', 454, 454],
  ['trailing garbage', '{"janus":"ping","transaction":"x"} x', 454, 454],
  ['scalar root', '"ping"', 454, 454],
  ['number root', '7', 454, 454],
  ['null root', 'null', 454, 454],
  ['array root', '[]', 455, 456],
  ['NUL escape', '{"janus":"pi\\u0000ng","transaction":"x"}', 454, 454],
  ['integer beyond 64 bits', '{"janus":"ping","transaction":"x","id":99999999999999999999}', 454, 454],
  ['no transaction', { janus: 'ping' }, 456, 456],
  ['transaction is a number', { janus: 'ping', transaction: 5 }, 467, 467],
  ['no janus', { ...T }, 456, 456],
  ['janus is a number', { ...T, janus: 5 }, 467, 467],
  ['id is a string', { ...T, janus: 'ping', id: '5' }, 467, 467],
  ['id is negative', { ...T, janus: 'ping', id: -5 }, 467, 467],
  ['unknown at server level', { ...T, janus: 'dance' }, 457, 457],
  ['keepalive without session', { ...T, janus: 'keepalive' }, 457, 457],
  ['only a handle id', { ...T, janus: 'message', handle_id: 5 }, 458, 458],
  ['unknown session', { ...T, janus: 'keepalive', session_id: 5 }, 458, 458],
  ['negative session', { ...T, janus: 'keepalive', session_id: -5 }, 458, 458],
  ['session id is a string: absent', { ...T, janus: 'keepalive', session_id: '5' }, 457, 457],
];

const noTransaction = new Set(ROWS.slice(0, 14).map((r) => r[0]));

describe('framing', () => {
  for (const [what, request, http, ws] of ROWS)
    test(what, async () => {
      const text = typeof request === 'string' ? request : JSON.stringify(request);
      const reply = await post(gateway.http, text);
      assert.equal(reply.status, 200);
      assert.equal(reply.json.janus, 'error');
      assert.equal(reply.json.error.code, http);
      assert.equal(typeof reply.json.error.reason, 'string');
      assert.equal('transaction' in reply.json, !noTransaction.has(what));
      const socket = await Socket.open(gateway.ws);
      socket.send(text);
      const answer = await socket.next((m) => m.janus === 'error');
      assert.equal(answer.error.code, ws);
      socket.close();
    });
});

describe('sessions and handles', () => {
  let s, id, handle;
  before(async () => {
    s = await Socket.open(gateway.ws);
    id = (await s.ask({ janus: 'create' })).data.id;
    handle = (await s.ask({ janus: 'attach', session_id: id, plugin: 'janus.plugin.echotest' })).data.id;
  });
  after(() => s.close());

  const rows = [
    ['handle id 0', { janus: 'message', handle_id: 0, body: {} }, 459],
    ['unknown handle', { janus: 'message', handle_id: 5, body: {} }, 459],
    ['attach with a handle', { janus: 'attach', handle_id: 'H', plugin: 'janus.plugin.echotest' }, 457],
    ['message without handle', { janus: 'message', body: {} }, 457],
    ['unknown at session level', { janus: 'dance' }, 453],
    ['ping with a session', { janus: 'ping' }, 453],
    ['attach without plugin', { janus: 'attach' }, 456],
    ['attach: plugin is a number', { janus: 'attach', plugin: 5 }, 467],
    ['attach: opaque_id is null', { janus: 'attach', plugin: 'janus.plugin.echotest', opaque_id: null }, 467],
    ['attach: no such plugin', { janus: 'attach', plugin: 'janus.plugin.none' }, 460],
    ['message without body', { janus: 'message', handle_id: 'H' }, 456],
    ['message: body is a string', { janus: 'message', handle_id: 'H', body: 'x' }, 467],
    ['message: jsep is null', { janus: 'message', handle_id: 'H', body: {}, jsep: null }, 455],
    ['message: jsep without type', { janus: 'message', handle_id: 'H', body: {}, jsep: { sdp: 'v=0' } }, 456],
    ['message: jsep rollback', { janus: 'message', handle_id: 'H', body: {}, jsep: { type: 'rollback', sdp: 'v=0' } }, 464],
    ['message: bad sdp', { janus: 'message', handle_id: 'H', body: {}, jsep: { type: 'offer', sdp: 'nonsense' } }, 465],
    ['message: answer without offer', { janus: 'message', handle_id: 'H', body: {}, jsep: { type: 'answer', sdp: 'v=0' } }, 469],
    ['message: trickle is a string', { janus: 'message', handle_id: 'H', body: {}, jsep: { type: 'offer', sdp: 'v=0', trickle: 'x' } }, 467],
    ['trickle without candidate', { janus: 'trickle', handle_id: 'H' }, 456],
    ['trickle with both', { janus: 'trickle', handle_id: 'H', candidate: {}, candidates: [] }, 454],
    ['trickle: candidates is an object', { janus: 'trickle', handle_id: 'H', candidates: {} }, 467],
  ];
  for (const [what, request, code] of rows)
    test(what, async () => {
      if (request.handle_id === 'H') request.handle_id = handle;
      const reply = await s.ask({ ...request, session_id: id });
      assert.equal(reply.error?.code, code, JSON.stringify(reply));
      assert.equal(reply.session_id, id);
    });

  test('create with an id in use', async () => {
    const reply = await s.ask({ janus: 'create', id });
    assert.equal(reply.error.code, 468);
  });

  test('a request name in other letters', async () => {
    assert.equal((await s.ask({ janus: 'KeepAlive', session_id: id })).janus, 'ack');
  });

  test('an early trickle is acknowledged', async () => {
    const reply = await s.ask({ janus: 'trickle', session_id: id, handle_id: handle, candidate: { completed: true } });
    assert.equal(reply.janus, 'ack');
  });

  test('plugin errors are plugin payloads', async () => {
    const ack = await s.ask({ janus: 'message', session_id: id, handle_id: handle, body: { audio: 'yes' }, transaction: 'bad' });
    assert.equal(ack.janus, 'ack');
    const event = await s.next((m) => m.janus === 'event' && m.transaction === 'bad');
    assert.equal(event.plugindata.data.error_code, 413);
    assert.equal(event.plugindata.plugin, 'janus.plugin.echotest');
  });

  test('hangup without a PeerConnection succeeds', async () => {
    assert.equal((await s.ask({ janus: 'hangup', session_id: id, handle_id: handle })).janus, 'success');
  });

  test('claim moves events to another socket', async () => {
    const other = await Socket.open(gateway.ws);
    const reply = await other.ask({ janus: 'claim', session_id: id });
    assert.equal(reply.janus, 'success');
    assert.equal(reply.session_id, id);
    await s.ask({ janus: 'message', session_id: id, handle_id: handle, body: { audio: true }, transaction: 'moved' });
    const event = await other.next((m) => m.transaction === 'moved');
    assert.equal(event.plugindata.data.result, 'ok');
    await s.ask({ janus: 'claim', session_id: id });
    other.close();
  });

  test('detach, then the handle is gone', async () => {
    assert.equal((await s.ask({ janus: 'detach', session_id: id, handle_id: handle })).janus, 'success');
    await s.next((m) => m.janus === 'detached' && m.sender === handle);
    assert.equal((await s.ask({ janus: 'hangup', session_id: id, handle_id: handle })).error.code, 459);
  });

  test('destroy, then the session is gone', async () => {
    assert.equal((await s.ask({ janus: 'destroy', session_id: id })).janus, 'success');
    assert.equal((await s.ask({ janus: 'keepalive', session_id: id })).error.code, 458);
  });
});

describe('HTTP', () => {
  test('paths', async () => {
    const base = gateway.http;
    const status = async (path, init) => (await fetch(path, { redirect: 'manual', ...init })).status;
    assert.equal(await status(`${base}/info`), 200);
    assert.equal(await status(`${base}/ping`), 200);
    const { dependencies } = await (await fetch(`${base}/info`)).json();
    for (const name of ['glib2', 'jansson', 'crypto', 'libsrtp', 'libcurl']) assert.match(dependencies[name], /^\d+\.\d+/, name);
    assert.equal(await status(base), 404);
    assert.equal(await status(`${base}/12345`), 404);
    assert.equal(await status(`${base}/12345/678`), 302);
    assert.equal(await status(`${base}/info`, { method: 'POST', body: '{}' }), 400);
    const put = await fetch(base, { method: 'PUT', body: '{}' });
    assert.equal((await put.json()).error.code, 450);
  });

  test('preflight', async () => {
    const reply = await fetch(gateway.http, { method: 'OPTIONS', headers: {
      Origin: 'http://a.example', 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'content-type' } });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers.get('access-control-allow-origin'), '*');
    assert.equal(reply.headers.get('access-control-allow-methods'), 'POST');
    assert.equal(reply.headers.get('access-control-allow-headers'), 'content-type');
    assert.equal(reply.headers.get('access-control-max-age'), '86400');
  });

  test('conflicting ids', async () => {
    const { json } = await post(gateway.http, { janus: 'create', transaction: 'c' });
    const reply = await post(`${gateway.http}/${json.data.id}`, { janus: 'keepalive', transaction: 'k', session_id: 77 });
    assert.equal(reply.json.error.code, 457);
    assert.ok(!('transaction' in reply.json));
  });

  test('long poll: events in order, an array with maxev, a single object without', async () => {
    const id = (await post(gateway.http, { janus: 'create', transaction: 'c' })).json.data.id;
    const handle = (await post(`${gateway.http}/${id}`, { janus: 'attach', plugin: 'janus.plugin.echotest', transaction: 'a' })).json.data.id;
    const say = (n) => post(`${gateway.http}/${id}/${handle}`, { janus: 'message', body: { bitrate: n }, transaction: `m${n}` });
    const waiting = fetch(`${gateway.http}/${id}?maxev=5`).then((r) => r.json());
    await new Promise((wake) => setTimeout(wake, 200));
    assert.equal((await say(1)).json.janus, 'ack');
    const first = await waiting;
    assert.ok(Array.isArray(first));
    assert.equal(first[0].transaction, 'm1');
    await say(2);
    await say(3);
    const single = await (await fetch(`${gateway.http}/${id}`)).json();
    assert.equal(single.transaction, 'm2');
    const rest = await (await fetch(`${gateway.http}/${id}?maxev=10`)).json();
    assert.deepEqual(rest.map((e) => e.transaction), ['m3']);
  });

  test('pages, health and metrics', async () => {
    assert.match(await (await fetch(`${gateway.pages}/`)).text(), /Cardea/);
    assert.equal((await fetch(`${gateway.pages}/healthz`)).status, 200);
    assert.equal((await fetch(`${gateway.pages}/readyz`)).status, 200);
    assert.match(await (await fetch(`${gateway.pages}/metrics`)).text(), /^# (HELP|TYPE) cardea_/m);
    assert.equal((await fetch(`${gateway.pages}/../../etc/passwd`)).status, 404);
    assert.equal((await fetch(`${gateway.pages}/%2e%2e/%2e%2e/etc/passwd`)).status, 404);
  });
});

describe('WebSocket', () => {
  test('the subprotocol is required', async () => {
    await assert.rejects(Socket.open(gateway.ws, []));
    await assert.rejects(Socket.open(gateway.ws, 'something-else'));
  });

  test('a closed socket ends its sessions', async () => {
    const s = await Socket.open(gateway.ws);
    const id = (await s.ask({ janus: 'create' })).data.id;
    s.close();
    await new Promise((wake) => setTimeout(wake, 500));
    const reply = await post(gateway.http, { janus: 'keepalive', session_id: id, transaction: 'x' });
    assert.equal(reply.json.error.code, 458);
  });
});

describe('secrets', () => {
  test('api secret and tokens', async () => {
    const closed = await Gateway.start({ general: { api_secret: 'open sesame' } });
    try {
      assert.equal((await post(closed.http, { janus: 'create', transaction: 'x' })).json.error.code, 403);
      assert.equal((await post(closed.http, { janus: 'create', transaction: 'x', apisecret: 'no' })).json.error.code, 403);
      const { json } = await post(closed.http, { janus: 'create', transaction: 'x', apisecret: 'open sesame' });
      assert.equal(json.janus, 'success');
      assert.equal((await fetch(`${closed.http}/${json.data.id}`)).status, 403);
      assert.equal((await fetch(`${closed.http}/info`)).status, 200);
    } finally {
      await closed.stop();
    }
  });
});
