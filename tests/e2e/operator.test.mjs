// SPDX-License-Identifier: Apache-2.0
/** The load report as operators' own programs see it: Prometheus, Redis, a web server; and whether its figure is true. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBrowser, openPage } from './lib/browser.mjs';
import { Socket } from './lib/client.mjs';
import { BUILD, Gateway, SOURCE, freeTcp } from './lib/gateway.mjs';
import { eventually, wait } from './lib/wait.mjs';

function run(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const over = new Promise((done) => child.on('exit', done));
  return { child, async stop() { child.kill('SIGKILL'); await over; } };
}

const load = async (g, path = '/load', headers = {}) => fetch(`${g.pages}${path}`, { headers });

test('Prometheus scrapes the metrics, and its tool finds nothing wrong with them', async () => {
  const g = await Gateway.start({ loadreport: { limits: { machine: false } } });
  const folder = mkdtempSync(join(tmpdir(), 'cardea-prometheus-'));
  const port = await freeTcp();
  writeFileSync(join(folder, 'prometheus.yml'), `global: { scrape_interval: 1s }
rule_files: [ '${SOURCE}/conf/deploy/prometheus-rules.yml' ]
scrape_configs: [ { job_name: cardea, static_configs: [ { targets: [ '127.0.0.1:${g.httpPort}' ] } ] } ]\n`);
  execFileSync('promtool', ['check', 'config', join(folder, 'prometheus.yml')]);
  const prometheus = run('prometheus', [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`]);
  try {
    await wait(1500); // the first load figure
    const text = await (await fetch(`${g.pages}/metrics`)).text();
    execFileSync('promtool', ['check', 'metrics'], { input: text, stdio: ['pipe', 'pipe', 'pipe'] }); // throws on any complaint
    assert.match(text, /^cardea_load_ratio [0-9.e-]+$/m);
    const query = async (q) => (await (await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(q)}`)).json()).data?.result;
    await eventually('the load in Prometheus', async () => (await query('cardea_load_ratio'))?.length === 1, 40000);
    const [components] = await query('count(cardea_load_component_ratio)');
    assert.equal(components.value[1], '9');
    for (const { targets } of JSON.parse(readFileSync(join(SOURCE, 'conf/deploy/grafana-dashboard.json'))).panels)
      for (const { expr } of targets)
        assert.ok(await query(expr.replaceAll('instance=~"$instance"', 'instance=~".+"')), `Prometheus understands ${expr}`);
  } finally {
    await prometheus.stop();
    rmSync(folder, { recursive: true, force: true });
    await g.stop();
  }
});

/** One command to Redis by its own protocol. */
const redis = (port, ...words) => new Promise((done, fail) => {
  const s = createConnection(port, '127.0.0.1');
  let text = '';
  s.on('error', fail).on('data', (d) => { text += d; s.end(); }).on('close', () => done(text));
  s.write(`*${words.length}\r\n${words.map((w) => `$${w.length}\r\n${w}\r\n`).join('')}`);
});

test('a node is in Redis while it lives, and posts its reports', async () => {
  const port = await freeTcp();
  const server = run('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--requirepass', 'quiet', '--dir', tmpdir()]);
  const posted = [];
  let failures = 1; // the first one is refused
  const web = createServer((rq, rs) => {
    let body = '';
    rq.on('data', (d) => (body += d)).on('end', () => {
      rs.writeHead(failures-- > 0 ? 500 : 204).end();
      posted.push(JSON.parse(body));
    });
  });
  await new Promise((done) => web.listen(0, '127.0.0.1', done));
  const ask = async (...words) => {
    const s = createConnection(port, '127.0.0.1');
    const encode = (w) => `*${w.length}\r\n${w.map((x) => `$${x.length}\r\n${x}\r\n`).join('')}`;
    return new Promise((done, fail) => {
      let text = '';
      s.on('error', fail).on('data', (d) => { text += d; if (text.length > 5) setTimeout(() => s.end(), 50); }).on('close', () => done(text.replace('+OK\r\n', '')));
      s.write(encode(['AUTH', 'quiet']) + encode(words));
    });
  };
  await eventually('Redis', async () => (await redis(port, 'PING')).startsWith('-NOAUTH'));
  const g = await Gateway.start({ loadreport: {
    general: { node: 'media-1', url: 'wss://media-1.example/' }, redis: { host: '127.0.0.1', port, password: 'quiet', period: 1, ttl: 30 },
    webhook: { url: `http://127.0.0.1:${web.address().port}/load`, period: 1 } } });
  try {
    const hash = await eventually('the node in Redis', async () => { const t = await ask('HGETALL', 'cardea:node:media-1'); return t.includes('load') && t; });
    for (const word of ['state', 'ready', 'capacity', 'wss://media-1.example/']) assert.ok(hash.includes(word), `${word} in ${hash}`);
    const ttl = Number((await ask('TTL', 'cardea:node:media-1')).match(/:(\d+)/)?.[1]);
    assert.ok(ttl > 20 && ttl <= 30, `time to live ${ttl}`);
    await eventually('a second report after the refused one', () => posted.length >= 2);
    assert.equal(posted[1].node.name, 'media-1');
    assert.ok(posted[1].load >= 0);
    await g.stop();
    assert.match(await ask('EXISTS', 'cardea:node:media-1'), /:0/);
  } finally {
    web.close();
    await server.stop();
    g.process.kill('SIGKILL');
  }
});

test('a secret guards the report', async () => {
  const g = await Gateway.start({ loadreport: { general: { secret: 'hush' } } });
  try {
    assert.equal((await load(g)).status, 401);
    assert.equal((await load(g, '/load', { Authorization: 'Bearer nonsense' })).status, 401);
    const reply = await load(g, '/load/history?seconds=60&step=2', { Authorization: 'Bearer hush' });
    assert.equal(reply.status, 200);
    assert.equal((await reply.json()).step, 2);
    assert.equal((await load(g, '/load/nonsense', { Authorization: 'Bearer hush' })).status, 404);
  } finally {
    await g.stop();
  }
});

