// SPDX-License-Identifier: Apache-2.0
/** Recording when things go wrong: the process is killed, the disk is full, the folder cannot be written, all at once. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBrowser, openPage } from './lib/browser.mjs';
import { Socket } from './lib/client.mjs';
import { Gateway, SOURCE } from './lib/gateway.mjs';
import { decode, finished, manifests, probe, recordInPage } from './lib/recording.mjs';

const wait = (ms) => new Promise((wake) => setTimeout(wake, ms));
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
    const frames = Number.parseInt(execFileSync('ffprobe', ['-v', 'quiet', '-count_frames', '-select_streams', 'v:0', '-show_entries',
      'stream=nb_read_frames', '-of', 'csv=p=0', join(folder, file)], { encoding: 'utf8' }), 10);
    assert.ok(frames > 10, `${frames} pictures`);
    assert.match(gateway.log, new RegExp(`recording ${id} ends: disk full`));
  } finally {
    await gateway.stop();
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  }
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
