// SPDX-License-Identifier: Apache-2.0
/** The video room page: one handle publishes, one handle receives everybody else. */
import { Session } from './cardea.js';
import { Subscription } from './subscription.js';
import { Tiles } from './tiles.js';
import { $, capture, fillDevices, liveFigures, showError } from './ui.js';

const PLUGIN = 'janus.plugin.videoroom';
const asked = new URLSearchParams(location.search);
const tiles = new Tiles($('grid'));

/** Everything of one visit; null outside a room. */
let visit = null;

$('room').value = asked.get('room') ?? '1234';
$('name').value = asked.get('name') ?? '';
if (asked.get('simulcast') === 'no') $('simulcast').checked = false;

const roomId = () => (/^\d+$/.test($('room').value.trim()) ? Number($('room').value.trim()) : $('room').value.trim());

async function join() {
  showError();
  $('join').disabled = true;
  try {
    const stream = await capture($('camera').value, $('microphone').value);
    const session = await Session.open();
    const pin = $('pin').value || undefined;
    visit = { session, stream, room: roomId(), pin, name: $('name').value.trim() || 'Guest', publishers: new Map() };
    session.on('closed', (reason) => left(reason === 'closed' ? null : new Error(reason)));
    session.on('lost', () => ($('state').textContent = 'connection lost, trying again…'));
    session.on('reconnected', () => ($('state').textContent = 'connected again'));
    await enter();
    await publish();
    await Promise.all([fillDevices($('camera'), 'videoinput'), fillDevices($('microphone'), 'audioinput')]);
  } catch (error) {
    left(error);
  }
}

async function enter() {
  const { session, room, pin, name } = visit;
  const handle = (visit.handle = await session.attach(PLUGIN));
  handle.on('event', ({ data }) => roomEvent(data));
  handle.on('hangup', (reason) => reason !== 'Janus API' && showError(new Error(`Your picture was cut off: ${reason}`)));
  const { data } = await handle.message({ request: 'join', ptype: 'publisher', room, display: name, pin });
  visit.me = data.id;
  visit.subscription = new Subscription(session, { room, pin, private_id: data.private_id }, draw);
  $('title').textContent = data.description ?? `Room ${room}`;
  $('state').textContent = `connected by ${session.transport}`;
  history.replaceState(null, '', `?${new URLSearchParams({ ...Object.fromEntries(asked), room: String(room) })}`);
  inside(true);
  publishers(data.publishers);
}

async function publish() {
  const { handle, stream, name } = visit;
  tiles.get('me', { name: `${name} (you)`, self: true });
  const camera = stream.getVideoTracks()[0];
  tiles.show('me', camera ?? null);
  if (!stream.getTracks().length) return;
  const data = await handle.negotiate(
    { request: 'configure', audio: true, video: true },
    { tracks: stream.getTracks(), simulcast: $('simulcast').checked },
  );
  if (camera && !data.video_codec) throw new Error('The room does not accept any video codec of this browser.');
}

/** One event of the room; exactly one thing each. */
function roomEvent(data) {
  if (!visit) return;
  if (data.publishers) publishers(data.publishers);
  else if (data.videoroom === 'destroyed') left(new Error('This room was closed.'));
  else if (data.leaving === 'ok' && data.reason === 'kicked') left(new Error('A moderator removed you from this room.'));
  else for (const key of ['leaving', 'unpublished', 'kicked']) if (data[key] && data[key] !== 'ok') gone(data[key]);
}

function publishers(list) {
  for (const p of list) if (!p.dummy) visit.publishers.set(String(p.id), p);
  follow();
}

function gone(id) {
  visit.publishers.delete(String(id));
  follow();
}

/** Subscribes to what is published now, and to nothing else. */
function follow() {
  const wanted = [];
  for (const p of visit.publishers.values())
    for (const s of p.streams) if (!s.disabled && s.type !== 'data') wanted.push({ feed: p.id, mid: s.mid });
  visit.subscription.want(wanted).catch(showError);
  draw();
}

