// SPDX-License-Identifier: Apache-2.0
/** Clients that come, join a room and leave, as many do all the time. */
import assert from 'node:assert/strict';
import { Socket, post } from './client.mjs';
import { wait } from './wait.mjs';

/** Joins a room, says hello, leaves; throws when anything is refused. Whom it met there. */
export async function joinOverSocket(url, room = 1234) {
  const s = await Socket.open(url);
  try {
    const session_id = (await s.ask({ janus: 'create' })).data.id;
    const handle_id = (await s.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.videoroom' })).data.id;
    await s.ask({ janus: 'message', session_id, handle_id, body: { request: 'join', ptype: 'publisher', room } });
    const joined = await s.next((m) => m.plugindata?.data?.videoroom === 'joined');
    await wait(300);
    assert.equal((await s.ask({ janus: 'keepalive', session_id })).janus, 'ack');
    await s.ask({ janus: 'destroy', session_id });
    return joined.plugindata.data.publishers.map((p) => p.display);
  } finally {
    s.close();
  }
}

export async function joinOverHttp(url, room = 1234) {
  const ask = async (path, body) => {
    const { json, status, headers } = await post(`${url}${path}`, { transaction: 't', ...body });
    assert.ok(json && json.janus !== 'error', `${body.janus}: status ${status}, ${JSON.stringify(json)} ${[...headers]}`);
    return json;
  };
  const session = (await ask('', { janus: 'create' })).data.id;
  const handle = (await ask(`/${session}`, { janus: 'attach', plugin: 'janus.plugin.videoroom' })).data.id;
  await ask(`/${session}/${handle}`, { janus: 'message', body: { request: 'join', ptype: 'publisher', room } });
  let event; // others may come first: that the gateway drains
  do event = await (await fetch(`${url}/${session}`)).json();
  while (event.janus === 'draining');
  assert.equal(event.plugindata?.data.videoroom, 'joined', JSON.stringify(event));
  await ask(`/${session}`, { janus: 'destroy' });
  return event.plugindata.data.publishers.map((p) => p.display);
}