/** User and system time of a process in seconds, as the kernel counts it. */
const cpuSeconds = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

test('the figure is true: the processor share under load is what the kernel says', async () => {
  const g = await Gateway.start({ loadreport: { limits: { machine: false } } });
  const generator = run(join(BUILD, 'cardea-load'), ['--server', g.ws, '--quiet', '--rooms=2', '--publishers=2', '--subscribers=10', '--seconds=30']);
  try {
    await eventually('media', async () => (await (await load(g)).json()).traffic.out_pps > 1000, 60000);
    // Pushed reports: every figure is counted once, for the second that it is about, however late this process runs.
    const s = await Socket.open(g.ws);
    const session_id = (await s.ask({ janus: 'create' })).data.id;
    const handle_id = (await s.ask({ janus: 'attach', session_id, plugin: 'cardea.plugin.loadreport' })).data.id;
    await s.ask({ janus: 'message', session_id, handle_id, body: { request: 'subscribe' } });
    const pushed = async () => {
      const { report } = (await s.next((m) => m.plugindata?.data.loadreport === 'report', 30000)).plugindata.data;
      return { at: report.time_ms / 1000, used: report.components.cpu * report.resources.cores, cpu: cpuSeconds(g.process.pid) };
    };
    const first = await pushed();
    let last = first;
    let inside = 0;
    for (let n = 0; n < 12; n++) {
      const r = await pushed();
      inside += r.used * (r.at - last.at);
      last = r;
    }
    inside /= last.at - first.at;
    const outside = (last.cpu - first.cpu) / (last.at - first.at);
    s.close();
    assert.ok(Math.abs(inside - outside) < 0.15 * outside + 0.02, `inside ${inside.toFixed(3)}, outside ${outside.toFixed(3)} processors`);
    const r = await (await load(g)).json();
    assert.ok(r.packet_cost_us.forward > 0 && r.capacity >= 0, JSON.stringify(r));
  } finally {
    await generator.stop();
    await g.stop();
  }
});

/** Makes a control group with half a processor, of either version; null where that cannot be done. */
function halfAProcessor() {
  for (const [root, file, quota] of [['/sys/fs/cgroup/cpu', 'cpu.cfs_quota_us', '50000'], ['/sys/fs/cgroup', 'cpu.max', '50000 100000']]) {
    const group = join(root, `cardea-test-${process.pid}`);
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    try {
      writeFileSync(join(group, file), quota);
      return group;
    } catch {
      rmdirSync(group);
    }
  }
  return null;
}

test('the limits of a control group are respected', async (t) => {
  const group = halfAProcessor();
  if (!group) {
    t.skip('no control group can be made here');
    return;
  }
  const g = await Gateway.start({ loadreport: { general: {} } });
  try {
    writeFileSync(join(group, 'cgroup.procs'), String(g.process.pid));
    await wait(1500);
    assert.equal((await (await load(g)).json()).resources.cores, 0.5);
  } finally {
    await g.stop();
    rmdirSync(group);
  }
});

test('the connections that fare worst, and a room that says how many will come: nobody else is let in', async () => {
  const g = await Gateway.start({ loadreport: { general: { refuse_above: 400 }, limits: { machine: false, lag_ms: 10000 } },
    rooms: { 'room-1234': { publishers: 6, expected_participants: 100000 } } });
  const s = await Socket.open(g.ws);
  const create = async () => (await s.ask({ janus: 'create' })).error?.code ?? 0;
  const generator = run(join(BUILD, 'cardea-load'), ['--server', g.ws, '--quiet', '--rooms=1', '--publishers=1', '--subscribers=4', '--loss=10', '--seconds=60']);
  try {
    const worst = await eventually('figures of connections that lose', async () => {
      const list = await (await load(g, '/load/connections')).json();
      return list.length === 4 && list.every((c) => c.loss > 0.02 && c.sent_bps > 0) && list; // each is looked at every 10 s
    }, 45000);
    for (const c of worst) assert.ok(c.session_id && c.handle_id && c.tracks === 2 && c.plugin === 'janus.plugin.videoroom', JSON.stringify(c));
    const score = (c) => c.loss * 10 + c.rtt_ms / 1000 + 2 * c.tracks_waiting / c.tracks;
    for (let i = 1; i < worst.length; i++) assert.ok(score(worst[i - 1]) >= score(worst[i]) - 0.02, JSON.stringify(worst));
    assert.equal((await (await load(g, '/load/connections?most=2')).json()).length, 2);

    // Nobody is in room 1234 yet: it does not count. The page is, and then most of 100000 are still to come.
    const before = await (await load(g)).json();
    assert.equal(before.counts.expected, 0);
    assert.equal(await create(), 0);
    const browser = await openBrowser();
    try {
      await openPage(browser, `${g.pages}/room.html?room=1234&join&simulcast=no&name=Ada&server=${encodeURIComponent(g.ws)}`, { viewport: { width: 640, height: 480 } });
      const after = await eventually('those who are expected', async () => {
        const r = await (await load(g)).json();
        return r.counts.expected > 99990 && r.predicted > 4 && r;
      }, 30000);
      assert.ok(after.load < 4 && after.predicted > before.predicted, JSON.stringify(after));
      assert.equal(await create(), 472, 'refused before the load is there');
    } finally {
      await browser.close();
    }
    await eventually('a way in', async () => (await create()) === 0, 30000);
  } finally {
    s.close();
    await generator.stop();
    await g.stop();
  }
});
