// SPDX-License-Identifier: Apache-2.0
/**
 * Data channels of a real browser beyond "hello": what it said about order and repetition holds for what comes back, when
 * packets get lost on the way; and what the channels are like that the gateway opens.
 */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { after, before, test } from 'node:test';
import { openBrowser, openPage } from './lib/browser.mjs';
import { Gateway } from './lib/gateway.mjs';

let gateway, browser;
before(async () => {
  gateway = await Gateway.start();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await gateway?.stop();
});

/** UDP to the gateway, which can lose every third packet on the way back. */
class LossyWay {
  lossy = false;
  lost = 0;
  #ways = new Map(); // "address:port" of a client -> our socket towards the gateway

  static async open(port) {
    const way = new LossyWay();
    way.near = createSocket('udp4');
    way.near.on('message', (packet, from) => way.#to(from, port).send(packet, port, '127.0.0.1'));
    await new Promise((done) => way.near.bind(0, '127.0.0.1', done));
    way.port = way.near.address().port;
    return way;
  }

  #to(client) {
    const name = `${client.address}:${client.port}`;
    if (!this.#ways.has(name)) {
      const far = createSocket('udp4');
      let n = 0;
      far.on('message', (packet) => {
        if (this.lossy && ++n % 3 === 0) this.lost++;
        else this.near.send(packet, client.port, client.address);
      });
      this.#ways.set(name, far);
    }
    return this.#ways.get(name);
  }

  close() {
    for (const socket of [this.near, ...this.#ways.values()]) socket.close();
  }
}

/** In the page: the echo test by way of `port`, with these channels; what each hears is kept in window.channels. */
async function openChannels([server, port, kinds]) {
  const { Session } = await import('/cardea.js');
  const set = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function onlyByThatWay({ type, sdp }) {
    return set.call(this, { type, sdp: sdp.replace(/(a=candidate:\S+ 1 udp \d+) \S+ \d+/gi, `$1 127.0.0.1 ${port}`) });
  };
  const session = await Session.open([server]);
  const handle = await session.attach('janus.plugin.echotest');
  await handle.negotiate({ audio: true }, { data: true });
  window.channels = Object.entries(kinds).map(([label, options]) => {
    const channel = handle.pc.createDataChannel(label, { protocol: `of ${label}`, ...options });
    channel.heard = [];
    channel.onmessage = ({ data }) => channel.heard.push(Number(data.replace(/^.*: /, '')));
    return channel;
  });
  handle.on('channel', (channel) => window.channels.push(channel));
  for (const channel of window.channels)
    if (channel.readyState !== 'open') await new Promise((done) => (channel.onopen = done));
}

test('order and repetition are what the channel was opened with', async () => {
  const way = await LossyWay.open(gateway.mediaPort);
  try {
    const page = await openPage(browser, gateway.pages);
    await page.evaluate(openChannels, [gateway.ws, way.port, {
      reliable: {},
      once: { ordered: false, maxRetransmits: 0 },
      brief: { ordered: false, maxPacketLifeTime: 40 },
    }]);
    way.lossy = true;
    await page.evaluate(async () => {
      for (let i = 0; i < 150; i++) {
        for (const channel of window.channels) channel.send(String(i));
        await new Promise((wake) => setTimeout(wake, 10));
      }
    });
    way.lossy = false;
    await page.waitForFunction(() => window.channels[0].heard.length === 150, undefined, { timeout: 30000 });
    await page.waitForTimeout(1500); // what is late comes now, or never
    const [reliable, once, brief, ...more] = await page.evaluate(() => window.channels.map((c) => c.heard));
    assert.ok(way.lost > 20, `${way.lost} packets were lost`);
    assert.deepEqual(reliable, [...Array(150).keys()], 'all of them, in order');
    for (const [name, heard] of Object.entries({ once, brief })) {
      assert.ok(heard.length > 40 && heard.length < 150, `${name}: ${heard.length} of 150`);
      assert.equal(new Set(heard).size, heard.length, `${name}: none twice`);
    }
    assert.deepEqual(more, [], 'the gateway answers on the channels that are there');
    await page.context().close();
  } finally {
    way.close();
  }
});

/** In the page: publishes data with a channel of these options, and watches it from a second handle: the channel opened to it. */
async function watchOwnData([server, options]) {
  const { Session } = await import('/cardea.js');
  const session = await Session.open([server]);
  const pub = await session.attach('janus.plugin.videoroom');
  const joined = (await pub.message({ request: 'join', ptype: 'publisher', room: 1234, display: 'Ada' })).data;
  const create = RTCPeerConnection.prototype.createDataChannel;
  RTCPeerConnection.prototype.createDataChannel = function withOptions(label) {
    return create.call(this, label, options);
  };
  await pub.negotiate({ request: 'configure' }, { data: 'shared notes' });
  while (pub.channel.readyState !== 'open') await new Promise((wake) => setTimeout(wake, 50));
  const sub = await session.attach('janus.plugin.videoroom');
  const opened = new Promise((done) => sub.on('channel', done));
  const { jsep } = await sub.message({ request: 'join', ptype: 'subscriber', room: 1234, streams: [{ feed: joined.id }] });
  await sub.accept(jsep, { request: 'start' });
  const repeat = setInterval(() => pub.channel.send('a note'), 100);
  const channel = await opened;
  const said = await new Promise((done) => (channel.onmessage = ({ data }) => done(data)));
  clearInterval(repeat);
  await session.close();
  const { label, protocol, ordered, maxRetransmits, maxPacketLifeTime } = channel;
  return { said, label, protocol, ordered, maxRetransmits, maxPacketLifeTime };
}

test('a channel that the gateway opens is reliable and ordered, with the protocol of the sender', async () => {
  const page = await openPage(browser, gateway.pages);
  const seen = await page.evaluate(watchOwnData, [gateway.ws, { ordered: false, maxRetransmits: 3, protocol: 'notes/1' }]);
  assert.equal(seen.said, 'a note');
  assert.equal(seen.ordered, true);
  assert.equal(seen.maxRetransmits, null);
  assert.equal(seen.maxPacketLifeTime, null);
  assert.equal(seen.protocol, 'notes/1');
  await page.context().close();
});
