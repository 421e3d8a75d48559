// SPDX-License-Identifier: Apache-2.0
/** What the process gives up when it has started, as the kernel tells it; and that it works on without. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Gateway } from './lib/gateway.mjs';

/** A line of /proc/PID/status, of the process and of all its threads: a set of what they say. */
function status(gateway, name) {
  const tasks = `/proc/${gateway.process.pid}/task`;
  return [...new Set(readdirSync(tasks).map((task) =>
    readFileSync(join(tasks, task, 'status'), 'utf8').match(new RegExp(`^${name}:\\s*(.*)$`, 'm'))[1]))];
}

test('on by default, for every thread; the log says what it is', async () => {
  const gateway = await Gateway.start();
  try {
    if (/not filtered/.test(gateway.log)) return; // built without libseccomp
    assert.deepEqual(status(gateway, 'Seccomp'), ['2']);
    assert.deepEqual(status(gateway, 'NoNewPrivs'), ['1']);
    assert.match(gateway.log, /sandbox: /);
  } finally {
    await gateway.stop();
  }
});

test('what nobody named is not read, even by a link in a folder that is served; named, it is', async () => {
  const [pages, elsewhere] = [mkdtempSync(join(tmpdir(), 'pages-')), mkdtempSync(join(tmpdir(), 'elsewhere-'))];
  const look = async (general) => {
    const gateway = await Gateway.start({ general: { html_folder: pages, ...general } });
    let page;
    try {
      assert.equal(await (await fetch(`${gateway.pages}/own.txt`)).text(), 'own');
      const reply = await fetch(`${gateway.pages}/link.txt`);
      page = reply.status === 200 && (await reply.text());
    } finally {
      await gateway.stop();
    }
    return { page, log: gateway.log }; // all of it is there now
  };
  writeFileSync(join(pages, 'own.txt'), 'own');
  writeFileSync(join(elsewhere, 'secret.txt'), 'secret');
  symlinkSync(join(elsewhere, 'secret.txt'), join(pages, 'link.txt'));
  try {
    const refused = await look({});
    if (/no Landlock/.test(refused.log)) return;
    assert.equal(refused.page, false);
    assert.match(refused.log, /link\.txt may not be read: .*general\.readable_folders/);
    assert.equal((await look({ readable_folders: elsewhere })).page, 'secret');
    assert.equal((await look({ sandbox: false })).page, 'secret');
  } finally {
    rmSync(pages, { recursive: true });
    rmSync(elsewhere, { recursive: true });
  }
});

test('off with one switch', async () => {
  const gateway = await Gateway.start({ general: { sandbox: false } });
  try {
    assert.deepEqual(status(gateway, 'Seccomp'), ['0']);
    assert.doesNotMatch(gateway.log, /sandbox: /);
  } finally {
    await gateway.stop();
  }
});

test('started as root it becomes whom it is told to', { skip: process.getuid() !== 0 && 'not root' }, async () => {
  const gateway = await Gateway.start({ general: { user: 'nobody' } });
  try {
    assert.match(status(gateway, 'Uid').join(), /^65534\t65534\t65534\t65534$/);
    assert.match(status(gateway, 'CapEff').join(), /^0+$/);
    chmodSync(gateway.folder, 0o755);
    const reply = await fetch(gateway.http, { method: 'POST', body: JSON.stringify({ janus: 'create', transaction: 't' }) });
    assert.equal((await reply.json()).janus, 'success');
  } finally {
    await gateway.stop();
  }
});
