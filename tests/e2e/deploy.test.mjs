// SPDX-License-Identifier: Apache-2.0
/**
 * A rolling deploy behind HAProxy with the configuration that we ship: browsers in a call on the old gateway, clients
 * that join all the time over both transports, the new gateway comes, the old one drains. No join fails, no call is cut,
 * the old one ends by itself.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBrowser, openPage, until } from './lib/browser.mjs';
import { agentLine } from './lib/agent.mjs';
import { Gateway, SOURCE, freeTcp } from './lib/gateway.mjs';
import { joinOverHttp, joinOverSocket } from './lib/joins.mjs';
import { seesAll, watchFrames } from './lib/watching.mjs';
import { eventually, wait } from './lib/wait.mjs';

/** HAProxy with conf/deploy/haproxy.cfg, its addresses replaced by ours. */
async function startBalancer(ports, nodes) {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-haproxy-'));
  let text = readFileSync(join(SOURCE, 'conf/deploy/haproxy.cfg'), 'utf8')
    .replace('bind :8000', `bind 127.0.0.1:${ports.front}`)
    .replace('maxconn 20000', 'maxconn 500');
  for (const [i, host] of ['10.0.0.1', '10.0.0.2'].entries())
    text = text.replaceAll(new RegExp(`^(    server .*) ${host}:8188 port 8088 (.*) agent-port 8089`, 'gm'), `$1 127.0.0.1:${nodes[i].ws} port ${nodes[i].http} $2 agent-port ${nodes[i].agent}`)
      .replaceAll(new RegExp(`^(    server .*) ${host}:8088 (.*) agent-port 8089`, 'gm'), `$1 127.0.0.1:${nodes[i].http} $2 agent-port ${nodes[i].agent}`)
      .replaceAll(host, '127.0.0.1');
  text += `\nlisten stats\n    bind 127.0.0.1:${ports.stats}\n    stats enable\n    stats uri /\n`;
  writeFileSync(join(folder, 'haproxy.cfg'), text);
  const balancer = spawn('haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')], { stdio: ['ignore', 'pipe', 'pipe'] });
  const over = new Promise((done) => balancer.on('exit', done));
  let said = '';
  for (const s of [balancer.stdout, balancer.stderr]) s.on('data', (d) => (said += d));
  const ended = over.then((code) => { throw new Error(`HAProxy ended with ${code}:\n${said}`); });
  ended.catch(() => {});
  return {
    ended,
    /** What HAProxy thinks of a server in both backends: ['UP 100', 'DRAIN 0'] (state and weight). */
    async states(server) {
      const csv = await (await fetch(`http://127.0.0.1:${ports.stats}/;csv`)).text();
      const rows = csv.split('\n').map((l) => l.split(','));
      const [status, weight] = [rows[0].indexOf('status'), rows[0].indexOf('weight')];
      return rows.filter((r) => r[0].startsWith('cardea_') && r[1] === server).map((r) => `${r[status]} ${r[weight]}`);
    },
    async finds(server, state) {
      const states = await this.states(server).catch(() => []);
      return states.length === 2 && states.every((s) => state.test(s));
    },
    async stop() {
      balancer.kill('SIGKILL');
      await over;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

test('a rolling deploy behind HAProxy cuts no call and fails no join', async () => {
  const ports = { front: await freeTcp(), stats: await freeTcp() };
  const agents = [await freeTcp(), await freeTcp()];
  const start = (i, more = {}) => Gateway.start({
    general: { drain_grace: 4, drain_timeout: 300, session_timeout: 10 }, rooms: { 'room-1234': { publishers: 50 } },
    loadreport: { agent: { agent_port: agents[i] }, limits: { machine: false, lag_ms: 10000 } }, ...more });
  const old = await start(0);
  const ahead = { ws: await freeTcp(), http: await freeTcp() }; // where the new one will be
  const balancer = await startBalancer(ports, [{ ws: old.wsPort, http: old.httpPort, agent: agents[0] }, { ...ahead, agent: agents[1] }]);
  const front = { ws: `ws://127.0.0.1:${ports.front}/`, http: `http://127.0.0.1:${ports.front}/janus` };
  const browser = await openBrowser();
  let fresh;
  let going = true;
  const joins = { websocket: 0, http: 0, failed: [] };
  const stream = async (kind, join, url) => {
    for (; going; await wait(150)) await join(url).then(() => joins[kind]++, (e) => joins.failed.push(`${kind}: ${e.message}`));
  };
  try {
    assert.match(await agentLine(agents[0]), /^ready up \d+%\n$/);
    await Promise.race([balancer.ended,
      eventually('HAProxy finds the old gateway up', () => balancer.finds('one', /^UP/))]);
    const pages = await Promise.all(['Ada', 'Bob'].map((name) => openPage(browser,
      `http://127.0.0.1:${ports.front}/room.html?room=1234&join&simulcast=no&name=${name}&server=${encodeURIComponent(name === 'Ada' ? front.ws : front.http)}`,
      { viewport: { width: 640, height: 480 } })));
    for (const page of pages) await until(page, 'both pictures', seesAll, 2);
    for (const page of pages) await page.evaluate(watchFrames);
    const streams = [stream('websocket', joinOverSocket, front.ws), stream('http', joinOverHttp, front.http)];
    await wait(2000);

    fresh = await start(1, { ports: ahead });
    await eventually('HAProxy finds the new gateway up', () => balancer.finds('two', /^UP/));
    // Encoders that came by WHIP find their session again, whichever gateway they came to.
    const sdp = await pages[0].evaluate(async () => {
      const pc = new RTCPeerConnection();
      pc.addTransceiver('video', { direction: 'sendonly' });
      await pc.setLocalDescription();
      return pc.localDescription.sdp;
    });
    const whip = (method, path, body) => fetch(`http://127.0.0.1:${ports.front}${path}`, { method, body, headers: { 'Content-Type': 'application/sdp' } });
    const encoders = await Promise.all([1, 2, 3, 4].map((n) => whip('POST', `/whip/1234?name=${n}`, sdp)));
    for (const e of encoders) assert.equal((await whip('DELETE', e.headers.get('location'))).status, 200, `${e.status} ${e.headers.get('location')}`);

    old.process.kill('SIGTERM');
    await eventually('HAProxy sees the old one drain', () => balancer.finds('one', /DRAIN|^UP 0/));
    assert.match(await agentLine(agents[0]), /^drain up 0%\n$/);
    await wait(6000); // past the grace: whoever came to the old one now would be refused
    const before = { ...joins };
    await wait(3000);
    assert.ok(joins.websocket > before.websocket && joins.http > before.http, 'joins go on at the new gateway');
    assert.equal(old.process.exitCode, null, 'the old gateway waits for its call');
    for (const page of pages) {
      const longest = await page.evaluate(() => window.longest);
      assert.ok(longest < 4000, `a picture stood still for ${Math.round(longest)} ms`);
    }
    going = false;
    await Promise.all(streams);
    assert.deepEqual(joins.failed, []);
    assert.ok(joins.websocket > 10 && joins.http > 10, JSON.stringify(joins));
    for (const page of pages) await page.close();
    assert.deepEqual(await Promise.race([old.exited, wait(25000)]), { code: 0, signal: null });
    await eventually('HAProxy finds the old gateway gone', () => balancer.finds('one', /^DOWN|^DRAIN/));
  } finally {
    going = false;
    await browser.close();
    await balancer.stop();
    await fresh?.stop();
    old.process.kill('SIGKILL');
  }
});
