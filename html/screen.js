// SPDX-License-Identifier: Apache-2.0
/** One presents, the others watch: a room with one publisher, made for the occasion. */
import { Session } from './cardea.js';
import { Feeds } from './subscription.js';
import { $, capture, element, showError } from './ui.js';

const PLUGIN = 'janus.plugin.videoroom';
const BITRATE = 1_500_000; // bit/s: letters must stay readable
const asked = new URLSearchParams(location.search);

/** What is going on; null before and after. */
let run = null;

async function begin(room) {
  const session = await Session.open();
  const handle = await session.attach(PLUGIN);
  run = { session, handle, room, tracks: [] };
  const mine = run;
  session.on('closed', (reason) => run === mine && end(new Error(reason)));
  handle.on('hangup', (reason) => run === mine && end(new Error(`The session was cut off: ${reason}`)));
  handle.on('event', ({ data }) => run === mine && roomEvent(data));
  return run;
}

function shows(on) {
  $('choose').classList.toggle('hidden', on);
  for (const id of ['running', 'stage']) $(id).classList.toggle('hidden', !on);
  if (on) $('session').textContent = String(run.room);
}

/* --- presenting --------------------------------------------------------------------------------------------------- */

async function present() {
  showError();
  let screen;
  try {
    screen = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: 15 }, audio: false });
    const voice = $('voice').checked ? await capture('none', '').catch(() => new MediaStream()) : new MediaStream();
    const { handle, session } = await begin(0);
    const { data } = await handle.message({ request: 'create', description: $('topic').value || 'A screen', bitrate: BITRATE, publishers: 1 });
    Object.assign(run, { room: data.room, tracks: [...voice.getTracks(), ...screen.getTracks()] });
    await handle.message({ request: 'join', ptype: 'publisher', room: run.room, display: 'Presenter' });
    const [track] = screen.getVideoTracks();
    track.contentHint = 'detail';
    track.onended = () => end();
    handle.on('up', () => ($('state').textContent = `sharing, connected by ${session.transport}`));
    await handle.negotiate({ request: 'configure', audio: true, video: true }, { tracks: run.tracks });
    $('video').srcObject = new MediaStream([track]);
    $('video').muted = true;
    $('tile').classList.add('live');
    shows(true);
    const link = new URL(`?session=${run.room}`, location.href).href;
    $('link').replaceChildren('is shared with everybody who has this link: ', element('a', { href: link, textContent: link }));
  } catch (error) {
    screen?.getTracks().forEach((t) => t.stop());
    end(error.name === 'NotAllowedError' ? null : error);
  }
}

/* --- watching ----------------------------------------------------------------------------------------------------- */

async function view(number) {
  showError();
  try {
    const { handle, session } = await begin(/^\d+$/.test(number) ? Number(number) : number);
    const { data } = await handle.message({ request: 'join', ptype: 'publisher', room: run.room, display: 'Viewer' });
    run.feeds = new Feeds(session, { room: run.room, private_id: data.private_id }, { changed: draw });
    $('title').textContent = data.description ?? 'Screen sharing';
    $('state').textContent = `watching, connected by ${session.transport}`;
    $('link').textContent = '';
    shows(true);
    watch(data.publishers);
  } catch (error) {
    end(error);
  }
}

function watch(publishers) {
  const presenter = publishers.find((p) => !p.dummy);
  if (!presenter || !run.feeds) return;
  run.presenter = presenter.id;
  run.feeds.want(presenter.streams.map((s) => ({ feed: presenter.id, mid: s.mid }))).catch(showError);
}

function draw() {
  const tracks = run?.feeds?.streams().filter((s) => s.active && s.track).map((s) => s.track) ?? [];
  const shown = $('video').srcObject?.getTracks() ?? [];
  if (tracks.every((t) => shown.includes(t)) && shown.length === tracks.length) return;
  $('video').muted = false;
  $('video').srcObject = new MediaStream(tracks);
  $('video').play().catch(() => {
    $('video').muted = true; // the browser keeps sound off until somebody clicks
    $('video').controls = true;
  });
  $('tile').classList.toggle('live', tracks.some((t) => t.kind === 'video'));
}

function roomEvent(data) {
  if (data.publishers) watch(data.publishers);
  else if (run.presenter !== undefined && [data.leaving, data.unpublished].some((id) => String(id) === String(run.presenter)))
    end(new Error('The presenter has ended this session.'));
  else if (data.videoroom === 'destroyed') end(new Error('This session was closed.'));
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

function end(error = null) {
  const old = run;
  run = null;
  old?.tracks.forEach((t) => t.stop());
  old?.session.close();
  $('video').srcObject = null;
  $('tile').classList.remove('live');
  $('title').textContent = 'Screen sharing';
  $('state').textContent = 'not connected';
  shows(false);
  showError(error);
}

$('present').onsubmit = (event) => {
  event.preventDefault();
  present();
};
$('view').onsubmit = (event) => {
  event.preventDefault();
  view($('number').value.trim());
};
$('stop').onclick = () => end();
if (asked.get('session')) {
  $('number').value = asked.get('session');
  view(asked.get('session'));
}
