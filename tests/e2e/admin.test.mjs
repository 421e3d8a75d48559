// SPDX-License-Identifier: Apache-2.0
/** What operators ask of a running process. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Socket, post } from './lib/client.mjs';
import { BUILD, Gateway } from './lib/gateway.mjs';

let gateway, plugins;
before(async () => {
  plugins = mkdtempSync(join(tmpdir(), 'cardea-plugins-'));
  copyFileSync(join(BUILD, 'plugins/videoroom.so'), join(plugins, 'videoroom.so'));
  gateway = await Gateway.start({ general: { plugins_folder: plugins, debug_level: 4 }, websockets: { admin: { admin_ws: true, admin_ws_port: 0 } } });
});
after(async () => {
  await gateway?.stop();
  rmSync(plugins, { recursive: true });
});

const admin = async (request) => (await post(gateway.admin, { transaction: 'a', admin_secret: 'e2e-admin', ...request })).json;

test('the door for operators over WebSocket answers as that over HTTP does', async () => {
  const { response } = await admin({ janus: 'query_transport', transport: 'janus.transport.websockets', request: { request: 'listeners' } });
  const { port } = response.listeners.find((l) => l.name === 'admin_ws');
  const s = await Socket.open(`ws://127.0.0.1:${port}`, 'janus-admin-protocol');
  assert.equal((await s.ask({ janus: 'get_status' })).error.code, 403);
  const { status } = await s.ask({ janus: 'get_status', admin_secret: 'e2e-admin' });
  assert.deepEqual(status, (await admin({ janus: 'get_status' })).status);
  s.close();
});

test('plugins come and go while the gateway runs', async () => {
  const s = await Socket.open(gateway.ws);
  const session_id = (await s.ask({ janus: 'create' })).data.id;
  const attach = () => s.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.echotest' });
  assert.equal((await attach()).error.code, 460);
  assert.equal((await admin({ janus: 'load_plugin', file: '../echotest.so' })).error.code, 467);
  assert.match((await admin({ janus: 'load_plugin', file: 'echotest.so' })).error.reason, /echotest\.so/);
  copyFileSync(join(BUILD, 'plugins/echotest.so'), join(plugins, 'echotest.so'));
  for (let round = 0; round < 2; round++) {
    const loaded = await admin({ janus: 'load_plugin', file: 'echotest.so' });
    assert.equal(loaded.plugin, 'janus.plugin.echotest', JSON.stringify(loaded));
    assert.equal((await admin({ janus: 'load_plugin', file: 'echotest.so' })).error.code, 490);
    const handle_id = (await attach()).data.id;
    assert.match((await admin({ janus: 'unload_plugin', plugin: 'janus.plugin.echotest' })).error.reason, /attached/);
    await s.ask({ janus: 'detach', session_id, handle_id });
    let gone; // the handle lets go of the plugin a moment after its client heard so
    for (let i = 0; i < 50 && gone?.janus !== 'success'; i++, await new Promise((wake) => setTimeout(wake, 50)))
      gone = await admin({ janus: 'unload_plugin', plugin: 'janus.plugin.echotest' });
    assert.equal(gone.janus, 'success', JSON.stringify(gone));
    assert.equal((await attach()).error.code, 460);
    assert.equal((await admin({ janus: 'info' })).plugins['janus.plugin.echotest'], undefined);
    await new Promise((wake) => setTimeout(wake, 300)); // its file is closed
  }
  assert.equal((await admin({ janus: 'unload_plugin', plugin: 'janus.plugin.echotest' })).error.code, 460);
  s.close();
});

test('reload says what changed, what needs a restart, and what is wrong', async () => {
  const file = join(gateway.folder, 'cardea.jcfg');
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, before.replace('debug_level = 4', 'debug_level = 5').replace(/workers = \d+/, 'workers = 7'));
  const first = await admin({ janus: 'reload' });
  assert.deepEqual(first.changed, ['general.debug_level']);
  assert.deepEqual(first.restart, ['general.workers']);
  assert.deepEqual(first.mistakes, []);
  assert.equal((await admin({ janus: 'get_status' })).status.log_level, 5);
  writeFileSync(file, before.replace('debug_level = 4', 'debug_level = 99'));
  const second = await admin({ janus: 'reload' });
  assert.deepEqual(second.changed, []);
  assert.match(second.mistakes.join(), /cardea\.jcfg:\d+: .*debug_level/);
  assert.equal((await admin({ janus: 'get_status' })).status.log_level, 5);
  writeFileSync(file, before);
  assert.deepEqual((await admin({ janus: 'reload' })).changed, ['general.debug_level']);
});

test('reload covers the files of modules', async () => {
  const file = join(gateway.folder, 'cardea.transport.http.jcfg');
  const before = readFileSync(file, 'utf8');
  const change = (more) => writeFileSync(file, before.replace('http = true', `http = true\n  ${more}`));
  change('json = "indented"\n  base_path = "/other"');
  const first = await admin({ janus: 'reload' });
  assert.deepEqual(first, { ...first, changed: ['cardea.transport.http: general.json'], restart: ['cardea.transport.http: general.base_path'], mistakes: [] });
  assert.match(await (await fetch(`${gateway.http}/ping`)).text(), /^\{\n   "janus": "pong"/);
  change('json = "plain"\n  max_body = 5');
  const second = await admin({ janus: 'reload' });
  assert.deepEqual(second.changed, []);
  assert.match(second.mistakes.join(), /transport\.http\.jcfg:\d+: .*max_body/);
  writeFileSync(file, before);
  assert.deepEqual((await admin({ janus: 'reload' })).changed, ['cardea.transport.http: general.json']);
  assert.match(await (await fetch(`${gateway.http}/ping`)).text(), /^\{"janus":"pong"/);
});

test('what an operator sends to the echo comes back', async () => {
  await admin({ janus: 'load_plugin', file: 'echotest.so' });
  const request = { audio: 'whatever', list: [1, null] };
  assert.deepEqual((await admin({ janus: 'message_plugin', plugin: 'janus.plugin.echotest', request })).response, request);
});

test('the last file descriptors are kept for what runs', async () => {
  const small = await Gateway.start({ nofile: 85 });
  try {
    let reply;
    for (let i = 0; i < 30; i++) { // looked at each second
      reply = (await post(small.http, { janus: 'create', transaction: 'x' })).json;
      if (reply.janus === 'error') break;
      await new Promise((wake) => setTimeout(wake, 200));
    }
    assert.equal(reply.error?.code, 472);
    assert.match(reply.error.reason, /descriptors/);
    assert.equal((await fetch(`${small.pages}/readyz`)).status, 503);
  } finally {
    await small.stop();
  }
});

test('names are looked up, STUN servers asked', async () => {
  const found = await admin({ janus: 'resolve_address', address: 'localhost' });
  assert.match(found.ip, /^(127\.0\.0\.1|::1)$/);
  assert.ok(Number.isInteger(found.elapsed));
  assert.equal((await admin({ janus: 'resolve_address', address: 'no.such.host.invalid' })).error.code, 490);
  assert.equal((await admin({ janus: 'resolve_address' })).error.code, 456);

  const server = createSocket('udp4');
  server.on('message', (m, { port }) => {
    const answer = Buffer.alloc(32);
    m.copy(answer, 0, 0, 20);
    answer.writeUInt16BE(0x0101, 0); // Binding success
    answer.writeUInt16BE(12, 2);
    answer.writeUInt16BE(0x0020, 20); // XOR-MAPPED-ADDRESS 203.0.113.9:4711
    answer.writeUInt16BE(8, 22);
    answer.writeUInt8(1, 25);
    answer.writeUInt16BE(4711 ^ 0x2112, 26);
    answer.writeUInt32BE((0xcb007109 ^ 0x2112a442) >>> 0, 28);
    server.send(answer, port);
  });
  await new Promise((done) => server.bind(0, '127.0.0.1', done));
  const { port } = server.address();
  const stun = await admin({ janus: 'test_stun', address: '127.0.0.1', port });
  assert.equal(stun.public_ip, '203.0.113.9', JSON.stringify(stun));
  assert.equal(stun.public_port, 4711);
  server.close();
  await new Promise((done) => server.on('close', done));
  assert.equal((await admin({ janus: 'test_stun', address: '127.0.0.1', port })).error.code, 490);
  assert.equal((await admin({ janus: 'test_stun', address: '127.0.0.1', port: 70000 })).error.code, 467);
});
