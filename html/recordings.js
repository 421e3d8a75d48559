// SPDX-License-Identifier: Apache-2.0
/** Recording oneself, and looking at what was recorded: over WebRTC, or as a file. */
import { Session } from './cardea.js';
import { $, capture, element, fillDevices, showError } from './ui.js';

const asked = new URLSearchParams(location.search);
const PLUGIN = 'janus.plugin.recordplay';
let session = null;
let handle = null; // records or plays
let stream = null;
let clock = 0;

const minutes = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;
const size = (bytes) => (bytes > 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} kB`);
/** Recordings made here have keys of their own, which this browser keeps; the one that is typed in opens all of them. */
const kept = JSON.parse(localStorage.getItem('cardea-recording-keys') ?? '{}');
const typed = () => $('key').value.trim();
const keyOf = (id) => typed() || kept[id] || '';
const headers = (id) => (keyOf(id) ? { Authorization: `Bearer ${keyOf(id)}` } : {});
/** Files are fetched from where this page came from; <video> cannot send headers, so its key goes along in the link. */
const address = (id, file) => `recordings/${id}/${encodeURIComponent(file)}${keyOf(id) ? `?key=${encodeURIComponent(keyOf(id))}` : ''}`;

function keep(id, key) {
  if (key) kept[id] = key;
  else delete kept[id];
  localStorage.setItem('cardea-recording-keys', JSON.stringify(kept));
}

async function connect() {
  if (session) return session;
  session = await Session.open();
  session.on('closed', (reason) => {
    session = null;
    end(reason === 'closed' ? null : new Error(reason));
  });
  $('state').textContent = `connected by ${session.transport}`;
  return session;
}

/* --- the stage: what is being recorded or played ---------------------------------------------------------------- */

function stage(what, playing) {
  const since = Date.now();
  $('stage').classList.remove('hidden');
  $('player').classList.toggle('hidden', !playing);
  $('what').textContent = what;
  $('clock').textContent = '';
  $('messages').replaceChildren();
  clearInterval(clock);
  if (!playing) clock = setInterval(() => ($('clock').textContent = minutes(Date.now() - since)), 500);
}

function end(error = null) {
  handle = null;
  clearInterval(clock);
  stream?.getTracks().forEach((t) => t.stop());
  stream = null;
  $('video').srcObject = null;
  $('video').removeAttribute('src');
  $('video').load();
  $('stage').classList.add('hidden');
  $('screen').classList.remove('live');
  $('record').textContent = 'Record';
  $('pause').classList.add('hidden');
  showError(error);
}

async function attach() {
  const mine = await (await connect()).attach(PLUGIN);
  handle = mine;
  mine.on('hangup', () => mine === handle && end());
  mine.on('event', ({ data }) => {
    if (data.result?.status !== 'done') return;
    if (mine === handle) end();
    mine.detach().catch(() => {});
    setTimeout(list, 500);
  });
  return mine;
}

/* --- recording ---------------------------------------------------------------------------------------------------- */

async function record() {
  showError();
  try {
    if (handle) {
      await handle.message({ request: 'stop' });
      return;
    }
    stream = await capture($('camera').value, $('microphone').value);
    await Promise.all([fillDevices($('camera'), 'videoinput'), fillDevices($('microphone'), 'audioinput')]);
    const mine = await attach();
    $('video').srcObject = stream;
    $('video').muted = true;
    $('screen').classList.toggle('live', stream.getVideoTracks().length > 0);
    const { result } = await mine.negotiate({ request: 'record', name: $('name').value || 'Untitled', is_private: $('private').checked,
      ...($('videocodec').value ? { videocodec: $('videocodec').value } : {}) },
      { tracks: stream.getTracks(), direction: 'sendonly', data: true });
    keep(result.id, result.key);
    stage('Recording', false);
    $('record').textContent = 'Stop';
    $('pause').classList.remove('hidden');
  } catch (error) {
    end(error);
  }
}

const recording = () => stream !== null;

async function pause(button) {
  const on = button.getAttribute('aria-pressed') !== 'true';
  button.setAttribute('aria-pressed', String(on));
  button.textContent = on ? 'Go on' : 'Pause';
  await handle?.message({ request: on ? 'pause' : 'resume' }).catch(showError);
}

/* --- playing -------------------------------------------------------------------------------------------------------- */

async function play(item) {
  showError();
  try {
    if (handle) await handle.message({ request: 'stop' });
    const mine = await attach();
    const heard = new MediaStream();
    mine.on('track', ({ track }) => {
      heard.addTrack(track);
      if (track.kind === 'video') track.onunmute = () => $('screen').classList.add('live');
    });
    $('video').srcObject = heard;
    $('video').muted = false;
    mine.on('channel', (channel) => {
      channel.onmessage = ({ data: said }) => say(typeof said === 'string' ? said : 'a message that is no text');
    });
    const key = keyOf(item.id);
    const { data, jsep } = await mine.message({ request: 'play', id: item.id, ...(key ? { admin_key: key } : {}) });
    await mine.accept(jsep, { request: 'start' });
    stage(item.name, true);
    $('speed').value = '1';
    $('speed').onchange = () => mine.message({ request: 'speed', speed: Number($('speed').value) }).catch(showError);
    const length = data.result.duration_ms ?? item.duration_ms ?? 0;
    $('seek').disabled = !length;
    $('seek').onchange = () => mine.message({ request: 'seek', position_ms: Math.round((length * $('seek').value) / 1000) }).catch(showError);
    clock = setInterval(async () => {
      const { data: now } = await mine.message({ request: 'position' }).catch(() => ({ data: {} }));
      if (!now.result || mine !== handle) return;
      $('clock').textContent = `${minutes(now.result.position_ms)} / ${minutes(length)}`;
      if (document.activeElement !== $('seek')) $('seek').value = length ? (now.result.position_ms / length) * 1000 : 0;
    }, 500);
  } catch (error) {
    end(error);
  }
}

/** A message of the recording. */
function say(text) {
  $('messages').append(element('p', { textContent: text }));
  while ($('messages').childElementCount > 4) $('messages').firstElementChild.remove();
}

/** The file itself, in <video>. */
async function watch(item, file) {
  if (handle) await handle.message({ request: 'stop' }).catch(() => {});
  end();
  stage(item.name, false);
  clearInterval(clock);
  $('video').muted = false;
  $('video').controls = true;
  $('video').src = address(item.id, file.name);
  $('screen').classList.add('live');
}

/* --- the shelf -------------------------------------------------------------------------------------------------------- */

/** The loudest sample of each piece of the sound, drawn. */
async function waveform(canvas, url) {
  const reply = await fetch(url);
  const context = new OfflineAudioContext(1, 1, 48000);
  const sound = (await context.decodeAudioData(await reply.arrayBuffer())).getChannelData(0);
  const pen = canvas.getContext('2d');
  const step = Math.max(1, Math.floor(sound.length / canvas.width));
  pen.fillStyle = getComputedStyle(canvas).color;
  for (let x = 0; x < canvas.width; x++) {
    let top = 0;
    for (let i = x * step; i < (x + 1) * step; i += 8) top = Math.max(top, Math.abs(sound[i] ?? 0));
    const height = Math.max(1, top * canvas.height);
    pen.fillRect(x, (canvas.height - height) / 2, 1, height);
  }
}

function thumbnail(item, file) {
  if (item.video) return element('video', { className: 'thumb', preload: 'metadata', muted: true, src: `${address(item.id, file.name)}#t=0.5` });
  const canvas = element('canvas', { className: 'thumb', width: 320, height: 180 });
  if (file.bytes < 20e6) waveform(canvas, address(item.id, file.name)).catch(() => {});
  return canvas;
}

