// SPDX-License-Identifier: Apache-2.0
/** Headless Firefox driven by WebDriver BiDi, without a driver program. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import WebSocket from 'ws';
import { within } from './wait.mjs';

const PREFS = {
  'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false, 'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0, 'media.getusermedia.insecure.enabled': true, 'media.devices.insecure.enabled': true,
  'app.update.enabled': false, 'app.update.auto': false, 'app.normandy.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false, 'toolkit.telemetry.enabled': false,
  'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false,
  'browser.safebrowsing.downloads.enabled': false, 'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false, 'services.settings.server': 'http://127.0.0.1:9/',
  'extensions.getAddons.cache.enabled': false, 'extensions.update.enabled': false, 'media.gmp-manager.updateEnabled': false,
  'media.gmp-manager.url': 'http://127.0.0.1:9/', 'dom.security.https_only_mode': false, 'network.trr.mode': 5,
  'browser.shell.checkDefaultBrowser': false, 'remote.active-protocols': 1, 'geo.enabled': false,
  'browser.region.network.url': '', 'browser.region.update.enabled': false,
};

/** A WebSocket to 127.0.0.1 inside a namespace: bytes go through a helper process that lives there. */
function connectIn(netns, url) {
  const port = new URL(url).port;
  const helper = spawn('ip', ['netns', 'exec', netns, process.execPath, '-e',
    `const s=require('net').connect(${port},'127.0.0.1');process.stdin.pipe(s);s.pipe(process.stdout)`],
    { stdio: ['pipe', 'pipe', 'inherit'] });
  return { helper, ws: new WebSocket(url, { createConnection: () => duplex(helper) }) };
}

function duplex(child) {
  const d = new Duplex({
    read() {},
    write(chunk, encoding, done) { child.stdin.write(chunk, encoding, done); },
    final(done) { child.stdin.end(done); },
  });
  child.stdout.on('data', (chunk) => d.push(chunk));
  child.stdout.on('end', () => d.push(null));
  d.setTimeout = d.setNoDelay = d.setKeepAlive = d.ref = d.unref = () => d;
  process.nextTick(() => d.emit('connect'));
  return d;
}

/** @param {string} [netns] network namespace to live in */
export async function openFirefox(netns = undefined) {
  const profile = mkdtempSync(join(tmpdir(), 'cardea-fox-'));
  writeFileSync(join(profile, 'user.js'),
    Object.entries(PREFS).map(([k, v]) => `user_pref(${JSON.stringify(k)}, ${JSON.stringify(v)});`).join('\n'));
  const command = ['firefox-esr', '--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0', 'about:blank'];
  if (netns) command.unshift('ip', 'netns', 'exec', netns);
  const child = spawn(command[0], command.slice(1),
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: profile, MOZ_DISABLE_CONTENT_SANDBOX: '1' } });
  const url = await new Promise((done, fail) => {
    let said = '';
    const read = (text) => {
      said += text;
      const found = said.match(/ws:\/\/\S+/);
      if (found) done(found[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    setTimeout(() => fail(new Error(`Firefox did not start: ${said}`)), 60000).unref();
  });
  const { ws, helper } = netns ? connectIn(netns, `${url}/session`) : { ws: new WebSocket(`${url}/session`) };
  await within('a connection to Firefox', new Promise((done, fail) => { ws.on('open', done); ws.on('error', fail); }));
  const waiting = new Map();
  let n = 0;
  ws.on('message', (text) => {
    const m = JSON.parse(text);
    const w = waiting.get(m.id);
    if (!w) return;
    waiting.delete(m.id);
    if (m.type === 'error') w.fail(new Error(`${m.error}: ${m.message}`));
    else w.done(m.result);
  });
  const call = (method, params = {}) => within(`Firefox to do ${method}`, new Promise((done, fail) => {
    waiting.set(++n, { done, fail });
    ws.send(JSON.stringify({ id: n, method, params }));
  }), 90000);
  await call('session.new', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
  const context = (await call('browsingContext.getTree')).contexts[0].context;
  return {
    goto: (address) => call('browsingContext.navigate', { context, url: address, wait: 'complete' }),
    async eval(fn, ...args) {
      const r = await call('script.evaluate', { awaitPromise: true, userActivation: true, target: { context },
        expression: `(async()=>JSON.stringify(await (${fn})(...${JSON.stringify(args)})))()` });
      if (r.type === 'exception') throw new Error(r.exceptionDetails.text);
      return JSON.parse(r.result.value);
    },
    async close() {
      const gone = new Promise((done) => child.on('exit', done));
      await Promise.race([call('browser.close').catch(() => {}), new Promise((w) => setTimeout(w, 3000))]);
      await Promise.race([gone, new Promise((w) => setTimeout(w, 5000))]);
      child.kill('SIGKILL');
      helper?.kill();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
