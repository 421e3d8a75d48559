// SPDX-License-Identifier: Apache-2.0
/**
 * The video room page: one handle publishes, one receives everybody else.
 *
 * ?room= ?name= ?pin= fill the form, ?join joins at once; ?simulcast=no, ?videocodec=, ?svc=; ?watch publishes nothing;
 * ?legacy receives each publisher on a handle of its own.
 */
import { Session } from './cardea.js';
import { Demand } from './demand.js';
import { drawIcons, icon } from './icons.js';
import { Moderator } from './moderator.js';
import { Presence } from './presence.js';
import { Received } from './received.js';
import { Feeds, Subscription } from './subscription.js';
import { Talk } from './talk.js';
import { $, capture, element, fillDevices, liveFigures, press, showError } from './ui.js';
import { isMuted, Wall } from './wall.js';

const PLUGIN = 'janus.plugin.videoroom';
const asked = new URLSearchParams(location.search);
const wall = new Wall($('grid'), moderatorMenu);
const talk = new Talk({
  say: (text) => Boolean(visit?.presence.say({ kind: 'chat', text })) && (talk.line(visit.name, text), true),
  caption, typing: () => visit?.presence.typing(),
});

/** Everything of one visit; null outside a room. */
let visit = null;

const roomId = () => (/^\d+$/.test($('room').value.trim()) ? Number($('room').value.trim()) : $('room').value.trim());

/* --- coming in ---------------------------------------------------------------------------------------------------- */

async function join() {
  showError();
  $('join').disabled = $('create').disabled = true;
  try {
    const watch = asked.has('watch');
    if ($('key').value) Moderator.secretOf(roomId(), $('key').value);
    stopPreview();
    const stream = watch ? new MediaStream() : await capture($('camera').value, $('microphone').value);
    const session = await Session.open();
    visit = {
      session, stream, watch, room: roomId(), pin: $('pin').value || undefined, name: $('name').value.trim() || 'Guest',
      publishers: new Map(), states: new Map(), muted: new Set(), layers: new Map(),
      demand: new Demand(), ended: false,
    };
    session.on('closed', (reason) => visit?.session === session && left(reason === 'closed' ? null : new Error(reason)));
    session.on('lost', () => ($('state').textContent = 'connection lost, trying again…'));
    session.on('reconnected', () => {
      $('state').textContent = 'connected again';
      catchUp().catch(showError);
    });
    await enter();
    if (!watch) await publish();
    await Promise.all([fillDevices($('camera'), 'videoinput'), fillDevices($('microphone'), 'audioinput')]);
  } catch (error) {
    left(error);
  }
}

async function enter() {
  const { session, room, pin, name } = visit;
  const handle = (visit.handle = await session.attach(PLUGIN));
  handle.on('event', ({ data }) => roomEvent(data));
  handle.on('hangup', (reason) => visit && reason !== 'Janus API' && showError(new Error(`Your picture was cut off: ${reason}`)));
  const { data } = await handle.message({ request: 'join', ptype: 'publisher', room, display: name, pin, secret: Moderator.secretOf(room) });
  visit.me = data.id;
  visit.presence = new Presence(() => handle.channel, { words, state: stateOf, typing });
  const told = { changed: draw, channel: (channel) => visit?.presence.listen(channel) };
  const body = { room, pin, private_id: data.private_id };
  visit.subscription = asked.has('legacy') ? new Feeds(session, body, told) : new Subscription(session, body, told);
  $('title').textContent = data.description ?? `Room ${room}`;
  $('state').textContent = `connected by ${session.transport}`;
  history.replaceState(null, '', `?${new URLSearchParams({ ...Object.fromEntries(asked), room: String(room) })}`);
  inside(true);
  publishers(data.publishers);
  locked(data.locked === true);
  if (Moderator.secretOf(room)) moderate(Moderator.secretOf(room)).catch(() => {});
}

