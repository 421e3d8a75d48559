// SPDX-License-Identifier: Apache-2.0
/** TURN servers of the gateway's own, from a REST service: asked for each connection, with credentials that run out. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Socket } from './lib/client.mjs';
import { eventually } from './lib/ffmpeg.mjs';
import { Gateway, freeTcp } from './lib/gateway.mjs';
import { connect, weriftPeer } from './lib/werift.mjs';

const SECRET = 'north';
const hasRelay = spawnSync('turnserver', ['--version']).error === undefined;
let relay, service, gateway, answer;
const asked = [];

before(async () => {
  const port = await freeTcp();
  relay = hasRelay && spawn('turnserver', ['-n', '-L', '127.0.0.1', '-E', '127.0.0.1', '-p', `${port}`, '--no-tls', '--no-dtls', '--no-cli',
    '--use-auth-secret', `--static-auth-secret=${SECRET}`, '-r', 'example.org', '--allow-loopback-peers', '--log-file', 'stdout',
    '--pidfile', '/dev/null', '--min-port', '46500', '--max-port', '46600',], { stdio: 'ignore' });
  answer = (user) => {
    const username = `${Math.floor(Date.now() / 1000) + 600}:${user}`;
    const password = createHmac('sha1', SECRET).update(username).digest('base64');
    return { username, password, ttl: 600, uris: [`turn:127.0.0.1:${port}?transport=udp`] };
  };
  service = createServer((rq, rs) => {
    const { searchParams } = new URL(rq.url, 'http://localhost');
    asked.push({ method: rq.method, ...Object.fromEntries(searchParams) });
    const body = answer(searchParams.get('username'));
    if (body === null) return; // never
    rs.writeHead(body === 503 ? 503 : 200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise((done) => service.listen(0, '127.0.0.1', done));
  gateway = await Gateway.start({ nat: { ice_mode: 'full', ice_ignore_list: '0.0.0.0/0', allow_force_relay: true, turn_rest_api_timeout: 1,
    turn_rest_api: `http://127.0.0.1:${service.address().port}/turn`, turn_rest_api_key: 'k 1' } });
});
after(async () => {
  await gateway?.stop();
  service?.closeAllConnections();
  service?.close();
  relay?.kill();
});

/** An echo by audio alone; what the gateway's answer says, and the time it took to come up. */
async function echo(jsepExtra, opaque_id = undefined) {
  const s = await Socket.open(gateway.ws);
  const session_id = (await s.ask({ janus: 'create' })).data.id;
  const handle_id = (await s.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.echotest', ...(opaque_id && { opaque_id }) })).data.id;
  const pc = weriftPeer();
  pc.addTransceiver('audio', { direction: 'sendrecv' });
  let sdp;
  await connect(pc, (jsep) => s.ask({ janus: 'message', session_id, handle_id, body: {}, jsep: { ...jsep, ...jsepExtra } }), async () => {
    const event = await s.next((m) => m.jsep, 20000);
    sdp = event.jsep.sdp;
    return event;
  });
  await s.next((m) => m.janus === 'webrtcup', 20000);
  await pc.close();
  await s.ask({ janus: 'destroy', session_id });
  s.close();
  return { sdp, session_id };
}

test('the service is asked for each connection, and its server carries it', { skip: !hasRelay && 'there is no turnserver here' }, async () => {
  const { sdp } = await echo({ force_relay: true }, 'user-9/cam');
  assert.deepEqual(asked.pop(), { method: 'GET', service: 'turn', api: 'k 1', key: 'k 1', username: 'user-9/cam' });
  const candidates = sdp.match(/a=candidate:.*/g);
  assert.ok(candidates.length > 0 && candidates.every((c) => / typ relay /.test(c)), candidates?.join('\n'));
  const { session_id } = await echo({ force_relay: true });
  assert.equal(asked.pop().username, String(session_id), 'without an opaque id it is the session');
});

test('a service that refuses, talks nonsense or is silent: the connection does without', async () => {
  for (const bad of [503, { username: 'only' }, null]) {
    answer = () => bad;
    const { sdp } = await echo({});
    assert.doesNotMatch(sdp, / typ relay/);
  }
  await eventually('three lines', () => (gateway.log.match(/nat\.turn_rest_api/g) ?? []).length === 3);
});

test('a STUN server that does not answer stops the start, unless it is to be ignored', async () => {
  const nat = { ice_mode: 'full', stun_server: '127.0.0.1', stun_port: 9 };
  await assert.rejects(Gateway.start({ nat }), /nat\.stun_server: .*ignore_unreachable_ice_server/);
  const g = await Gateway.start({ nat: { ...nat, ignore_unreachable_ice_server: true } });
  assert.match(g.log, /nat\.stun_server: .*do without/);
  await g.stop();
});
