import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { LateAbort } from '../../../src/base/late-signal.ts';
import { AnswerStream } from '../../../src/server/rest/answer-stream.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: here\r\n\r\n';

let server: http.Server | undefined;
let client: net.Socket | undefined;
afterEach(async () => {
  client?.destroy();
  server?.closeAllConnections();
  await new Promise((closed) => (server === undefined ? closed(0) : server.close(closed)));
  server = undefined;
});

/** What a client of HTTP/1.1 sees on its connection, piece by piece, of an answer that is written so. */
async function received(
  write: (stream: AnswerStream) => void | Promise<void>,
  /** By the last piece. */
  isWhole: (text: string) => boolean,
): Promise<readonly string[]> {
  server = http.createServer((_request, response) => {
    const options = { contentType: 'text/plain', gone: new LateAbort(), stallTimeoutMs: 60_000 };
    void write(new AnswerStream(response, { ...options, onStall: () => undefined }));
  });
  await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  client = net.connect(port, '127.0.0.1');
  client.write(REQUEST);
  const pieces: string[] = [];
  for await (const piece of client) {
    pieces.push(String(piece));
    if (isWhole(String(piece))) break;
  }
  return pieces;
}

const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4);

it('sends an answer that has ended in the turn in which it began whole, with its length', async () => {
  const pieces = await received(
    async (stream) => {
      stream.write('header\n');
      await Promise.resolve();
      stream.write('röw\n');
      stream.end('end\n');
    },
    (text) => text.endsWith('end\n'),
  );
  const text = pieces.join('');
  expect(text).toMatch(/^content-length: 16\r$/im);
  expect(text).not.toMatch(/transfer-encoding/i);
  expect(Buffer.byteLength('header\nröw\nend\n')).toBe(16);
});

it('sends the head before there is a row, and what is written in one turn as one chunk', async () => {
  let begun = false;
  const pieces = await received(
    async (stream) => {
      while (!begun) await nextTurn();
      stream.write('a\n');
      stream.write('b\n');
      await nextTurn();
      await nextTurn();
      stream.end('c\n');
    },
    (text) => {
      // The rows wait for a client that has seen the head.
      begun ||= text.includes('\r\n\r\n');
      return text.endsWith('0\r\n\r\n');
    },
  );
  expect(bodyOf(pieces.join(''))).toBe('4\r\na\nb\n\r\n2\r\nc\n\r\n0\r\n\r\n');
});

it('tells a writer that the client does not read to wait, and sends all when it does', async () => {
  const row = `${'x'.repeat(999)}\n`;
  const rows = 5_000;
  let waited = 0;
  const pieces = await received(
    async (stream) => {
      for (let i = 0; i < rows; i++) {
        if (stream.write(row)) continue;
        waited += 1;
        await stream.drained();
      }
      stream.end('end\n');
    },
    (text) => text.endsWith('0\r\n\r\n'),
  );
  expect(waited).toBeGreaterThan(0);
  expect(
    pieces
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('xxx')).length,
  ).toBe(rows);
});