async function publish() {
  const { handle, stream } = visit;
  const camera = stream.getVideoTracks()[0];
  visit.presence.set({ silent: !stream.getAudioTracks().length, hidden: !camera });
  draw();
  const data = await handle.negotiate(
    { request: 'configure', audio: true, video: true, ...(asked.get('videocodec') ? { videocodec: asked.get('videocodec') } : {}) },
    { tracks: stream.getTracks(), simulcast: $('simulcast').checked, svc: asked.get('svc') ?? undefined, data: true },
  );
  visit.streams = data.streams ?? [];
  for (const [id, kind] of [['mute', 'audio'], ['cam', 'video']]) $(id).disabled = !stream.getTracks().some((t) => t.kind === kind);
  if (camera && !data.video_codec) throw new Error('The room does not accept any video codec of this browser.');
}

/* --- what the room says ------------------------------------------------------------------------------------------- */

/** One event of the room; exactly one thing each. */
function roomEvent(data) {
  if (!visit) return;
  if (data.publishers) publishers(data.publishers);
  else if (data.videoroom === 'destroyed') left(new Error('This room was closed.'));
  else if (data.videoroom === 'talking' || data.videoroom === 'stopped-talking') wall.talks(data.id, data.videoroom === 'talking');
  else if (data.leaving === 'ok' && data.reason === 'kicked') left(new Error('A moderator removed you from this room.'));
  else if (data.moderation) moderated(data);
  else if (data.demand) visit.demand.take(visit.handle.pc, data.demand).then(draw, showError);
  else if (data.locked !== undefined) locked(data.locked, true);
  else if (data.joining) note(`${data.joining.display ?? data.joining.id} is here`);
  else if (data.id !== undefined && data.display !== undefined && data.leaving === undefined && data.unpublished === undefined && data.kicked === undefined)
    renamed(data);
  else for (const key of ['leaving', 'unpublished', 'kicked']) if (data[key] && data[key] !== 'ok') gone(data[key]);
}

function publishers(list) {
  for (const p of list) {
    if (p.dummy) continue;
    if (!visit.publishers.has(String(p.id))) note(`${p.display ?? p.id} joined`);
    visit.publishers.set(String(p.id), p);
    for (const s of p.streams) if (s.moderated) visit.muted.add(`${p.id}/${s.mid}`);
  }
  visit.presence?.repeat();
  follow();
}

function gone(id) {
  const p = visit.publishers.get(String(id));
  if (p) note(`${p.display ?? id} left`);
  visit.publishers.delete(String(id));
  visit.states.delete(String(id));
  follow();
}

/** What happened while the way to the gateway was cut was told to nobody: look who is there. */
async function catchUp() {
  const { handle, session, room, pin, name } = visit;
  const { data } = await handle.message({ request: 'listparticipants', room });
  const there = new Set(data.participants.filter((p) => p.publisher && String(p.id) !== String(visit.me)).map((p) => String(p.id)));
  for (const id of [...visit.publishers.keys()]) if (!there.has(id)) gone(id);
  if ([...there].every((id) => visit.publishers.has(id))) return;
  const scout = await session.attach(PLUGIN); // only who comes in is told what everybody publishes
  const joined = await scout.message({ request: 'join', ptype: 'publisher', room, pin, display: name });
  await scout.detach();
  publishers(joined.data.publishers.filter((p) => String(p.id) !== String(visit.me)));
}

function renamed({ id, display }) {
  const p = visit.publishers.get(String(id));
  if (p) p.display = display;
  draw();
}

function moderated({ id, mid, moderation }) {
  const silent = moderation === 'muted';
  visit.muted[silent ? 'add' : 'delete'](`${id}/${mid}`);
  if (String(id) === String(visit.me)) note(silent ? 'A moderator has muted you' : 'A moderator lets you speak again');
  draw();
}

/** Somebody (perhaps another moderator) has locked the room or opened it. @param {boolean} on @param {boolean} [told] */
function locked(on, told = false) {
  press($('lock'), on);
  $('lock').title = on ? 'Let others in again' : 'Let nobody else in';
  $('lock').lastChild.textContent = on ? 'Locked' : 'Lock';
  if (told) note(on ? 'The room is locked: nobody else can come in' : 'The room is open again');
}

