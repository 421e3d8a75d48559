// SPDX-License-Identifier: Apache-2.0
/**
 * Real browsers over a bad link: a publisher of simulcast video beside the gateway in one network namespace, a viewer in
 * another, and between them tests/support/narrow.c. What the viewer's getStats() says twice a second is written to
 * FOLDER/network-<scenario>-<gateway>.json; plot.mjs draws it.
 *
 *     CARDEA_BUILD=<build> node tests/bench/network/run.mjs [scenario ...] [--only=cardea|janus] [--out=docs/performance]
 *         [--capture=FOLDER]   what cardea sends the viewer, decrypted
 *
 * "control" is the same without a bad link: freezes that it counts are the machine's.
 *
 * Needs root (namespaces, TUN), Chromium, a C compiler, tests/e2e/node_modules; Debian's janus is a second gateway if it is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const source = resolve(here, '../../..');
const build = resolve(process.env.CARDEA_BUILD ?? join(source, 'build'));
const { chromium } = createRequire(join(source, 'tests/e2e/package.json'))('playwright-core');

/** Each step: seconds from the start, and what the link is like from then on. */
export const SCENARIOS = {
  control: { seconds: 45, link: [[0, 'kbit=20000 delay=25 queue=300']] },
  steps: { seconds: 70, link: [[0, 'kbit=2500 delay=25 queue=300'], [25, 'kbit=500'], [45, 'kbit=2500']] },
  loss: { seconds: 45, link: [[0, 'kbit=5000 delay=25 queue=300'], [10, 'loss=10']] },
  /* viewers come one after the other, each for so many seconds */
  'joins-wide': { joins: 14, seconds: 3, link: [[0, 'kbit=100000 delay=0 queue=300']] },
  'joins-2500': { joins: 14, seconds: 3, link: [[0, 'kbit=2500 delay=25 queue=300']] },
};
const ROOM = 1234;
const ADMIN = 18191, SECRET = 'network';
const NEAR = `cardea-net-a${process.pid}`;
const FAR = `cardea-net-b${process.pid}`;
const ADDRESS = ['198.18.71.1', '198.18.71.2'];
const folder = mkdtempSync(join(tmpdir(), 'cardea-network-'));
const children = [];

const sleep = (ms) => new Promise((wake) => setTimeout(wake, ms));

