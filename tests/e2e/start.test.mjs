// SPDX-License-Identifier: Apache-2.0
/** The process as operators start it: in the background, with a file that names it; and why it refuses to start. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BUILD, Gateway } from './lib/gateway.mjs';
import { eventually } from './lib/ffmpeg.mjs';

let g; // not running: only its folder and ports are used
before(async () => {
  g = await Gateway.start();
  g.process.kill('SIGTERM');
  await g.exited;
});
after(() => rmSync(g.folder, { recursive: true, force: true }));

const run = (...args) => {
  const { status, stdout, stderr } = spawnSync(join(BUILD, 'cardea'), ['-F', g.folder, ...args], { encoding: 'utf8', timeout: 60000 });
  return { status, text: stdout + stderr };
};

test('in the background: who started it is let go when it serves', async () => {
  const file = join(g.folder, 'cardea.pid');
  const started = run('-b', '-p', file);
  assert.equal(started.status, 0, started.text);
  assert.ok(await g.ready());
  const pid = Number(readFileSync(file, 'utf8'));
  assert.match(readFileSync(`/proc/${pid}/cmdline`, 'utf8'), /cardea/);
  const second = run('-p', file, '--set=general.admin_secret=x');
  assert.equal(second.status, 1);
  assert.match(second.text, /pid_file: .* is that of another gateway/);
  process.kill(pid, 'SIGTERM');
  await eventually('the end of it', () => !existsSync(file) && !existsSync(`/proc/${pid}`));
});

test('in the background: what stops the start is still said', () => {
  const failed = run('-b', '--set=transports.disable=http.so, websocket.so');
  assert.equal(failed.status, 1);
  assert.match(failed.text, /no transport offers the API/);
});

test('tokens that nobody could add', () => {
  const closed = join(g.folder, 'closed');
  mkdirSync(closed);
  copyFileSync(join(g.folder, 'cardea.jcfg'), join(closed, 'cardea.jcfg'));
  const failed = run('-F', closed, '-A');
  assert.equal(failed.status, 1);
  assert.match(failed.text, /token_auth needs the Admin API/);
});

test('a mistake in the configuration: file, line and what to do', () => {
  const file = join(g.folder, 'bad.jcfg');
  writeFileSync(file, 'general: {\n  session_timeout = "soon"\n}\n');
  const failed = run('-C', file);
  assert.notEqual(failed.status, 0);
  assert.match(failed.text, /bad\.jcfg:2: .*session_timeout/);
});
