// SPDX-License-Identifier: Apache-2.0
/** What is left of a crash, and who is told of it and of errors. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { post } from './lib/client.mjs';
import { Gateway } from './lib/gateway.mjs';

/** As much of a Sentry server as there must be: takes envelopes and says so. */
async function startServer() {
  const envelopes = [];
  const waiting = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (d) => (body += d)).on('end', () => {
      const [head, item, event] = body.split('\n').map((l) => (l ? JSON.parse(l) : null));
      envelopes.push({ url: request.url, headers: request.headers, head, item, event, body });
      response.end('{}');
      for (const wake of waiting.splice(0)) wake();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    envelopes,
    dsn: `http://abcdef0123456789@127.0.0.1:${server.address().port}/7`,
    async next(want) {
      for (const end = Date.now() + 10000; Date.now() < end;) {
        const i = envelopes.findIndex(want);
        if (i >= 0) return envelopes.splice(i, 1)[0];
        await Promise.race([new Promise((wake) => waiting.push(wake)), new Promise((wake) => setTimeout(wake, 500))]);
      }
      throw new Error(`no such envelope; there are ${JSON.stringify(envelopes)}`);
    },
    stop: () => { server.close(); server.closeAllConnections(); },
  };
}

/** What is in the folder and on standard error. */
function checkReport(g, crashes, end) {
  assert.deepEqual(end, { code: null, signal: 'SIGSEGV' }, 'whoever watches the process sees what it was');
  const [name] = readdirSync(crashes);
  const report = readFileSync(join(crashes, name), 'utf8');
  for (const text of [report, g.log]) {
    assert.match(text, /^Cardea \S+ crashed: SIGSEGV sent by process \d+ in thread cardea, process \d+, time \d+$/m);
    assert.match(text, /^ #\d+ 0x[0-9a-f]+ gw_loop_run\+0x[0-9a-f]+$/m, 'functions have names');
    assert.match(text, /^ #\d+ 0x[0-9a-f]+ main\+0x[0-9a-f]+$/m);
    assert.match(text, /^\d\d:\d\d:\d\d\.\d{3} 4 host serving at /m, 'the last lines of the log');
    assert.match(text, /^end of the report$/m);
  }
}

/** What the next process says, and sends. */
async function checkTold(g, server) {
  assert.match(g.log, /a former process of this gateway crashed, .*crash-\d+-\d+\.seen has it: Cardea \S+ crashed: SIGSEGV/);
  const { url, headers, event, head, body } = await server.next((e) => e.event.level === 'fatal');
  assert.equal(url, '/api/7/envelope/');
  assert.equal(headers['content-type'], 'application/x-sentry-envelope');
  assert.match(headers['x-sentry-auth'], /^Sentry sentry_version=7, sentry_client=cardea\/\S+, sentry_key=abcdef0123456789$/);
  assert.match(head.event_id, /^[0-9a-f]{32}$/);
  assert.equal(event.event_id, head.event_id);
  assert.deepEqual([event.environment, event.server_name, event.platform], ['tests', 'gw1', 'native']);
  assert.ok(event.exception.values[0].stacktrace.frames.some((f) => f.function === 'gw_loop_run'));
  assert.ok(event.breadcrumbs.values.some((b) => /serving at/.test(b.message)));
  assert.doesNotMatch(body, /\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/, 'no addresses');
}

test('a crash leaves a report, and the next process tells of it', async () => {
  const server = await startServer();
  const g = await Gateway.start({ general: { log_redact_addresses: true } });
  const crashes = join(g.folder, 'state', 'crashes');
  try {
    g.process.kill('SIGSEGV');
    const end = await g.exited;
    const ours = !/Sanitizer/.test(g.log); // a sanitizer reports crashes itself
    if (ours) checkReport(g, crashes, end);
    g.log = '';
    g.options = { ...g.options, args: ['--set', `sentry.dsn=${server.dsn}`, '--set', 'sentry.environment=tests', '--set', 'sentry.server_name=gw1'] };
    await g.restart();
    if (ours) await checkTold(g, server);

    // Errors are told, scrubbed, once a minute for each cause.
    const line = (text) => post(g.admin, { janus: 'custom_logline', transaction: 't', admin_secret: 'e2e-admin', level: 2, line: text });
    await line('peer 192.0.2.99 with token=hunter2 failed');
    const told = await server.next((e) => e.event.level === 'error');
    assert.match(told.event.message, /^(.*: )?peer x+ with token=x+ failed$/);
    await line('peer 192.0.2.98 failed as well');
    await new Promise((wake) => setTimeout(wake, 1000));
    assert.deepEqual(server.envelopes, []);
    const metrics = await (await fetch(`${g.pages}/metrics`)).text();
    assert.match(metrics, ours ? /^cardea_problems_sent_total 2$/m : /^cardea_problems_sent_total 1$/m);
    assert.match(metrics, /^cardea_problems_dropped_total 1$/m);
    if (ours) assert.deepEqual(readdirSync(crashes).filter((f) => !f.endsWith('.seen')), [], 'told once');
  } finally {
    await g.stop();
    server.stop();
  }
});