/** Puts every received picture into its tile and every sound into the page. */
function draw() {
  if (!visit) return;
  const keys = new Set(['me', ...(visit.screen ? ['screen'] : [])]);
  const received = visit.subscription.streams();
  for (const p of visit.publishers.values()) {
    const videos = p.streams.filter((s) => s.type === 'video' && !s.disabled);
    for (const s of videos.length ? videos : [{ mid: 'none' }]) {
      const key = `${p.id}/${s.mid}`;
      const got = received.find((r) => String(r.feed_id) === String(p.id) && r.feed_mid === s.mid && r.active);
      const screen = s.description === 'screen';
      const tile = tiles.get(key, { name: `${p.display ?? p.id}${screen ? ' · screen' : ''}`, contain: screen });
      keys.add(key);
      if (got?.track && tile.video.srcObject?.getTracks()[0] !== got.track) tiles.show(key, got.track);
      tiles.layer(key, got?.substream === undefined ? '' : ['low', 'medium', 'high'][got.substream] ?? '');
    }
  }
  tiles.keep((key) => keys.has(key));
  sounds(received);
}

const players = new Map();

function sounds(received) {
  const live = new Set();
  for (const r of received) {
    if (r.type !== 'audio' || !r.active || !r.track) continue;
    live.add(r.track.id);
    if (players.has(r.track.id)) continue;
    const player = new Audio();
    player.srcObject = new MediaStream([r.track]);
    player.play().catch(() => showError(new Error('Click anywhere to hear the others: the browser keeps sound off until then.')));
    players.set(r.track.id, player);
  }
  for (const [id, player] of players)
    if (!live.has(id)) {
      player.srcObject = null;
      players.delete(id);
    }
}

async function shareScreen() {
  if (visit.screen) {
    stopScreen();
    return;
  }
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: false });
    const track = stream.getVideoTracks()[0];
    visit.screen = track;
    track.onended = stopScreen;
    tiles.get('screen', { name: 'Your screen', contain: true });
    tiles.show('screen', track);
    $('screen').setAttribute('aria-pressed', 'true');
    const mid = String(visit.handle.pc?.getTransceivers().length ?? 0);
    await visit.handle.negotiate({ request: 'configure', descriptions: [{ mid, description: 'screen' }] }, { tracks: [track] });
  } catch (error) {
    if (error.name !== 'NotAllowedError') showError(error);
    stopScreen();
  }
}

async function stopScreen() {
  if (!visit?.screen) return;
  const track = visit.screen;
  visit.screen = null;
  track.stop();
  $('screen').setAttribute('aria-pressed', 'false');
  const transceiver = visit.handle.pc?.getTransceivers().find((t) => t.sender.track === track);
  draw();
  if (!transceiver) return;
  transceiver.direction = 'inactive';
  await visit.handle.negotiate({ request: 'configure' }).catch(showError);
}

function switchTrack(button, kind, on, off) {
  button.onclick = () => {
    const silent = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(silent));
    button.textContent = silent ? on : off;
    for (const track of visit?.stream.getTracks() ?? []) if (track.kind === kind) track.enabled = !silent;
  };
}

function inside(on) {
  $('lobby').classList.toggle('hidden', on);
  $('controls').classList.toggle('hidden', !on);
  $('join').disabled = false;
}

function left(error = null) {
  const old = visit;
  visit = null;
  old?.session.close();
  old?.stream.getTracks().forEach((t) => t.stop());
  old?.screen?.stop();
  tiles.keep(() => false);
  sounds([]);
  inside(false);
  $('title').textContent = 'Video room';
  $('state').textContent = 'not connected';
  showError(error);
}

async function createRoom() {
  showError();
  try {
    const session = await Session.open();
    const handle = await session.attach(PLUGIN);
    const { data } = await handle.message({ request: 'create', description: 'A new room', publishers: 12 });
    await session.close();
    $('room').value = data.room;
    await join();
  } catch (error) {
    showError(error);
  }
}

$('lobby').onsubmit = (event) => {
  event.preventDefault();
  join();
};
$('create').onclick = createRoom;
$('leave').onclick = () => left();
$('screen').onclick = shareScreen;
$('link').onclick = async () => {
  await navigator.clipboard.writeText(`${location.origin}${location.pathname}?room=${visit.room}`).catch(showError);
  $('link').textContent = 'Link copied';
  setTimeout(() => ($('link').textContent = 'Copy link'), 2000);
};
$('showfigures').onclick = () => {
  const shown = $('figurespanel').classList.toggle('hidden');
  $('showfigures').setAttribute('aria-pressed', String(!shown));
};
switchTrack($('mute'), 'audio', 'Muted', 'Mute');
switchTrack($('cam'), 'video', 'Camera is off', 'Camera off');
liveFigures($('figures'), () => (visit ? [visit.handle, visit.subscription.handle].filter(Boolean) : []));
document.addEventListener('click', () => players.forEach((p) => p.paused && p.play().catch(() => {})));
if (asked.has('join')) join();
