// SPDX-License-Identifier: Apache-2.0
/** What a balancer's agent-check is told at this port of loopback: one line, and the connection ends. */
import { createConnection } from 'node:net';

export const agentLine = (port) => new Promise((done, fail) => {
  let text = '';
  createConnection(port, '127.0.0.1').on('data', (d) => (text += d)).on('end', () => done(text)).on('error', fail);
});
