// SPDX-License-Identifier: Apache-2.0
/** ffmpeg as a sender and as a receiver of plain RTP, and UDP ports for it. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An even UDP port that is free, and the next one too (RTP and RTCP). */
export async function freePair(host = '127.0.0.1') {
  for (let tries = 0; tries < 100; tries++) {
    const port = 12000 + 2 * Math.floor(Math.random() * 3500);
    const sockets = [];
    try {
      for (const p of [port, port + 1])
        sockets.push(await new Promise((done, fail) => {
          const s = createSocket('udp4');
          s.on('error', fail);
          s.bind(p, host, () => done(s));
        }));
      return port;
    } catch {
      /* try another one */
    } finally {
      for (const s of sockets) s.close();
    }
  }
  throw new Error('no free UDP ports');
}

/** A running ffmpeg; end() waits for it and returns what it printed. */
export class Ffmpeg {
  text = '';

  constructor(args, netns) {
    const command = ['ffmpeg', '-hide_banner', '-nostdin', ...args];
    if (netns) command.unshift('ip', 'netns', 'exec', netns);
    this.process = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const s of [this.process.stdout, this.process.stderr]) s.on('data', (d) => (this.text += d));
    this.over = new Promise((done) => this.process.on('exit', done));
  }

  async end() {
    this.process.kill('SIGINT');
    const killer = setTimeout(() => this.process.kill('SIGKILL'), 5000);
    await this.over;
    clearTimeout(killer);
    return this.text;
  }
}

/**
 * Receives what an SDP describes and decodes it; `frames()` is how many pictures, `audio()` how many samples came out.
 * @param {string} media the m-lines with their attributes
 */
export function receiver(media, more = []) {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-ffmpeg-'));
  const sdp = join(folder, 'in.sdp');
  writeFileSync(sdp, `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=forward\nc=IN IP4 127.0.0.1\nt=0 0\n${media}`);
  const f = new Ffmpeg(['-protocol_whitelist', 'file,udp,rtp,srtp,crypto,data', '-reorder_queue_size', '64', '-analyzeduration', '1000000', '-i', sdp,
    ...more, '-f', 'null', '-progress', 'pipe:1', '-']);
  f.frames = () => Number([...f.text.matchAll(/^frame=\s*(\d+)/gm)].pop()?.[1] ?? 0);
  f.seconds = () => Number([...f.text.matchAll(/^out_time_us=(\d+)/gm)].pop()?.[1] ?? 0) / 1e6;
  const end = f.end.bind(f);
  f.end = async () => {
    const text = await end();
    rmSync(folder, { recursive: true, force: true });
    return text;
  };
  return f;
}

/** Polls until fn() is true. */
export async function eventually(what, fn, ms = 20000) {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    if (await fn()) return;
    await new Promise((wake) => setTimeout(wake, 200));
  }
  throw new Error(`waited in vain for: ${typeof what === 'function' ? what() : what}`);
}