function recording(on) {
  press($('record'), on);
  $('record').lastChild.textContent = on ? 'Recording' : 'Record';
}

/** Subscribes to what is published now, and to nothing else. */
function follow() {
  const wanted = [];
  for (const p of visit.publishers.values())
    for (const s of p.streams) if (!s.disabled) wanted.push({ feed: p.id, mid: s.mid, ...(s.type === 'data' ? { data: true } : {}), ...(s.type === 'video' ? { auto: true } : {}) });
  visit.subscription.want(wanted).catch((error) => visit && showError(error));
  draw();
}

/* --- drawing ------------------------------------------------------------------------------------------------------ */

function draw() {
  if (!visit?.subscription) return;
  wall.draw(visit);
  drawPeople();
}

/** What a moderator may do with somebody. @returns {import('./tiles.js').MenuItem[]} */
function moderatorMenu({ moderator, ...of }, p) {
  if (!moderator) return [];
  const silent = isMuted(of, p.id);
  return [
    { icon: 'muted', text: silent ? 'Allow to speak' : 'Mute', run: () => muteAudio(p, !silent).catch(showError) },
    { icon: 'kick', text: 'Remove', run: () => moderator.kick(p.id).catch(showError) },
  ];
}

/* --- words, states, people ---------------------------------------------------------------------------------------- */

const nameOf = (id) => visit?.publishers.get(String(id))?.display ?? (String(id) === String(visit?.me) ? visit.name : String(id));

/** Something happened that one should hear of. @param {string} text */
function note(text) {
  $('state').textContent = text;
}

function words(from, { kind, text }) {
  if (!visit || !text) return;
  if (kind === 'chat') talk.line(nameOf(from), text);
  else wall.caption(from, text);
}

function stateOf(from, state) {
  if (!visit) return;
  const before = visit.states.get(from);
  visit.states.set(from, state);
  if (state.hand && !before?.hand) note(`${nameOf(from)} raised a hand`);
  if (state.recorded && !before?.recorded) note('This room is being recorded');
  draw();
}

const typing = (ids) => talk.typing(ids.map(nameOf));

function person({ id, name, state, p }) {
  const marks = [[state.hand, 'hand', 'hand raised'], [state.silent || isMuted(visit, id), 'muted', 'microphone off'],
    [state.hidden, 'nocamera', 'camera off']];
  const shown = marks.filter(([on]) => on).map(([, drawing, text]) => element('span', { title: text, role: 'img', ariaLabel: text }, icon(drawing)));
  const buttons = (p ? moderatorMenu(visit, p) : []).map((item) => element('button',
    { type: 'button', className: 'quiet', title: item.text, ariaLabel: `${item.text}: ${name}`, onclick: item.run }, icon(item.icon)));
  return element('li', {}, element('span', { className: 'who', textContent: name }), ...shown, ...buttons);
}

function drawPeople() {
  const rows = visit.watch ? [] : [{ id: visit.me, name: `${visit.name} (you)`, state: visit.presence.mine }];
  for (const p of visit.publishers.values()) rows.push({ id: p.id, name: p.display ?? String(p.id), state: visit.states.get(String(p.id)) ?? {}, p });
  $('peoplelist').replaceChildren(...rows.map((row) => person(row)));
  $('openpeople').title = `People (${rows.length})`;
}

/* --- moderating --------------------------------------------------------------------------------------------------- */

async function moderate(secret) {
  const moderator = new Moderator(visit.handle, visit.room, secret);
  await moderator.check();
  Moderator.secretOf(visit.room, secret);
  visit.moderator = moderator;
  $('moderate').classList.add('hidden');
  $('moderator').classList.remove('hidden');
  draw();
}

const muteAudio = async (p, mute) => {
  for (const s of p.streams) if (s.type === 'audio' && !s.disabled) await visit.moderator.mute(p.id, s.mid, mute);
};

