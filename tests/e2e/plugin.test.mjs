// SPDX-License-Identifier: Apache-2.0
/** Out-of-tree plugins: those of docs/plugins.md, built with pkg-config against an installed prefix, dropped in. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MediaStreamTrack, RtpHeader, RtpPacket } from 'werift';
import { BUILD, Gateway, SOURCE } from './lib/gateway.mjs';
import { Socket } from './lib/client.mjs';
import { connect, weriftPeer } from './lib/werift.mjs';

test('install, build a plugin outside the tree, drop it in, use it', { timeout: 240000 }, async () => {
  const prefix = mkdtempSync(join(tmpdir(), 'cardea-prefix-'));
  const run = (command, ...args) => execFileSync(command, args, { encoding: 'utf8', env: {
    ...process.env, PKG_CONFIG_PATH: join(prefix, 'lib/pkgconfig') } }).trim();
  let gateway;
  try {
    run('make', '-C', BUILD, '-s', 'install', `prefix=${prefix}`);
    for (const path of ['bin/cardea', 'lib/cardea/plugins/echotest.so', 'lib/cardea/plugins/videoroom.so',
      'lib/cardea/transports/http.so', 'lib/cardea/transports/websocket.so', 'include/cardea/plugin.h',
      'include/cardea/transport.h', 'share/cardea/html/index.html', 'lib/pkgconfig/cardea.pc'])
      assert.ok(existsSync(join(prefix, path)), `${path} is installed`);
    assert.ok(readdirSync(join(prefix, 'etc/cardea')).some((f) => f.endsWith('.jcfg')), 'sample configuration is installed');

    const examples = [...readFileSync(join(SOURCE, 'docs/plugins.md'), 'utf8').matchAll(/```c\n([\s\S]*?)```/g)].map((m) => m[1]);
    const define = `--define-variable=prefix=${prefix}`;
    const flags = run('pkg-config', define, '--cflags', 'cardea', 'jansson').split(/\s+/);
    const folder = run('pkg-config', define, '--variable=plugindir', 'cardea');
    for (const [i, name] of ['hello', 'mirror'].entries()) {
      const source = join(prefix, `${name}.c`);
      writeFileSync(source, examples[i]);
      run('cc', '-Wall', '-Wextra', '-Wno-unused-parameter', '-Wno-missing-field-initializers', '-Werror', '-shared', '-fPIC',
        ...flags, '-o', join(folder, `${name}.so`), source);
    }

    writeFileSync(join(folder, 'broken.so'), 'this is no shared object');
    gateway = await Gateway.start({ general: { plugins_folder: folder } });
    const s = await Socket.open(gateway.ws);
    const session_id = (await s.ask({ janus: 'create' })).data.id;
    const handle_id = (await s.ask({ janus: 'attach', session_id, plugin: 'cardea.plugin.hello' })).data.id;
    const reply = await s.ask({ janus: 'message', session_id, handle_id, body: { request: 'hello' } });
    assert.equal(reply.janus, 'success');
    assert.deepEqual(reply.plugindata, { plugin: 'cardea.plugin.hello', data: { hello: 'world' } });
    const unknown = await s.ask({ janus: 'message', session_id, handle_id, body: { request: 'dance' } });
    assert.equal(unknown.plugindata.data.error_code, 413);
    assert.equal((await s.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.echotest' })).janus, 'success');
    assert.match(gateway.log, /broken\.so/);

    const mirror = (await s.ask({ janus: 'attach', session_id, plugin: 'cardea.plugin.mirror' })).data.id;
    const pc = weriftPeer();
    const track = new MediaStreamTrack({ kind: 'audio' });
    let back = 0;
    pc.addTransceiver(track, { direction: 'sendrecv' }).onTrack.subscribe((t) => t.onReceiveRtp.subscribe(() => back++));
    await connect(pc, (jsep) => s.ask({ janus: 'message', session_id, handle_id: mirror, body: { request: 'mirror' }, jsep }),
      () => s.next((m) => m.jsep, 20000));
    await s.next((m) => m.plugindata?.data.mirror === 'up', 20000);
    for (let n = 0; n < 500 && back < 5; n++, await new Promise((wake) => setTimeout(wake, 20)))
      track.writeRtp(new RtpPacket(new RtpHeader({ sequenceNumber: n, timestamp: n * 960, payloadType: 96 }), Buffer.alloc(80, n & 0xff)));
    assert.ok(back >= 5, 'what is sent comes back');
    await pc.close();
    s.close();
  } finally {
    await gateway?.stop();
    rmSync(prefix, { recursive: true, force: true });
  }
});
