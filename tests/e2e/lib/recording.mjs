// SPDX-License-Identifier: Apache-2.0
/** Recording from a browser, and looking at the files with ffprobe and ffmpeg. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD } from './gateway.mjs';
import { wait } from './wait.mjs';

export const manifests = (folder) => readdirSync(folder, { recursive: true })
  .filter((name) => name.endsWith('.json') && !name.endsWith('session.json'))
  .map((name) => JSON.parse(readFileSync(join(folder, name))));

/** The manifest of a recording once its files are complete. */
export async function finished(folder, id) {
  for (let i = 0; i < 100; i++) {
    const found = existsSync(folder) && manifests(folder).find((m) => m.id === id && m.state !== 'recording');
    if (found && found.segments.every((s) => s.sha256)) return found;
    await wait(100);
  }
  throw new Error(`recording ${id} does not become finished: ${JSON.stringify(manifests(folder))}`);
}

/** Streams and duration as ffprobe says them; it must have nothing to complain about. */
export function probe(file) {
  const { stdout, stderr, status } = spawnSync('ffprobe', ['-v', 'error', '-show_error', '-show_streams', '-show_format', '-of', 'json', file],
    { encoding: 'utf8' });
  if (status || stderr) throw new Error(`ffprobe ${file}: ${stderr}`);
  const { streams, format } = JSON.parse(stdout);
  return { streams, format, duration: Number(format.duration), video: streams.find((s) => s.codec_type === 'video'),
    audio: streams.find((s) => s.codec_type === 'audio') };
}

/** Decodes all of it, pictures at their own times; returns how many there were. Complaints are errors. */
export function decode(file) {
  const { stderr, status } = spawnSync('ffmpeg', ['-v', 'error', '-i', file, '-fps_mode', 'passthrough', '-enc_time_base', '-1', '-f', 'null', '-'], { encoding: 'utf8' });
  if (status || stderr) throw new Error(`ffmpeg ${file}: ${stderr}`);
  const counted = execFileSync('ffprobe', ['-v', 'error', '-count_frames', '-select_streams', 'v:0', '-show_entries',
    'stream=nb_read_frames', '-of', 'csv=p=0', file], { encoding: 'utf8' });
  return Number.parseInt(counted, 10) || 0;
}

/** cardea-rec with these arguments; what it said. It must be content. */
export function tool(...args) {
  const { stdout, stderr, status } = spawnSync(join(BUILD, 'cardea-rec'), args, { encoding: 'utf8' });
  if (status) throw new Error(`cardea-rec ${args.join(' ')}: ${status} ${stderr}`);
  return stdout;
}

/** Times of the packets of a stream ("v:0", "a:0"), in seconds. */
export const times = (file, stream) => execFileSync('ffprobe', ['-v', 'error', '-select_streams', stream, '-show_entries',
  'packet=pts_time', '-of', 'csv=p=0', file], { encoding: 'utf8' }).trim().split('\n').map(Number.parseFloat);

/** How bright the pictures are, in order: seconds and mean luma. */
export const brightness = (file) => execFileSync('ffprobe', ['-v', 'error', '-f', 'lavfi', '-i', `movie=${file},signalstats`, '-show_entries',
  'frame=pts_time:frame_tags=lavfi.signalstats.YAVG', '-of', 'csv=p=0'], { encoding: 'utf8' })
  .trim().split('\n').map((line) => line.split(',').map(Number.parseFloat)).map(([at, luma]) => ({ at, luma }));

/** For every beep: how far behind its flash it begins, in seconds; sound is looked at in packets of 20 ms. */
export function flashesAndBeeps(file) {
  const bright = brightness(file).map(({ at, luma }) => ({ at, on: luma > 120 }));
  const flashes = bright.filter((frame, i) => i && frame.on && !bright[i - 1].on).map((frame) => frame.at);
  const loud = execFileSync('ffprobe', ['-v', 'error', '-f', 'lavfi', '-i', `amovie=${file},astats=metadata=1:reset=1`, '-show_entries',
    'frame=pts_time:frame_tags=lavfi.astats.Overall.RMS_level', '-of', 'csv=p=0'], { encoding: 'utf8' })
    .trim().split('\n').map((line) => line.split(',').map(Number.parseFloat)).map(([at, level]) => ({ at, on: level > -30 }));
  const beeps = loud.filter((frame, i) => i && frame.on && !loud[i - 1].on).map((frame) => frame.at);
  return beeps.map((at) => flashes.map((f) => at - f).sort((a, b) => Math.abs(a) - Math.abs(b))[0]).filter((s) => Math.abs(s) < 0.5);
}

/** In the page: begins to record; the handle and its session stay in window.rec. Resolves to what `record` answered. */
export async function recordInPage(page, server, body, media = {}) {
  return page.evaluate(async ([url, request, options]) => {
    const { Session } = await import('/cardea.js');
    const stream = await navigator.mediaDevices.getUserMedia({ video: options.video ?? true, audio: options.audio ?? true });
    const session = await Session.open([url]);
    const handle = await session.attach('janus.plugin.recordplay');
    const events = [];
    handle.on('event', ({ data }) => events.push(data));
    const reply = await handle.negotiate({ request: 'record', name: 'a test', ...request },
      { tracks: stream.getTracks(), direction: 'sendonly', data: options.data ?? false, simulcast: options.simulcast ?? false });
    window.rec = { session, handle, events, stream };
    return reply.data?.result ?? reply.result ?? reply;
  }, [server, body, media]);
}

/** Until the browser has sent that many pictures: on a busy machine they come late. */
export const sentPictures = (page, n) => page.evaluate(async (wanted) => {
  for (let i = 0; i < 300; i++) {
    const stats = [...(await window.rec.handle.pc.getStats()).values()];
    if (stats.some((s) => s.type === 'outbound-rtp' && s.kind === 'video' && s.framesSent >= wanted)) return;
    await new Promise((wake) => setTimeout(wake, 200));
  }
  throw new Error(`the browser has not sent ${wanted} pictures in a minute`);
}, n);

export const stopInPage = (page) => page.evaluate(async () => {
  await window.rec.handle.message({ request: 'stop' });
  for (let i = 0; i < 100 && !window.rec.events.some((e) => e.result?.status === 'done'); i++)
    await new Promise((wake) => setTimeout(wake, 50));
  window.rec.stream.getTracks().forEach((t) => t.stop());
  await window.rec.session.close();
  return window.rec.events;
});
