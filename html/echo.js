// SPDX-License-Identifier: Apache-2.0
/** The echo test page. */
import { Session } from './cardea.js';
import { $, element, capture, fillDevices, liveFigures, showError } from './ui.js';

const asked = new URLSearchParams(location.search);
let session = null;
let handle = null;
let stream = null;

for (const id of ['videocodec', 'audiocodec']) if (asked.get(id)) $(id).value = asked.get(id);
$('simulcast').checked = asked.has('simulcast');

const settings = () => ({
  audio: true,
  video: true,
  ...($('videocodec').value ? { videocodec: $('videocodec').value } : {}),
  ...($('audiocodec').value ? { audiocodec: $('audiocodec').value } : {}),
});

async function start() {
  showError();
  $('start').disabled = true;
  try {
    stream = await capture($('camera').value, $('microphone').value);
    $('local').srcObject = stream;
    $('mine').classList.toggle('live', stream.getVideoTracks().length > 0);
    await Promise.all([fillDevices($('camera'), 'videoinput'), fillDevices($('microphone'), 'audioinput')]);
    session = await Session.open();
    session.on('closed', (reason) => session && stop(reason === 'closed' ? null : new Error(reason)));
    session.on('lost', () => ($('state').textContent = 'connection lost, trying again…'));
    session.on('reconnected', () => ($('state').textContent = 'connected again'));
    handle = await session.attach('janus.plugin.echotest');
    listen();
    await handle.negotiate(settings(), {
      tracks: stream.getTracks(), direction: 'sendrecv', simulcast: $('simulcast').checked, data: true,
      svc: asked.get('svc') ?? undefined,
    });
    channel();
    running(true);
  } catch (error) {
    stop(error);
  }
}

function listen() {
  const heard = new MediaStream();
  $('remote').srcObject = heard;
  handle.on('track', ({ track }) => {
    heard.addTrack(track);
    if (track.kind === 'video') track.onunmute = () => $('theirs').classList.add('live');
  });
  handle.on('up', () => ($('state').textContent = `connected by ${session.transport}`));
  handle.on('hangup', (reason) => stop(reason === 'Janus API' ? null : new Error(`The gateway hung up: ${reason}`)));
  handle.on('event', ({ data }) => {
    const layer = data.substream ?? data.spatial_layer;
    if (layer === undefined && data.temporal === undefined && data.temporal_layer === undefined) return;
    $('layers').classList.remove('hidden');
    $('layer').classList.remove('hidden');
    if (layer !== undefined) $('layer').textContent = `layer ${layer}`;
  });
}

function channel() {
  const log = (text) => $('log').prepend(element('div', { textContent: text }));
  const open = () => $('chat').classList.remove('hidden');
  handle.channel.onopen = open;
  if (handle.channel.readyState === 'open') open();
  handle.channel.onmessage = ({ data }) => log(`← ${data}`);
  $('say').onsubmit = (event) => {
    event.preventDefault();
    if (!$('text').value) return;
    handle.channel.send($('text').value);
    log(`→ ${$('text').value}`);
    $('text').value = '';
  };
}

function running(on) {
  $('start').disabled = false;
  $('start').textContent = on ? 'Stop' : 'Start';
  $('start').classList.toggle('primary', !on);
  $('controls').classList.toggle('hidden', !on);
  for (const id of ['videocodec', 'audiocodec', 'simulcast']) $(id).disabled = on;
  if (on) return;
  $('chat').classList.add('hidden');
  $('layers').classList.add('hidden');
  $('layer').classList.add('hidden');
  for (const id of ['mine', 'theirs']) $(id).classList.remove('live');
}

function stop(error = null) {
  const old = session;
  session = null;
  handle = null;
  old?.close();
  stream?.getTracks().forEach((t) => t.stop());
  $('state').textContent = 'not connected';
  running(false);
  showError(error);
}

/** Changes the device under a running call: no message, the track is replaced. */
async function changeDevice() {
  if (!handle?.pc) return;
  try {
    const fresh = await capture($('camera').value, $('microphone').value);
    for (const sender of handle.pc.getSenders()) {
      const track = fresh.getTracks().find((t) => t.kind === sender.track?.kind);
      if (track) await sender.replaceTrack(track);
    }
    stream.getTracks().forEach((t) => t.stop());
    stream = fresh;
    $('local').srcObject = fresh;
  } catch (error) {
    showError(error);
  }
}

const change = (body) => handle?.message(body).catch(showError);
const toggle = (button, name, on, off) => {
  button.onclick = () => {
    const now = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(now));
    button.textContent = now ? on : off;
    change({ [name]: now });
  };
};

$('start').onclick = () => (session ? stop() : start());
$('camera').onchange = $('microphone').onchange = changeDevice;
toggle($('audio'), 'audio', 'Audio echoed', 'Audio off');
toggle($('video'), 'video', 'Video echoed', 'Video off');
$('bitrate').onchange = () => change({ bitrate: Number($('bitrate').value) * 1000 });
$('substream').onchange = () => change({ substream: Number($('substream').value) });
$('temporal').onchange = () => change({ temporal: Number($('temporal').value) });
$('remote').onresize = () => ($('size').textContent = `${$('remote').videoWidth}×${$('remote').videoHeight}`);
liveFigures($('figures'), () => (handle ? [handle] : []));
if (asked.has('start')) start();