/* --- what one does oneself ---------------------------------------------------------------------------------------- */

async function shareScreen() {
  if (visit.screen) {
    await stopScreen();
    return;
  }
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: false });
    const track = stream.getVideoTracks()[0];
    visit.screen = track;
    track.contentHint = 'detail';
    track.onended = stopScreen;
    press($('screen'), true, 'Stop sharing the screen');
    draw();
    const describe = (pc) => ({ request: 'configure', descriptions: [{ mid: transceiverOf(pc, track).mid, description: 'screen' }] });
    const data = await visit.handle.negotiate(describe, { tracks: [track] });
    visit.streams = data.streams ?? visit.streams;
  } catch (error) {
    if (error.name !== 'NotAllowedError') showError(error);
    await stopScreen();
  }
}

const transceiverOf = (pc, track) => pc?.getTransceivers().find((t) => t.sender.track === track);

async function stopScreen() {
  if (!visit?.screen) return;
  const track = visit.screen;
  visit.screen = null;
  track.stop();
  press($('screen'), false, 'Share screen');
  const transceiver = transceiverOf(visit.handle.pc, track);
  draw();
  if (!transceiver) return;
  transceiver.direction = 'inactive';
  await visit.handle.negotiate({ request: 'configure' }).catch(showError);
}

function toggleTrack(button, kind, state, texts, drawings) {
  button.onclick = () => {
    const off = button.getAttribute('aria-pressed') !== 'true';
    for (const track of visit?.stream.getTracks() ?? []) if (track.kind === kind) track.enabled = !off;
    visit?.presence.set({ [state]: off });
    press(button, off, texts[Number(off)], drawings[Number(off)]);
    draw();
  };
}

function caption(text, final) {
  visit?.presence.say({ kind: 'caption', text, final });
  wall.caption('me', text);
}

const PANELS = { chat: ['openchat', 'Chat'], people: ['openpeople', 'People'], numbers: ['showfigures', 'Live figures'] };

/** @param {string|null} wanted a key of PANELS; the one that is open closes */
function openPanel(wanted) {
  const open = wanted && $(wanted).classList.contains('hidden') ? wanted : null;
  for (const [panel, [button, title]] of Object.entries(PANELS)) {
    $(panel).classList.toggle('hidden', panel !== open);
    press($(button), panel === open);
    if (panel === open) $('sidetitle').textContent = title;
  }
  $('side').classList.toggle('hidden', !open);
  $('side').classList.toggle('wide', open === 'numbers');
  if (open === 'chat') talk.read();
}

/* --- in and out --------------------------------------------------------------------------------------------------- */

function inside(on) {
  $('outside').classList.toggle('hidden', on);
  $('inside').classList.toggle('hidden', !on);
  (on ? $('inside') : $('outside')).prepend($('error'));
  document.documentElement.style.setProperty('--header', `${$('bar').offsetHeight}px`);
  for (const id of ['mute', 'cam', 'screen', 'hand', 'captions']) $(id).disabled = on && visit.watch;
  $('join').disabled = $('create').disabled = false;
}

function left(error = null) {
  const old = visit;
  visit = null;
  if (old) {
    old.presence?.close();
    old.session.close();
    old.stream.getTracks().forEach((t) => t.stop());
    old.screen?.stop();
  }
  for (const [id, drawing] of [['mute', 'microphone'], ['cam', 'camera'], ['screen', 'screen'], ['hand', 'hand'], ['captions', 'captions']])
    press($(id), false, undefined, drawing);
  recording(false);
  locked(false);
  wall.clear();
  talk.clear();
  openPanel(null);
  $('moderate').classList.remove('hidden');
  $('moderator').classList.add('hidden');
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
    const secret = crypto.getRandomValues(new Uint32Array(3)).join('-');
    const { data } = await handle.message({
      request: 'create', description: `${$('name').value.trim() || 'A'}${$('name').value.trim() ? "'s" : ''} room`, publishers: 12, secret,
      pin: $('pin').value || undefined, videocodec: 'vp8,vp9,h264,av1', bitrate: 2_000_000, notify_joining: true, dynacast: true,
    });
    await session.close();
    Moderator.secretOf(data.room, secret);
    $('room').value = data.room;
    await join();
  } catch (error) {
    showError(error);
  }
}

