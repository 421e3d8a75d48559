// SPDX-License-Identifier: Apache-2.0
/** Recording when things go wrong: the process is killed, the disk is full, the folder cannot be written, all at once. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBrowser, openPage } from './lib/browser.mjs';
import { Socket } from './lib/client.mjs';
import { BUILD, Gateway, SOURCE } from './lib/gateway.mjs';
import { decode, finished, manifests, probe, recordInPage } from './lib/recording.mjs';
import { wait } from './lib/wait.mjs';

const OFFER = readFileSync(join(SOURCE, 'tests/fixtures/sdp/chromium-sendonly.sdp'), 'utf8');

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

/** A handle of the recordplay API on a bare socket. */
async function attach(gateway) {
  const socket = await Socket.open(gateway.ws);
  const session = (await socket.ask({ janus: 'create' })).data.id;
  const handle = (await socket.ask({ janus: 'attach', session_id: session, plugin: 'janus.plugin.recordplay' })).data.id;
  return { socket, session, handle, async message(body, jsep) {
    const transaction = Math.random().toString(36);
    await socket.ask({ janus: 'message', session_id: session, handle_id: handle, transaction, body, jsep });
    return (await socket.next((m) => m.janus === 'event' && m.transaction === transaction, 20000)).plugindata.data;
  } };
}

