// SPDX-License-Identifier: Apache-2.0
/** The way to a call as a collector of traces hears of it: OTLP over HTTP, under the trace that the client named. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { MediaStreamTrack, RtpHeader, RtpPacket } from 'werift';
import { Socket } from './lib/client.mjs';
import { Gateway } from './lib/gateway.mjs';
import { eventually, within } from './lib/wait.mjs';
import { connect, weriftPeer } from './lib/werift.mjs';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736', PARENT = '00f067aa0ba902b7';
const batches = [];
let collector, gateway;

before(async () => {
  collector = createServer((request, response) => {
    let text = '';
    request.on('data', (d) => { text += d; });
    request.on('end', () => {
      batches.push({ url: request.url, type: request.headers['content-type'], body: JSON.parse(text) });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise((done) => collector.listen(0, '127.0.0.1', done));
  gateway = await Gateway.start({ tracing: { otlp_url: `http://127.0.0.1:${collector.address().port}/v1/traces` } });
});
after(async () => {
  await gateway?.stop();
  collector?.close();
});

/** A call to the echo until sound came, with this traceparent; returns its handle. */
async function call(traceparent) {
  const s = await Socket.open(gateway.ws);
  const session_id = (await s.ask({ janus: 'create' })).data.id;
  const handle_id = (await s.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.echotest' })).data.id;
  const pc = weriftPeer(), track = new MediaStreamTrack({ kind: 'audio' });
  let n = 0;
  pc.addTransceiver(track, { direction: 'sendrecv' });
  await connect(pc, (jsep) => s.ask({ janus: 'message', session_id, handle_id, body: {}, jsep, traceparent }), () => s.next((m) => m.jsep, 20000));
  const payloadType = Number(pc.localDescription.sdp.match(/a=rtpmap:(\d+) opus/i)[1]);
  const speaking = setInterval(() => {
    const header = new RtpHeader({ sequenceNumber: ++n & 0xffff, timestamp: n * 960, payloadType, ssrc: 4711 });
    track.writeRtp(new RtpPacket(header, Buffer.from('sound')));
  }, 20);
  await s.next((m) => m.janus === 'media' && m.receiving, 20000);
  clearInterval(speaking);
  await within('the test client to close', pc.close());
  await s.ask({ janus: 'destroy', session_id });
  s.close();
  return { session_id, handle_id };
}

const plain = (attributes) => Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

test('a join is a root and its steps, under the trace of the client', async () => {
  const { session_id, handle_id } = await call(`00-${TRACE}-${PARENT}-01`);
  await eventually('the trace', () => batches.length === 1);
  const [{ url, type, body }] = batches;
  assert.equal(url, '/v1/traces');
  assert.match(type, /^application\/json/);
  const [{ resource, scopeSpans: [{ spans }] }] = body.resourceSpans;
  assert.equal(plain(resource.attributes)['service.name'], 'cardea');
  const root = spans.find((x) => x.parentSpanId === PARENT), steps = spans.filter((x) => x !== root);
  assert.ok(root, JSON.stringify(spans));
  assert.ok(Object.values(plain(root.attributes)).map(String).includes(String(session_id)), JSON.stringify(root.attributes));
  assert.ok(Object.values(plain(root.attributes)).map(String).includes(String(handle_id)), JSON.stringify(root.attributes));
  assert.equal(steps.length, 4, 'description, ICE, DTLS, first media');
  for (const x of spans) {
    assert.equal(x.traceId, TRACE);
    assert.match(x.spanId, /^[0-9a-f]{16}$/);
    assert.ok(BigInt(x.endTimeUnixNano) >= BigInt(x.startTimeUnixNano), x.name);
  }
  for (const x of steps) {
    assert.equal(x.parentSpanId, root.spanId);
    assert.ok(BigInt(x.startTimeUnixNano) >= BigInt(root.startTimeUnixNano) && BigInt(x.endTimeUnixNano) <= BigInt(root.endTimeUnixNano), x.name);
  }
});

test('who does not want to be recorded is not; who names nothing gets a trace of their own', async () => {
  const seen = batches.length;
  await call(`00-${TRACE}-${PARENT}-00`);
  await call();
  await eventually('the trace', () => batches.length > seen);
  assert.equal(batches.length, seen + 1);
  const [{ scopeSpans: [{ spans }] }] = batches.at(-1).body.resourceSpans;
  assert.match(spans[0].traceId, /^[0-9a-f]{32}$/);
  assert.notEqual(spans[0].traceId, TRACE);
});