async function remove(item, card) {
  if (!confirm(`Remove “${item.name}” for good?`)) return;
  const reply = await fetch(`recordings/${item.id}`, { method: 'DELETE', headers: headers(item.id) });
  if (reply.ok) {
    keep(item.id, null);
    card.remove();
  } else showError(new Error(`It was not removed: ${await reply.text()}`));
}

async function details(item, card) {
  const reply = await fetch(`recordings/${item.id}`, { headers: headers(item.id) });
  if (!reply.ok) return;
  const { files = [] } = await reply.json();
  const media = files.filter((f) => /^(video|audio)\//.test(f.type));
  if (media.length) card.prepend(thumbnail(item, media[0]));
  for (const [i, file] of media.slice(0, 8).entries()) {
    const part = media.length > 1 ? ` ${i + 1}` : '';
    card.querySelector('.row').append(
      element('button', { textContent: `Watch the file${part}`, onclick: () => watch(item, file) }),
      element('a', { className: 'button', textContent: `Download${part}`, href: address(item.id, file.name), download: file.name }));
  }
  card.querySelector('p').append(` · ${size(files.reduce((sum, f) => sum + f.bytes, 0))}`);
}

function card(item) {
  const what = [item.video && item.video_codec, item.audio && item.audio_codec, item.data && 'messages'].filter(Boolean).join(' + ');
  const made = element('article', { className: 'panel' },
    element('h2', { textContent: item.name }),
    element('p', { textContent: [item.date, item.duration_ms && minutes(item.duration_ms), what, item.is_private && 'private'].filter(Boolean).join(' · ') }),
    element('div', { className: 'row' },
      element('button', { className: 'primary', textContent: 'Play', onclick: () => play(item) }),
      ...(keyOf(item.id) ? [element('button', { textContent: 'Remove', onclick: () => remove(item, made) })] : [])));
  made.dataset.id = item.id;
  details(item, made).catch(() => {});
  return made;
}

/** What this browser has the key of, and the list does not show: private recordings of one's own. */
async function own(listed) {
  const missing = Object.keys(kept).filter((id) => !listed.some((i) => String(i.id) === id));
  const found = await Promise.all(missing.map(async (id) => {
    const reply = await fetch(`recordings/${id}`, { headers: headers(id) });
    if (reply.status === 404) keep(id, null); // it has been removed elsewhere
    if (!reply.ok) return null;
    const m = await reply.json();
    const track = (kind) => (m.tracks ?? []).find((t) => t.kind === kind && t.frames > 0);
    return { id: Number(id), name: m.title ?? m.name, date: (m.started ?? '').replace('T', ' ').slice(0, 19), duration_ms: m.duration_ms,
      is_private: m.private, video: !!track('video'), video_codec: track('video')?.codec, audio: !!track('audio'), audio_codec: track('audio')?.codec, data: !!m.data };
  }));
  return found.filter(Boolean);
}

async function list() {
  try {
    await connect();
    const wanted = $('search').value.toLowerCase();
    const reply = await fetch(`recordings?search=${encodeURIComponent(wanted)}`, { headers: typed() ? { Authorization: `Bearer ${typed()}` } : {} });
    if (reply.status === 503) setTimeout(list, 500); // it still looks what there is
    if (!reply.ok) throw new Error(await reply.text());
    const { recordings } = await reply.json();
    const mine = recording() ? [] : await own(recordings);
    const items = [...recordings, ...mine.filter((i) => wanted.split(/\s+/).every((word) => `${i.name} ${i.date}`.toLowerCase().includes(word)))]
      .sort((a, b) => b.date.localeCompare(a.date)).slice(0, 60);
    $('shelf').replaceChildren(...items.map(card));
    $('empty').classList.toggle('hidden', items.length > 0);
  } catch (error) {
    showError(error);
  }
}

$('record').onclick = record;
$('pause').onclick = () => pause($('pause'));
$('hold').onclick = () => pause($('hold'));
$('leave').onclick = () => (handle ? handle.message({ request: 'stop' }).catch(() => end()) : end());
$('refresh').onclick = list;
$('search').oninput = list;
if (asked.get('name')) $('name').value = asked.get('name');
list().then(() => asked.has('record') && record());
