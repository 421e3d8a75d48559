// SPDX-License-Identifier: Apache-2.0
/**
 * A hot restart on one host, without a balancer: browsers in a call, clients that join without pause over both
 * transports, a new process takes the listening sockets, the old one drains and ends by itself. Who comes late to the
 * call comes to the new process, and is in the call.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBrowser, openPage, until } from './lib/browser.mjs';
import { Socket, post } from './lib/client.mjs';
import { agentLine } from './lib/agent.mjs';
import { BUILD, Gateway, freeTcp } from './lib/gateway.mjs';
import { joinOverHttp, joinOverSocket } from './lib/joins.mjs';
import { seesAll, watchFrames } from './lib/watching.mjs';
import { wait, within } from './lib/wait.mjs';

test('a new process takes over under load: no join fails, no call is cut', async () => {
  const agent = await freeTcp();
  const old = await Gateway.start({ workers: 1, general: { drain_timeout: 300, reclaim_session_timeout: 30, drain_grace: 1 },
    rooms: { 'room-1234': { publishers: 50 }, 'room-7': {}, 'room-8': {} }, loadreport: { agent: { agent_port: agent }, limits: { machine: false, lag_ms: 10000 } } });
  const browser = await openBrowser();
  const joins = { websocket: 0, http: 0, failed: [] };
  let going = true;
  let fresh;
  const stream = async (kind, joinRoom, url, room) => {
    for (; going; await wait(30)) await joinRoom(url, room).then(() => joins[kind]++, (e) => joins.failed.push(`${kind}: ${e.stack}`));
  };
  try {
    // Ada is here over a WebSocket, Bob over HTTP: his polls come by new connections, so to the new process.
    const come = (name, server) => openPage(browser, `${old.pages}/room.html?room=1234&join&simulcast=no&name=${name}&server=${encodeURIComponent(server)}`,
      { viewport: { width: 640, height: 480 } });
    const pages = await Promise.all([come('Ada', old.ws), come('Bob', old.http)]);
    for (const page of pages) await until(page, 'both pictures', seesAll, 2);
    for (const page of pages) await page.evaluate(watchFrames);
    const mobile = await Socket.open(old.ws);
    const session_id = (await mobile.ask({ janus: 'create' })).data.id;
    const handle_id = (await mobile.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.echotest' })).data.id;
    const streams = [stream('websocket', joinOverSocket, old.ws, 7), stream('http', joinOverHttp, old.http, 8)];
    await wait(1500);

    fresh = await old.takeOver();
    assert.match(fresh.log, /taking over from the gateway/);
    assert.match(await agentLine(agent), /^ready up \d+%\n$/, 'the balancer does not even notice');
    await wait(3000); // past the grace: whoever came to the old one now would be refused
    const before = { ...joins };
    await wait(2000);
    assert.deepEqual(joins.failed, []);
    assert.ok(joins.websocket > before.websocket && joins.http > before.http, 'joins go on at the new process');
    assert.equal(old.process.exitCode, null, 'the old process waits for its call');
    assert.match(old.log, /a successor serves from now on/);
    assert.match(fresh.log, new RegExp(`media from UDP port ${old.mediaPort + 1} on`), 'the next block of media ports');

    // A client of the old process that lost its way comes back: the new process carries it there.
    mobile.close();
    const again = await Socket.open(old.ws);
    assert.equal((await again.ask({ janus: 'claim', session_id })).janus, 'success');
    await again.ask({ janus: 'message', session_id, handle_id, body: { audio: true } });
    assert.equal((await again.next((m) => m.janus === 'event' && m.sender === handle_id)).plugindata.data.result, 'ok');
    const { json: handles } = await post(`${old.admin}/${session_id}`, { janus: 'list_handles', transaction: 't', admin_secret: 'e2e-admin' });
    assert.deepEqual(handles.handles, [handle_id], 'operators find it, too');
    assert.equal((await again.ask({ janus: 'destroy', session_id })).janus, 'success');
    const gone = await again.ask({ janus: 'keepalive', session_id });
    assert.equal(gone.error.code, 458);
    again.close();

    // Cleo is late: the room lives in the old process, and she has come to the new one.
    const cleo = await come('Cleo', old.ws);
    await until(cleo, 'the pictures of those who were there', seesAll, 3);
    for (const page of pages) await until(page, "the late comer's picture", seesAll, 3);
    assert.deepEqual((await joinOverHttp(old.http)).sort(), ['Ada', 'Bob', 'Cleo'], 'others meet all of them over HTTP');
    assert.equal(old.process.exitCode, null);
    await cleo.close();
    for (const page of pages) await until(page, 'the two that are left', seesAll, 2);

    // So is an encoder that comes by WHIP, and its resource is found again.
    const dora = await openPage(browser, `${old.pages}/whip.html?start&room=1234&id=99&name=Dora`, { viewport: { width: 640, height: 480 } });
    for (const page of pages) await until(page, "the encoder's picture", seesAll, 3);
    await dora.click('#start'); // that ends it
    for (const page of pages) await until(page, 'the two that are left', seesAll, 2);
    await dora.close();

    for (const page of pages) {
      const longest = await page.evaluate(() => window.longest);
      assert.ok(longest < 4000, `a picture stood still for ${Math.round(longest)} ms`);
    }
    for (const page of pages) await page.close();
    assert.deepEqual(await within('the end of the old process', old.exited, 30000), { code: 0, signal: null });
    going = false;
    await Promise.all(streams);
    assert.deepEqual(joins.failed, []);
    assert.ok(joins.websocket > 5 && joins.http > 5, JSON.stringify(joins));

    // And once more: the first block of media ports is free again.
    const third = await fresh.takeOver();
    assert.match(third.log, new RegExp(`media from UDP port ${old.mediaPort} on`));
    assert.deepEqual(await within('the end of the second process', fresh.exited, 30000), { code: 0, signal: null });
    fresh = third;
    await joinOverSocket(old.ws);
  } finally {
    going = false;
    await browser.close();
    await fresh?.stop();
    old.process.kill('SIGKILL');
  }
});

test('a successor that cannot start leaves everything as it was', async () => {
  const g = await Gateway.start({ general: { drain_grace: 1 } });
  const pid = join(g.folder, 'pid');
  try {
    // It gets as far as the sockets, and then finds no room for its workers' ports.
    const failed = spawn(join(BUILD, 'cardea'), ['-F', g.folder, '--takeover', '--set', 'media.media_port_blocks=1'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    failed.stdout.on('data', (d) => (said += d));
    const [code] = await once(failed, 'exit');
    assert.equal(code, 1, said);
    await joinOverSocket(g.ws);
    await joinOverHttp(g.http);
    assert.match(g.log, /a successor came, and ended before it served: we go on/);
    // This one is killed between STOP and SERVING, if ever: whatever the moment, clients are served in the end.
    const killed = spawn(join(BUILD, 'cardea'), ['-F', g.folder, '--takeover'], { stdio: 'ignore' });
    await wait(Math.random() * 300);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    if (!/a successor serves/.test(g.log)) await joinOverSocket(g.ws);
    assert.ok(!existsSync(pid));
  } finally {
    await g.stop();
  }
});

test('nobody to take over from: it starts as always; a pid file goes from one to the other', async () => {
  const g = await Gateway.start();
  const pid = join(g.folder, 'pid');
  const start = (...more) => spawn(join(BUILD, 'cardea'), ['-F', g.folder, '-p', pid, '--takeover', ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
  const serves = (process) => new Promise((done) => {
    let log = '';
    process.stdout.on('data', (d) => { log += d; if (/serving at/.test(log)) done(log); });
  });
  g.process.kill('SIGINT');
  await g.exited;
  const one = start();
  assert.match(await within('the first', serves(one), 20000), /nobody is there to take over from/);
  assert.equal(readFileSync(pid, 'utf8').trim(), String(one.pid));
  const two = start();
  await within('the second', serves(two), 20000);
  await within('the end of the first', once(one, 'exit'), 20000);
  assert.equal(readFileSync(pid, 'utf8').trim(), String(two.pid));
  two.kill('SIGINT');
  await within('the end of the second', once(two, 'exit'), 20000);
  assert.ok(!existsSync(pid));
});