let preview = null;

function stopPreview() {
  preview?.getTracks().forEach((t) => t.stop());
  preview = null;
  $('previewvideo').srcObject = null;
  $('preview').classList.remove('live');
}

async function showPreview() {
  showError();
  stopPreview();
  if ($('camera').value === 'none') return;
  try {
    preview = await capture($('camera').value, 'none');
    $('previewvideo').srcObject = preview;
    $('preview').classList.add('live');
    await fillDevices($('camera'), 'videoinput');
  } catch (error) {
    showError(error);
  }
}

async function copyLink() {
  const link = `${location.origin}${location.pathname}?room=${encodeURIComponent(visit.room)}`;
  try {
    await navigator.clipboard.writeText(link);
    note('Link copied');
  } catch {
    prompt('The link of this room:', link);
  }
}

/* --- wiring ------------------------------------------------------------------------------------------------------- */

$('room').value = asked.get('room') ?? '1234';
$('name').value = asked.get('name') ?? '';
$('pin').value = asked.get('pin') ?? '';
if (asked.get('simulcast') === 'no') $('simulcast').checked = false;
drawIcons();

$('lobby').onsubmit = (event) => {
  event.preventDefault();
  join();
};
$('create').onclick = createRoom;
$('showpreview').onclick = showPreview;
$('camera').onchange = () => preview && showPreview();
$('leave').onclick = () => left();
$('screen').onclick = shareScreen;
$('hand').onclick = () => {
  const up = !visit.presence.mine.hand;
  visit.presence.set({ hand: up });
  press($('hand'), up, up ? 'Lower hand' : 'Raise hand');
  draw();
};
$('link').onclick = copyLink;
$('closeside').onclick = () => openPanel(null);
for (const [panel, [button]] of Object.entries(PANELS)) $(button).onclick = () => openPanel(panel);
toggleTrack($('mute'), 'audio', 'silent', ['Mute microphone', 'Unmute microphone'], ['microphone', 'muted']);
toggleTrack($('cam'), 'video', 'hidden', ['Turn camera off', 'Turn camera on'], ['camera', 'nocamera']);

$('moderate').onsubmit = (event) => {
  event.preventDefault();
  moderate($('secret').value).then(() => showError(), showError).finally(() => ($('secret').value = ''));
};
$('lock').onclick = async () => {
  const on = $('lock').getAttribute('aria-pressed') !== 'true';
  await visit.moderator.lock(on).catch(showError); // everybody in the room is told, we too
};
$('record').onclick = async () => {
  const on = $('record').getAttribute('aria-pressed') !== 'true';
  await visit.moderator.record(on).then(() => {
    recording(on);
    visit.presence.set({ recorded: on });
  }, showError);
};
$('muteall').onclick = () => Promise.all([...visit.publishers.values()].map((p) => muteAudio(p, true))).catch(showError);

const received = new Received($('received'), () => visit?.subscription?.streams() ?? []);
liveFigures($('figures'), () => {
  if (!visit?.subscription || $('numbers').classList.contains('hidden')) return [];
  received.draw().catch(console.error);
  return [visit.handle, ...visit.subscription.handles()].filter(Boolean);
});
setInterval(() => visit && wall.hear(visit), 300);
document.addEventListener('keydown', ({ key, target }) => {
  if (key === 'Escape') openPanel(null);
  if (!visit || target.matches('input, textarea, select')) return;
  if (key === 'm') $('mute').click();
  if (key === 'v') $('cam').click();
});
addEventListener('resize', () => document.documentElement.style.setProperty('--header', `${$('bar').offsetHeight}px`));
if (asked.has('join')) join();
