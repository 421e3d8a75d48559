// SPDX-License-Identifier: Apache-2.0
/** Starts a real gateway on free ports with a configuration folder of its own, and ends it by its pid. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, mkdirSync, writeFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { within } from './wait.mjs';

export const SOURCE = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
export const BUILD = resolve(process.env.CARDEA_BUILD ?? join(SOURCE, 'build'));

/** Gateways that run: a test that fails in the middle leaves none behind. */
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A TCP port that was free a moment ago. */
export const freeTcp = () => new Promise((done, fail) => {
  const server = createServer();
  server.on('error', fail);
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

/** A UDP and TCP port p such that p … p+n-1 are free for both. */
async function freeRange(n) {
  for (let tries = 0; tries < 50; tries++) {
    const base = 20000 + Math.floor(Math.random() * 20000);
    const taken = [];
    try {
      for (let i = 0; i < n; i++) {
        taken.push(await new Promise((done, fail) => {
          const s = createSocket('udp4');
          s.on('error', fail);
          s.bind(base + i, () => done(s));
        }));
      }
      return base;
    } catch {
      /* try another range */
    } finally {
      for (const s of taken) s.close();
    }
  }
  throw new Error('no free UDP ports');
}

/** JS values as libconfig text. */
function libconfig(groups) {
  const value = (v) => (typeof v === 'string' ? JSON.stringify(v) : String(v));
  return Object.entries(groups)
    .map(([name, items]) => `${name}: {\n${Object.entries(items).map(([k, v]) => `  ${k} = ${value(v)}\n`).join('')}}\n`)
    .join('');
}

export class Gateway {
  log = '';

  /**
   * @param {{general?: object, media?: object, nat?: object, workers?: number, http?: object, websockets?: object,
   *          rooms?: object, videoroom?: object, recorder?: object, events?: object, netns?: string, env?: object,
   *          host?: string}} [options]
   */
  static async start(options = {}) {
    const g = new Gateway();
    const workers = options.workers ?? 1;
    g.folder = mkdtempSync(join(tmpdir(), 'cardea-e2e-'));
    g.host = options.host ?? '127.0.0.1';
    [g.httpPort, g.wsPort, g.adminPort] = [await freeTcp(), await freeTcp(), await freeTcp()];
    if (options.ports) [g.httpPort, g.wsPort] = [options.ports.http, options.ports.ws];
    g.mediaPort = await freeRange(workers);
    mkdirSync(join(g.folder, 'state'));
    const write = (name, groups) => writeFileSync(join(g.folder, name), libconfig(groups));
    write('cardea.jcfg', {
      general: {
        plugins_folder: join(BUILD, 'plugins'), transports_folder: join(BUILD, 'transports'),
        html_folder: join(SOURCE, 'html'), state_folder: join(g.folder, 'state'), workers, debug_colors: false,
        admin_secret: 'e2e-admin', drain_grace: 0, writable_folders: (g.captures = join(g.folder, 'captures')), ...options.general,
      },
      media: { media_port: g.mediaPort, ...options.media },
      nat: { ...options.nat },
      events: { ...options.events },
      limits: { ...options.limits },
      tracing: { ...options.tracing },
    });
    write('cardea.transport.http.jcfg', {
      general: { http: true, port: g.httpPort, ...options.httpGeneral },
      admin: { admin_http: true, admin_port: g.adminPort },
      ...options.http,
    });
    write('cardea.transport.websockets.jcfg', { general: { ws: true, ws_port: g.wsPort, ...options.wsGeneral }, ...options.websockets });
    if (options.loadreport) write('cardea.plugin.loadreport.jcfg', options.loadreport);
    write('cardea.plugin.videoroom.jcfg', {
      'room-1234': { description: 'Demo Room', publishers: 6, bitrate: 2000000, fir_freq: 10, videocodec: 'vp8,vp9,h264,av1' },
      ...options.rooms, ...options.videoroom,
    });
    g.recordings = join(g.folder, 'recordings');
    write('cardea.plugin.recorder.jcfg', {
      ...options.recorder,
      general: { path: g.recordings, ...options.recorder?.general },
      limits: { min_free_mib: 0, ...options.recorder?.limits },
    });
    for (const [name, groups] of Object.entries(options.files ?? {})) write(name, groups);
    g.options = options;
    await g.#run(options);
    return g;
  }

  async #run({ netns, env, nofile, args }, ...more) {
    const command = [join(BUILD, 'cardea'), '-F', this.folder, ...(args ?? []), ...more];
    if (nofile) command.unshift('prlimit', `--nofile=${nofile}`);
    if (netns) command.unshift('ip', 'netns', 'exec', netns);
    this.process = spawn(command[0], command.slice(1), { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const child = this.process;
    running.add(child);
    this.exited = new Promise((done) => child.on('exit', (code, signal) => {
      running.delete(child);
      done({ code, signal });
    }));
    for (const stream of [this.process.stdout, this.process.stderr])
      stream.on('data', (text) => (this.log = (this.log + text).slice(-200_000)));
    let over = false;
    this.exited.then(() => (over = true));
    const end = Date.now() + 30000;
    while (Date.now() < end) {
      if (over) throw new Error(`the gateway ended at once:\n${this.log}`);
      const takesOver = more.includes('--takeover'); // until it serves the old process would answer
      if (takesOver ? /serving at/.test(this.log) : netns ? /listening|started|serving/i.test(this.log) : await this.ready()) return;
      await new Promise((wake) => setTimeout(wake, 100));
    }
    this.process.kill('SIGKILL');
    throw new Error(`the gateway did not come up in 30 s:\n${this.log}`);
  }

  /**
   * Not for ever: who connects to a free port of his own host may be given that very port, and then talks to himself,
   * while the gateway finds it in use.
   */
  async ready() {
    const reply = await fetch(`${this.http}/info`, { signal: AbortSignal.timeout(2000) }).catch(() => null);
    return Boolean(reply?.ok);
  }

  get http() { return `http://${this.host}:${this.httpPort}/janus`; }
  get pages() { return `http://${this.host}:${this.httpPort}`; }
  get ws() { return `ws://${this.host}:${this.wsPort}`; }
  get admin() { return `http://${this.host}:${this.adminPort}/admin`; }

  /** The same folder and ports again after this signal: what a crash leaves is what the next start finds. */
  async restart(signal = 'SIGTERM') {
    this.process.kill(signal);
    await within(`the gateway to end after ${signal}\n${this.log.slice(-3000)}`, this.exited);
    await this.#run(this.options);
  }

  /** Another process with the same folder and ports, that takes over from this one; this one drains. */
  async takeOver(...more) {
    const g = Object.assign(new Gateway(), { folder: this.folder, host: this.host, httpPort: this.httpPort, wsPort: this.wsPort,
      adminPort: this.adminPort, mediaPort: this.mediaPort, recordings: this.recordings, options: this.options });
    await g.#run(this.options, '--takeover', ...more);
    return g;
  }

  /** Ends the process and says how it ended; a crash or a sanitizer report fails the test. */
  async stop() {
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGTERM'), 3000);
    const killer = setTimeout(() => this.process.kill('SIGKILL'), 15000);
    const end = await within('the gateway to end after SIGKILL', this.exited, 40000);
    clearTimeout(timer);
    clearTimeout(killer);
    if (end.code !== 0 || /ERROR: (Address|Leak|Thread)Sanitizer|runtime error:/.test(this.log))
      throw new Error(`the gateway ended with ${JSON.stringify(end)}:\n${this.log.slice(-12000)}`);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