test('killed in the middle: what was captured plays, and the next process makes it whole', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-recordings-'));
  const recorder = { general: { path: folder } };
  let gateway = await Gateway.start({ recorder });
  const page = await openPage(browser, `${gateway.pages}/echo.html`);
  const { id } = await recordInPage(page, gateway.ws, { videocodec: 'vp8', filename: 'victim' });
  await wait(6000);
  gateway.process.kill('SIGKILL');
  await gateway.exited;
  rmSync(gateway.folder, { recursive: true, force: true });
  await page.context().close();

  const file = join(folder, 'victim.webm');
  const frames = Number.parseInt(execFileSync('ffprobe', ['-v', 'quiet', '-count_frames', '-select_streams', 'v:0', '-show_entries',
    'stream=nb_read_frames', '-of', 'csv=p=0', file], { encoding: 'utf8' }), 10);
  assert.ok(frames > 50, `${frames} pictures before the repair`);
  assert.equal(manifests(folder)[0].state, 'recording');

  gateway = await Gateway.start({ recorder });
  try {
    const manifest = await finished(folder, id);
    assert.equal(manifest.state, 'repaired');
    assert.equal(manifest.segments[0].state, 'repaired');
    const { duration } = probe(file);
    assert.ok(duration > 3.5, `${duration} s are left`);
    assert.ok(decode(file) >= frames);
    const client = await attach(gateway);
    const { list } = (await client.socket.ask({ janus: 'message', session_id: client.session, handle_id: client.handle,
      body: { request: 'list' } })).plugindata.data;
    assert.deepEqual(list.map((r) => r.id), [id]);
    client.socket.close();
  } finally {
    await gateway.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the disk is full: the recording ends, says why, and what was written plays', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
  } catch {
    t.skip('no right to mount');
    return;
  }
  const gateway = await Gateway.start({ recorder: { general: { path: folder } } });
  try {
    writeFileSync(join(folder, 'ballast'), Buffer.alloc(600 << 10));
    const page = await openPage(browser, `${gateway.pages}/echo.html`);
    const { id } = await recordInPage(page, gateway.ws, { videocodec: 'vp8' });
    await page.waitForFunction(() => window.rec.events.some((e) => e.result?.status === 'done'), undefined, { timeout: 40000 });
    await page.context().close();
    rmSync(join(folder, 'ballast'));
    const file = readdirSync(folder).find((name) => name.endsWith('.webm'));
    const frames = decode(join(folder, file));
    assert.ok(frames > 10, `${frames} pictures`);
    assert.match(gateway.log, new RegExp(`recording ${id} ends: disk full`));
  } finally {
    await gateway.stop();
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a folder that cannot be written to, for a while', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-locked-'));
  const mount = (...options) => execFileSync('mount', [...options, folder]);
  try {
    mount('-t', 'tmpfs', '-o', 'size=8m,ro', 'tmpfs');
  } catch {
    t.skip('no right to mount');
    return;
  }
  const gateway = await Gateway.start({ recorder: { general: { path: folder }, limits: { min_free_mib: 0 } } });
  try {
    const client = await attach(gateway);
    const offer = { type: 'offer', sdp: OFFER };
    assert.equal((await client.message({ request: 'record', name: 'x' }, offer)).error_code, 499);
    assert.match(gateway.log, /cannot be written: Read-only file system/);
    mount('-o', 'remount,rw');
    const other = await attach(gateway);
    assert.equal((await other.message({ request: 'record', name: 'x' }, offer)).result.status, 'recording');
    for (const c of [client, other]) c.socket.close();
  } finally {
    await gateway.stop();
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A room with so many cameras that are all recorded; resolves to what ends them. Pictures are synthetic. */
async function film(gateway, cameras) {
  const load = spawn(join(BUILD, 'cardea-load'), ['--quiet', '--server', gateway.ws, '--publishers', String(cameras), '--subscribers', '0',
    '--bitrate', '400000', '--seconds', '600'], { stdio: 'ignore' });
  const ended = new Promise((done) => load.on('exit', done));
  const socket = await Socket.open(gateway.ws);
  const session = (await socket.ask({ janus: 'create' })).data.id;
  const handle = (await socket.ask({ janus: 'attach', session_id: session, plugin: 'janus.plugin.videoroom' })).data.id;
  const ask = async (body) => (await socket.ask({ janus: 'message', session_id: session, handle_id: handle, body })).plugindata.data;
  let room;
  for (let i = 0; i < 200 && !room; i++) {
    await wait(50);
    room = (await ask({ request: 'list' })).list.find((r) => r.num_participants === cameras)?.room;
  }
  await ask({ request: 'enable_recording', room, record: true });
  return async () => {
    load.kill('SIGKILL');
    socket.ws.on('error', () => {});
    socket.close();
    await ended;
  };
}

/** Where the last picture of a file begins, in seconds; it must be readable so far. */
function lastPicture(file) {
  const { stdout, status } = spawnSync('ffprobe', ['-v', 'quiet', '-select_streams', 'v:0', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file],
    { encoding: 'utf8' });
  return status ? -1 : Number.parseFloat(stdout.trim().split('\n').at(-1));
}

const KILLS = Number(process.env.CARDEA_KILLS ?? 3); // 25 make a hundred files; a hundred writers alone: tests/unit/recorder/test_killed.c
test(`killed ${KILLS} times at random moments: every file plays up to the last second`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-kills-'));
  const recorder = { general: { path: folder } };
  const lost = [];
  for (let i = 0; i < KILLS; i++) {
    const gateway = await Gateway.start({ recorder });
    const end = await film(gateway, 4);
    const open = () => manifests(folder).filter((m) => m.state === 'recording' && m.segments.length);
    for (let k = 0; k < 200 && open().length < 4; k++) await wait(50);
    await wait(700 + Math.random() * 1500);
    const at = Date.now();
    gateway.process.kill('SIGKILL');
    await gateway.exited;
    await end();
    rmSync(gateway.folder, { recursive: true, force: true });
    const victims = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.json') && !name.endsWith('session.json'))
      .map((name) => ({ ...JSON.parse(readFileSync(join(folder, name))), path: join(folder, name) })).filter((m) => m.state === 'recording');
    assert.equal(victims.length, 4);
    for (const m of victims) {
      const last = lastPicture(join(dirname(m.path), m.segments[0].file));
      assert.ok(last > 0, m.path);
      lost.push(Math.round(at - m.started_us / 1000 - m.segments[0].start_ms - last * 1000));
    }
    const next = await Gateway.start({ recorder }); // makes them whole
    for (let k = 0; k < 100 && manifests(folder).some((m) => m.state !== 'repaired'); k++) await wait(50);
    await next.stop();
    assert.deepEqual([...new Set(manifests(folder).map((m) => m.state))], ['repaired']);
  }
  console.log(`of ${lost.length} files this much was lost, ms: ${lost.sort((a, b) => a - b).join(' ')}`);
  assert.ok(lost.every((ms) => ms < 1500), 'a cluster, what waited for its turn, and a machine that is busy');
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.webm'));
  assert.equal(files.length, 4 * KILLS);
  for (const name of files) assert.ok(probe(join(folder, name)).duration > 0.3, name);
  rmSync(folder, { recursive: true, force: true });
});

