// SPDX-License-Identifier: Apache-2.0
/** A WebRTC stack in plain JavaScript, on loopback. Left alone it would ask a STUN server on the Internet first, and wait. */
import { RTCPeerConnection } from 'werift';
import { within } from './wait.mjs';

export const weriftPeer = (options = {}) =>
  new RTCPeerConnection({ iceServers: [], iceAdditionalHostAddresses: ['127.0.0.1'], ...options });

/** Offers over the message that `ask` sends, and takes the answer that `answered` brings. */
export async function connect(pc, ask, answered) {
  await within('candidates of the test client', pc.createOffer().then((offer) => pc.setLocalDescription(offer)));
  await ask({ type: 'offer', sdp: pc.localDescription.sdp });
  await within('the answer to be taken', pc.setRemoteDescription((await answered()).jsep));
}
