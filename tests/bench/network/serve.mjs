// SPDX-License-Identifier: Apache-2.0
/** Serves page.html on every address of the namespace it runs in: serve.mjs PORT. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const page = readFileSync(new URL('./page.html', import.meta.url));
createServer((_, reply) => {
  reply.setHeader('content-type', 'text/html');
  reply.end(page);
}).listen(Number(process.argv[2]), '0.0.0.0', () => console.log('serving'));
