// SPDX-License-Identifier: Apache-2.0
/** What a room does in a real browser beyond pictures: data with a channel for each publisher, why a stream is as it is,
 *  a locked room, a room that outlives a restart. */
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { openBrowser, openPage } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';
import { post } from './lib/client.mjs';

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

/** In the page: two publishers and one subscriber in a room; ends with what the subscriber saw. */
const meet = async ({ server, workers }) => {
  const { Session } = await import('./cardea.js');
  const plugin = 'janus.plugin.videoroom';
  const room = 1234;
  const until = async (what, fn, ms = 15000) => {
    for (const end = Date.now() + ms; Date.now() < end; await new Promise((r) => setTimeout(r, 100))) {
      const got = await fn();
      if (got) return got;
    }
    throw new Error(`waited in vain for ${what} (${workers} workers)`);
  };
  const session = await Session.open([server]);
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
  const publish = async (name) => {
    const handle = await session.attach(plugin);
    const { data } = await handle.message({ request: 'join', ptype: 'publisher', room, display: name });
    await handle.negotiate({ request: 'publish' }, { tracks: stream.getTracks().map((t) => t.clone()), data: 'mine' });
    await until(`${name}'s channel`, () => handle.channel.readyState === 'open');
    handle.me = data;
    return handle;
  };
  const ada = await publish('Ada');
  const bob = await publish('Bob');
  const sub = await session.attach(plugin);
  const heard = [];
  sub.on('channel', (channel) => {
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }) => heard.push([channel.label, typeof data === 'string' ? data : [...new Uint8Array(data)]]);
  });
  const { jsep } = await sub.message({ request: 'join', ptype: 'subscriber', room, streams: [{ feed: ada.me.id }, { feed: bob.me.id, mid: '2' }] });
  await sub.accept(jsep, { request: 'start' });
  const explain = async () => (await sub.message({ request: 'explain' })).data.streams;
  const playing = await until('a picture', async () => (await explain()).find((s) => s.type === 'video' && s.why === 'everything' && s.bitrate > 50000));
  const odd = await sub.message({ request: 'configure', downlink_max: 'much' }).then(() => 0, (e) => e.code);
  await sub.message({ request: 'configure', downlink_max: 90000, probing: false });
  const narrow = await until('a bound of its own', async () => (await explain()).find((s) => s.type === 'video' && s.estimate > 0 && s.estimate <= 90000));
  await sub.message({ request: 'configure', downlink_max: 0, probing: true });
  for (let i = 0; heard.length < 1 && i < 50; i++, await new Promise((r) => setTimeout(r, 100))) ada.channel.send('hello');
  heard.splice(0, heard.length, heard[0]);
  bob.channel.send(new Uint8Array([1, 2, 3]));
  const binary = await until('bytes', () => heard.find(([label]) => label === String(bob.me.id)));
  await ada.message({ request: 'moderate', room, id: ada.me.id, mid: '1', mute: true });
  const muted = await until('a muted picture', async () => (await explain()).find((s) => s.type === 'video' && s.paused_by));
  await ada.message({ request: 'edit', room, new_locked: true });
  const late = await session.attach(plugin);
  const refused = await late.message({ request: 'join', ptype: 'publisher', room }).then(() => 0, (e) => e.code);
  await session.close();
  return { text: heard[0], ada: ada.me.id, binary, playing, narrow, odd, muted, refused };
};

for (const workers of [1, 2])
  test(`text and bytes, and why a picture is as it is (${workers} workers)`, async () => {
    const gateway = await Gateway.start({ workers, media: workers > 1 ? { peers_per_worker: 2 } : {} });
    try {
      const page = await openPage(browser, `${gateway.pages}/room.html`);
      const got = await page.evaluate(meet, { server: gateway.ws, workers });
      assert.deepEqual(got.text, [String(got.ada), 'hello']);
      assert.deepEqual(got.binary[1], [1, 2, 3]);
      assert.ok(got.playing.packets > 10 && got.playing.width === 640 && got.playing.keyframe_age_ms >= 0, JSON.stringify(got.playing));
      assert.ok(got.narrow.estimate <= 90000);
      assert.equal(got.odd, 430);
      assert.deepEqual(got.muted.paused_by, ['moderator']);
      assert.equal(got.refused, 433);
    } finally {
      await Promise.all(browser.contexts().map((c) => c.close()));
      await gateway.stop();
    }
  });

test('a permanent room is there after a kill', async () => {
  const gateway = await Gateway.start();
  const api = async (g, body) => {
    const ask = (path, m) => post(`${g.http}${path}`, { transaction: 'x', ...m }).then((r) => r.json);
    const session = (await ask('', { janus: 'create' })).data.id;
    const handle = (await ask(`/${session}`, { janus: 'attach', plugin: 'janus.plugin.videoroom' })).data.id;
    return (await ask(`/${session}/${handle}`, { janus: 'message', body })).plugindata.data;
  };
  try {
    assert.equal((await api(gateway, { request: 'create', room: 99, permanent: true, description: 'kept' })).permanent, true);
    await gateway.restart('SIGKILL');
    const { list } = await api(gateway, { request: 'list' });
    assert.equal(list.find((r) => r.room === 99)?.description, 'kept');
  } finally {
    await gateway.stop();
  }
});

test('a room with signed tokens lets in who has one for it', async () => {
  const secret = 'a signing secret';
  const sign = (realm, descriptors, seconds = 60) => {
    const data = [Math.floor(Date.now() / 1000) + seconds, realm, ...descriptors].join(',');
    return `${data}:${createHmac('sha1', secret).update(data).digest('base64')}`;
  };
  const g = await Gateway.start({ general: { token_auth: true, token_auth_secret: secret },
    rooms: { 'room-77': { signed_tokens: true }, 'room-78': {} } });
  try {
    const token = sign('janus', ['janus.plugin.videoroom']); // for the API itself
    const ask = async (path, body) => (await post(`${g.http}${path}`, { transaction: 't', token, ...body })).json;
    const session = (await ask('', { janus: 'create' })).data.id;
    const events = async () => { // what is not an acknowledgement
      for (;;) {
        const e = await (await fetch(`${g.http}/${session}?token=${encodeURIComponent(token)}`)).json();
        if (e.janus === 'event') return e.plugindata.data;
      }
    };
    const join = async (room, with_token) => {
      const handle = (await ask(`/${session}`, { janus: 'attach', plugin: 'janus.plugin.videoroom' })).data.id;
      await ask(`/${session}/${handle}`, { janus: 'message', body: { request: 'join', ptype: 'publisher', room, token: with_token } });
      const e = await events();
      return e.error_code ?? e.videoroom;
    };
    assert.equal(await join(77, undefined), 433);
    assert.equal(await join(77, 'nonsense'), 433);
    assert.equal(await join(77, sign('janus.plugin.videoroom', ['room=78'])), 433);
    assert.equal(await join(77, sign('janus', ['room=77'])), 433, 'another realm');
    assert.equal(await join(77, sign('janus.plugin.videoroom', ['room=77'], -60)), 433, 'too late');
    assert.equal(await join(77, sign('janus.plugin.videoroom', ['room=77'])), 'joined');
    assert.equal(await join(78, undefined), 'joined', 'another room does not ask');
  } finally {
    await g.stop();
  }
});