test('stopped while unfinished recordings are being repaired', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-hurry-'));
  for (let i = 0; i < 8; i++) {
    for (let k = 0; k < 6; k++)
      writeFileSync(join(folder, `victim-${k}.json`), JSON.stringify({ format: 'cardea-recording', id: k + 1, state: 'recording', started_us: 1, segments: [], tracks: [] }));
    const gateway = await Gateway.start({ recorder: { general: { path: folder } } });
    await wait(Math.random() * 50);
    await gateway.stop(); // it complains when the process ends otherwise than well
  }
  rmSync(folder, { recursive: true, force: true });
});

test('draining waits for recordings, and completes them', async () => {
  const gateway = await Gateway.start();
  const end = await film(gateway, 2);
  for (let i = 0; i < 100 && manifests(gateway.recordings).filter((m) => m.segments.length).length < 2; i++) await wait(50);
  gateway.process.kill('SIGTERM');
  await wait(1500);
  assert.equal(gateway.process.exitCode, null);
  assert.deepEqual([...new Set(manifests(gateway.recordings).map((m) => m.state))], ['recording']);
  await end();
  assert.equal((await gateway.exited).code, 0, gateway.log.slice(-4000));
  const all = manifests(gateway.recordings);
  assert.equal(all.length, 2);
  for (const m of all) {
    assert.equal(m.state, 'finished');
    assert.ok(m.duration_ms > 1500 && m.segments[0].sha256, JSON.stringify(m));
  }
  rmSync(gateway.folder, { recursive: true, force: true });
});

test('less free disk than is to be left: no recording begins', async () => {
  const gateway = await Gateway.start({ recorder: { limits: { min_free_mib: 1 << 29 } } });
  try {
    const client = await attach(gateway);
    const answer = await client.message({ request: 'record', name: 'x' }, { type: 'offer', sdp: OFFER });
    assert.equal(answer.error_code, 499);
    assert.match(answer.error, /No room/);
    client.socket.close();
  } finally {
    await gateway.stop();
  }
});

test('a folder that is a file, and names that want out', async () => {
  const gateway = await Gateway.start();
  try {
    writeFileSync(join(gateway.recordings, 'taken'), 'not a folder');
    const client = await attach(gateway);
    const offer = { type: 'offer', sdp: OFFER };
    assert.equal((await client.message({ request: 'record', name: 'x', filename: 'taken/x' }, offer)).error_code, 499);
    const other = await attach(gateway);
    const { result } = await other.message({ request: 'record', name: 'x', filename: '../../../escaped' }, offer);
    assert.equal(result.status, 'recording');
    for (let i = 0; i < 50 && !manifests(gateway.recordings).length; i++) await wait(100);
    assert.deepEqual(manifests(gateway.recordings).map((m) => m.name), ['escaped']);
    const third = await attach(gateway);
    assert.equal((await third.message({ request: 'record', name: 'x', filename: '/etc/cardea-was-here' }, offer)).error_code, 414);
    for (const c of [client, other, third]) c.socket.close();
  } finally {
    await gateway.stop();
  }
});

test('two hundred recordings in one second, and a gateway that stops meanwhile', async () => {
  const gateway = await Gateway.start({ general: { max_sessions: 1000 } });
  const clients = await Promise.all(Array.from({ length: 200 }, () => attach(gateway)));
  const begun = Date.now();
  const answers = await Promise.all(clients.map((c, i) => c.message({ request: 'record', name: `take ${i}` }, { type: 'offer', sdp: OFFER })));
  assert.ok(answers.every((a) => a.result?.status === 'recording'), JSON.stringify(answers.find((a) => a.error)));
  assert.ok(Date.now() - begun < 20000);
  assert.equal(new Set(answers.map((a) => a.result.id)).size, 200);
  for (let i = 0; i < 100 && manifests(gateway.recordings).length < 200; i++) await wait(100);
  assert.equal(manifests(gateway.recordings).length, 200);
  const folder = gateway.recordings;
  for (const c of clients) c.socket.ws.on('error', () => {});
  gateway.process.kill('SIGTERM');
  await wait(200);
  gateway.process.kill('SIGTERM'); /* now, not when everybody has gone */
  assert.equal((await gateway.exited).code, 0, gateway.log.slice(-4000));
  const states = manifests(folder).map((m) => m.state);
  assert.deepEqual([...new Set(states)], ['finished']);
  rmSync(gateway.folder, { recursive: true, force: true });
});
