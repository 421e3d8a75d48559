// SPDX-License-Identifier: Apache-2.0
/**
 * Debian's simple-whip-client. It is linked to libsoup 2, while libnice brings a UPnP library that wants libsoup 3, and
 * the two refuse to live in one process: an empty UPnP library is put in front.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const UPNP = 'libgupnp-igd-1.0.so.4';
const NOTHING = ['thread_new', 'add_port', 'remove_port', 'remove_port_local', 'get_type']
  .map((name) => `void *gupnp_simple_igd_${name}(void) { return 0; }`).join('\n');

export const hasWhipClient = spawnSync('whip-client', ['--help']).status === 0;

/** Publishes a test picture and a ticking sound until end() is called. */
export class WhipClient {
  said = '';

  /** @param {string} url @param {string} [token] */
  constructor(url, token = undefined) {
    this.folder = mkdtempSync(join(tmpdir(), 'cardea-whip-'));
    writeFileSync(join(this.folder, 'upnp.c'), NOTHING);
    spawnSync('cc', ['-shared', '-fPIC', `-Wl,-soname,${UPNP}`, '-o', join(this.folder, UPNP), join(this.folder, 'upnp.c')]);
    const args = ['-u', url, '-o',
      '-A', 'audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay pt=100 '
        + '! application/x-rtp,media=audio,encoding-name=OPUS,payload=100',
      '-V', 'videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=15/1 '
        + '! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=30 ! rtpvp8pay pt=96 '
        + '! application/x-rtp,media=video,encoding-name=VP8,payload=96'];
    if (token) args.push('-t', token);
    this.process = spawn('whip-client', args, { stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LD_LIBRARY_PATH: this.folder, HOME: this.folder } });
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', (text) => (this.said += text));
    this.gone = new Promise((done) => this.process.on('exit', done));
  }

  /** As a person would: it says goodbye to the server. */
  async end() {
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 5000);
    this.process.kill('SIGINT');
    await this.gone;
    clearTimeout(timer);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