function must(command, ...args) {
  const r = spawnSync(command, args, { encoding: 'utf8' });
  if (r.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${r.stderr}`);
}

function start(command, args, ready) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  children.push(child);
  child.said = '';
  return new Promise((done, fail) => {
    const read = (text) => {
      child.said = (child.said + text).slice(-20000);
      if (ready.test(child.said)) done(child);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', () => fail(new Error(`${command} ended: ${child.said}`)));
    setTimeout(() => fail(new Error(`${command} did not start: ${child.said}`)), 20000).unref();
  });
}

const end = (child) => new Promise((done) => {
  if (child.exitCode !== null || child.signalCode) return done();
  child.removeAllListeners('exit');
  child.on('exit', done);
  child.stdin.end();
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), 3000).unref();
});

const within = (namespace, command, args, ready) => start('ip', ['netns', 'exec', namespace, command, ...args], ready);

/** A Chromium that lives in a namespace. */
async function browserIn(namespace) {
  const wrapper = join(folder, `chromium-${namespace}`);
  writeFileSync(wrapper, `#!/bin/sh\nexec ip netns exec ${namespace} ${process.env.CHROMIUM ?? '/usr/bin/chromium'} "$@"\n`);
  chmodSync(wrapper, 0o755);
  return chromium.launch({
    executablePath: wrapper,
    args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--use-fake-device-for-media-stream=fps=15', '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required', '--disable-features=WebRtcHideLocalIpsWithMdns'],
  });
}

/* --- the gateways --- */

const GATEWAYS = {
  cardea: {
    port: 18188,
    files: (f, port) => ({
      'cardea.jcfg': `general: { workers = 1, debug_level = 3, admin_secret = "${SECRET}", plugins_folder = "${build}/plugins", transports_folder = "${build}/transports",
        html_folder = "${source}/html", state_folder = "${f}" }\nmedia: { media_port = 21400 }\ntransports: { disable = "websocket.so" }\n`,
      'cardea.transport.http.jcfg': `general: { http = true, port = ${port} }\nadmin: { admin_http = true, admin_port = ${ADMIN} }\n`,
      'cardea.plugin.videoroom.jcfg': `room-${ROOM}: { description = "network", publishers = 6, bitrate = 3000000, videocodec = "vp8" }\n`,
    }),
    command: (f) => [join(build, 'cardea'), ['-F', f]],
  },
  janus: {
    port: 18189,
    installed: () => existsSync('/usr/bin/janus'),
    files: (f, port) => ({
      'janus.jcfg': `general: { configs_folder = "${f}", debug_level = 2 }\nmedia: { }\nnat: { ice_enforce_list = "narrow0" }\n`
        + 'plugins: { disable = "libjanus_audiobridge.so,libjanus_streaming.so,libjanus_sip.so,libjanus_nosip.so,libjanus_textroom.so,libjanus_recordplay.so,libjanus_videocall.so,libjanus_voicemail.so,libjanus_echotest.so,libjanus_lua.so,libjanus_duktape.so" }\n'
        + 'transports: { disable = "libjanus_websockets.so,libjanus_rabbitmq.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so" }\n',
      'janus.transport.http.jcfg': `general: { http = true, port = ${port}, base_path = "/janus" }\n`,
      'janus.plugin.videoroom.jcfg': `room-${ROOM}: { description = "network", publishers = 6, bitrate = 3000000, videocodec = "vp8" }\n`,
    }),
    command: (f) => ['janus', ['-F', f]],
  },
};

async function startGateway(name) {
  const g = GATEWAYS[name];
  const f = join(folder, name);
  mkdirSync(f, { recursive: true });
  for (const [file, text] of Object.entries(g.files(f, g.port))) writeFileSync(join(f, file), text);
  const [command, args] = g.command(f);
  const child = spawn('ip', ['netns', 'exec', NEAR, command, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (t) => (child.said = (child.said + t).slice(-20000)));
  children.push(child);
  for (let i = 0; i < 100; i++) {
    const r = spawnSync('ip', ['netns', 'exec', NEAR, 'curl', '-fs', `http://127.0.0.1:${g.port}/janus/info`]);
    if (r.status === 0) return child;
    await sleep(100);
  }
  throw new Error(`${name} did not start: ${child.said}`);
}

/* --- one run --- */

/** Asks cardea's Admin API, from inside its namespace. */
function admin(handle, request) {
  const body = JSON.stringify({ ...request, transaction: 'network', admin_secret: SECRET });
  const r = spawnSync('ip', ['netns', 'exec', NEAR, 'curl', '-s', '-d', body, `http://127.0.0.1:${ADMIN}/admin/${handle}`], { encoding: 'utf8' });
  return JSON.parse(r.stdout);
}

/** What the gateway thinks of the viewer's connection. */
function opinion(handle) {
  const { info } = admin(handle, { janus: 'handle_info' });
  return info?.webrtc?.bwe ?? info?.bwe;
}

async function play(page, scenario, link, handle) {
  const samples = [];
  const begin = Date.now();
  let step = 1;
  while (Date.now() - begin < scenario.seconds * 1000) {
    while (scenario.link[step] && Date.now() - begin >= scenario.link[step][0] * 1000)
      link.stdin.write(`${scenario.link[step++][1]}\n`);
    samples.push({ ...(await page.evaluate('sample()')), second: (Date.now() - begin) / 1000, ...(handle && { bwe: opinion(handle) }) });
    await sleep(500 - ((Date.now() - begin) % 500));
  }
  return samples;
}

/** Viewers who come one after the other. */
async function visit(page, name, { joins, seconds }) {
  const visits = [];
  for (let i = 0; i < joins; i++) {
    await page.goto(`http://${ADDRESS[0]}:18190/`);
    visits.push(await page.evaluate(([server, room, s]) => join(server, room, s), [`http://${ADDRESS[0]}:${GATEWAYS[name].port}/janus`, ROOM, seconds]));
    await sleep(300 + 170 * i); /* so that the last keyframe is of another age each time */
  }
  return visits;
}

async function run(name, scenario, out) {
  const link = await start(join(folder, 'narrow'), [NEAR, `${ADDRESS[0]}/24`, FAR, `${ADDRESS[1]}/24`], /^up/m);
  for (const ns of [NEAR, FAR]) must('ip', '-n', ns, 'route', 'replace', 'default', 'dev', 'narrow0');
  link.stdin.write(`${SCENARIOS[scenario].link[0][1]}\nback delay=25\n`);
  const pages = await within(NEAR, process.execPath, [join(here, 'serve.mjs'), '18190'], /serving/);
  const gateway = await startGateway(name);
  const browsers = [await browserIn(NEAR), await browserIn(FAR)];
  try {
    const [publisher, viewer] = await Promise.all(browsers.map(async (b) => (await b.newContext()).newPage()));
    await publisher.goto('http://127.0.0.1:18190/');
    await publisher.evaluate(([server, room]) => publish(server, room), [`http://127.0.0.1:${GATEWAYS[name].port}/janus`, ROOM]);
    await sleep(6000); /* the encoder finds its rate */
    if (SCENARIOS[scenario].joins) {
      const visits = await visit(viewer, name, SCENARIOS[scenario]);
      writeFileSync(join(out, `network-${scenario}-${name}.json`), `${JSON.stringify({ gateway: name, scenario, visits })}\n`);
      console.log(`${scenario} ${name}: ${visits.map((v) => `${(v.picture - v.negotiated).toFixed(0)}ms/${v.freezeCount}(${v.totalFreezesDuration.toFixed(2)})`).join(' ')}`);
      return;
    }
    await viewer.goto(`http://${ADDRESS[0]}:18190/`);
    const path = await viewer.evaluate(([server, room]) => watch(server, room), [`http://${ADDRESS[0]}:${GATEWAYS[name].port}/janus`, ROOM]);
    const handle = name === 'cardea' && path.split('/').slice(-2).join('/');
    if (handle && captures)
      admin(handle, { janus: 'start_pcap', folder: captures, filename: `${scenario}.pcap`, truncate: 0 });
    const samples = await play(viewer, SCENARIOS[scenario], link, handle);
    const sent = await publisher.evaluate('sample()');
    writeFileSync(join(out, `network-${scenario}-${name}.json`),
      `${JSON.stringify({ gateway: name, scenario, link: SCENARIOS[scenario].link, sent: sent.layers, samples })}\n`);
    console.log(summary(name, scenario, samples));
  } catch (error) {
    console.error(gateway.said);
    throw error;
  } finally {
    await Promise.all(browsers.map((b) => b.close()));
    await Promise.all([gateway, pages].map(end));
    link.stdin.end();
    await end(link);
  }
}

function summary(name, scenario, samples) {
  const last = samples.at(-1), first = samples.find((s) => s.framesDecoded > 0) ?? last;
  const freezes = `${(last.freezeCount ?? 0) - (first.freezeCount ?? 0)} freezes, ${((last.totalFreezesDuration ?? 0) - (first.totalFreezesDuration ?? 0)).toFixed(1)} s`;
  return `${scenario} ${name}: ${freezes}, ${(last.bytesReceived / last.second / 125).toFixed(0)} kbit/s, ${(last.framesDecoded / last.second).toFixed(1)} fps`;
}

const options = process.argv.slice(2).filter((a) => a.startsWith('--'));
const option = (name, fallback) => options.find((o) => o.startsWith(`--${name}=`))?.split('=')[1] ?? fallback;
const wanted = process.argv.slice(2).filter((a) => !a.startsWith('--'));
const captures = option('capture', '');
const out = resolve(option('out', join(source, 'docs/performance')));
mkdirSync(out, { recursive: true });
must('cc', '-O2', '-o', join(folder, 'narrow'), join(source, 'tests/support/narrow.c'));
for (const ns of [NEAR, FAR]) {
  must('ip', 'netns', 'add', ns);
  must('ip', '-n', ns, 'link', 'set', 'lo', 'up');
}
try {
  for (const scenario of wanted.length ? wanted : Object.keys(SCENARIOS))
    for (const name of Object.keys(GATEWAYS)) {
      if (option('only', name) !== name || GATEWAYS[name].installed?.() === false) continue;
      await run(name, scenario, out);
    }
} finally {
  await Promise.all(children.map(end));
  for (const ns of [NEAR, FAR]) spawnSync('ip', ['netns', 'del', ns]);
  rmSync(folder, { recursive: true, force: true });
}
