// SPDX-License-Identifier: Apache-2.0
/** WHIP and WHEP: pages of ours, Debian's WHIP client, and what is refused. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, openPage, playing, until } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { hasWhipClient, WhipClient } from './lib/whipclient.mjs';

const SDP = 'application/sdp';
const FRAGMENT = 'application/trickle-ice-sdpfrag';
let browser;
let gateway;
before(async () => {
  browser = await openBrowser();
  gateway = await Gateway.start({
    rooms: { 'room-77': { description: 'locked', pin: 'open sesame', publishers: 1, videocodec: 'vp8,h264' },
      'room-78': { description: 'one codec', publishers: 2, videocodec: 'vp8' } },
    videoroom: { general: { http_ice_servers: 'stun:stun.example.org:3478, turn:turn.example.org:3478 ada secret' } },
  });
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

/** One request by hand. */
async function ask(method, path, { type, body, token, match } = {}) {
  const headers = {};
  if (type) headers['Content-Type'] = type;
  if (token) headers.Authorization = `Bearer ${token}`;
  if (match) headers['If-Match'] = match;
  const response = await fetch(`${gateway.pages}${path}`, { method, headers, body });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** An offer of a browser, to be sent by hand. */
const offer = (page, direction) => page.evaluate(async (way) => {
  globalThis.pc = new RTCPeerConnection();
  for (const kind of ['audio', 'video']) globalThis.pc.addTransceiver(kind, { direction: way });
  await globalThis.pc.setLocalDescription();
  return globalThis.pc.localDescription.sdp;
}, direction);

test('a page publishes by WHIP, another watches by WHEP; ICE is restarted; then it ends', async () => {
  const studio = await openPage(browser, `${gateway.pages}/whip.html?start&room=1234&id=4711&name=Studio`);
  await until(studio, 'the studio to be live', () => document.getElementById('state').textContent === 'connected');
  const watcher = await openPage(browser, `${gateway.pages}/whep.html?start&room=1234&feed=4711`);
  await until(watcher, 'the picture', playing, { selector: '#video', width: 320 });
  assert.equal(await watcher.evaluate(() => document.getElementById('video').srcObject.getTracks().length), 2);
  await studio.click('#restart');
  await until(studio, 'the restart', () => document.getElementById('state').textContent === 'ICE restarted');
  await watcher.evaluate(() => delete document.getElementById('video').dataset.frames);
  await until(watcher, 'the picture after the restart', playing, { selector: '#video', width: 320 });
  await studio.click('#start');
  await until(watcher, 'the end of the feed', () => /has ended/.test(document.getElementById('error').textContent));
  await Promise.all([studio, watcher].map((p) => p.context().close()));
});

test('an offer that will not do is answered with another one', async () => {
  const studio = await openPage(browser, `${gateway.pages}/whip.html?start&room=78&id=12`); // VP8
  await until(studio, 'the studio to be live', () => document.getElementById('state').textContent === 'connected');
  const watcher = await openPage(browser, `${gateway.pages}/whep.html?start&room=78&feed=12&codec=video/H264`);
  await until(watcher, 'the picture', playing, { selector: '#video', width: 320 });
  assert.equal(await watcher.evaluate(() => document.getElementById('video').srcObject.getTracks().length), 2);
  const plain = await ask('POST', '/whep/78/12', { type: SDP, body: (await offer(watcher, 'recvonly')).replace(/ VP8\//g, ' VP7/').replace(/^m=audio[^]*?(?=^m=)/m, '') });
  assert.equal(plain.status, 406, plain.text);
  assert.match(plain.text, /^a=rtpmap:96 VP8/m);
  assert.ok(Date.parse(plain.headers.get('expires')) > Date.now());
  const path = plain.headers.get('location');
  assert.equal((await ask('PATCH', path, { type: SDP, body: 'v=0\r\n' })).status, 400);
  assert.equal((await ask('PATCH', path, { type: SDP, body: 'v=0\r\n' })).status, 404, 'a bad answer ends it');
  await studio.click('#start');
  await until(watcher, 'the end of the feed', () => /has ended/.test(document.getElementById('error').textContent));
  await Promise.all([studio, watcher].map((p) => p.context().close()));
});

test('what is refused, and how', async () => {
  const page = await openPage(browser, `${gateway.pages}/whep.html`);
  const sending = await offer(page, 'sendonly');
  const receiving = await offer(page, 'recvonly');
  const post = (path, body, more = {}) => ask('POST', path, { type: SDP, body, ...more });
  const statuses = {
    404: [await post('/whip/999', sending), await post('/whip/', sending), await post('/whep/1234/5', receiving),
      await post('/whep/1234', receiving), await ask('DELETE', '/whip/1234/none'), await ask('PATCH', '/whip/1234/none')],
    401: [await post('/whip/77', sending), await post('/whip/77', sending, { token: 'wrong' }), await post('/whep/77/1', receiving)],
    415: [await ask('POST', '/whip/1234', { type: 'application/json', body: '{}' })],
    400: [await post('/whip/1234', 'v=0\r\n'), await post('/whip/1234', ''), await post('/whip/1234?id=x', sending)],
    405: [await ask('GET', '/whip/1234'), await ask('PUT', '/whip/1234', { body: 'x' })],
    204: [await ask('OPTIONS', '/whip/1234')],
  };
  for (const [status, answers] of Object.entries(statuses))
    answers.forEach((a, i) => assert.equal(a.status, Number(status), `${status}, number ${i}: ${a.text}`));
  assert.equal(statuses[401][0].headers.get('www-authenticate'), 'Bearer');
  assert.equal(statuses[204][0].headers.get('accept-post'), SDP);
  assert.match(statuses[404][0].headers.get('content-type'), /problem\+json/);
  await page.context().close();
});

test('a session: its ETag, its token, its end', async () => {
  const page = await openPage(browser, `${gateway.pages}/whep.html`);
  const token = 'open sesame';
  const made = await ask('POST', '/whip/77?id=5', { type: SDP, body: await offer(page, 'sendonly'), token });
  assert.equal(made.status, 201, made.text);
  const [path, match] = [made.headers.get('location'), made.headers.get('etag')];
  assert.match(path, /^\/whip\/77\/[0-9a-f]{28}$/);
  assert.match(match, /^"[0-9a-f]+"$/);
  assert.match(made.headers.get('link'), /<stun:stun\.example\.org:3478>; rel="ice-server", <turn:.*username="ada"; credential="secret"/);
  assert.match(made.text, /a=candidate:/);
  const body = 'm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\na=end-of-candidates\r\n';
  const patch = (more) => ask('PATCH', path, { type: FRAGMENT, body, token, match, ...more });
  assert.equal((await patch({})).status, 204);
  assert.equal((await patch({ match: '"other"' })).status, 412);
  assert.equal((await patch({ match: undefined })).status, 428);
  assert.equal((await patch({ token: 'wrong' })).status, 401);
  assert.equal((await patch({ type: SDP })).status, 415);
  assert.equal((await patch({ body: 'nonsense' })).status, 400);
  const restart = await patch({ match: '*', body: 'a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n' });
  assert.equal(restart.status, 200, restart.text);
  assert.match(restart.text, /^a=ice-ufrag:/m);
  assert.doesNotMatch(restart.text, /^v=/m);
  assert.notEqual(restart.headers.get('etag'), match);
  assert.equal((await patch({})).status, 412);
  const second = await ask('POST', '/whip/77?id=5', { type: SDP, body: await offer(page, 'sendonly'), token });
  assert.equal(second.status, 409, 'the id is taken');
  assert.equal((await ask('DELETE', path, { token: 'wrong' })).status, 401);
  assert.equal((await ask('DELETE', path, { token })).status, 200);
  assert.equal((await ask('DELETE', path, { token })).status, 404);
  assert.equal((await patch({})).status, 404);
  await page.context().close();
});

test('Debian\'s WHIP client publishes, a WHEP page shows it', { skip: hasWhipClient ? false : 'simple-whip-client is not installed' }, async () => {
  const client = new WhipClient(`${gateway.pages}/whip/77?id=8&name=Encoder`, 'open sesame');
  try {
    const publishes = async () => {
      const body = { janus: 'message_plugin', transaction: 't', admin_secret: 'e2e-admin', plugin: 'janus.plugin.videoroom',
        request: { request: 'listparticipants', room: 77 } };
      const list = await fetch(gateway.admin, { method: 'POST', body: JSON.stringify(body) }).then((r) => r.json());
      return list.response.participants.some((p) => p.publisher);
    };
    for (let i = 0; !(await publishes()); i++) {
      assert.ok(i < 80, `the client did not get in:\n${client.said}`);
      await new Promise((wake) => setTimeout(wake, 250));
    }
    const page = await openPage(browser, `${gateway.pages}/whep.html?start&room=77&feed=Encoder&token=open+sesame`);
    await until(page, 'the encoder\'s picture', playing, { selector: '#video', width: 640 });
    await page.context().close();
    await client.end();
    assert.ok(!(await publishes()), 'its DELETE has ended it');
  } finally {
    await client.end();
  }
});
