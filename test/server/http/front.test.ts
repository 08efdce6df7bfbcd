import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import fastify from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { HttpFront } from '../../../src/server/http/front.ts';
import { CONCURRENT_STREAMS_MAX } from '../../../src/server/http/http2-limits.ts';

const open: HttpFront[] = [];

afterEach(async () => {
  for (const front of open.splice(0)) await front.close();
});

async function serve(): Promise<number> {
  const app = fastify({
    serverFactory: (handler) => {
      open.push(new HttpFront(handler));
      return (open.at(-1) as HttpFront).http1;
    },
  });
  app.post('/echo', async (request) => ({ version: request.raw.httpVersion, body: request.body }));
  await app.ready();
  const { port } = await (open.at(-1) as HttpFront).listen({ host: '127.0.0.1', port: 0 });
  return port;
}

function http2Echo(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const session = http2.connect(`http://127.0.0.1:${port}`);
    session.on('error', reject);
    const stream = session.request({
      ':path': '/echo',
      ':method': 'POST',
      'content-type': 'application/json',
    });
    let text = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => (text += chunk));
    stream.on('end', () => session.close(() => resolve(text)));
    stream.end('{"x":1}');
  });
}

it('serves HTTP/1.1 and HTTP/2 by prior knowledge on one port', async () => {
  const port = await serve();
  const answer = await fetch(`http://127.0.0.1:${port}/echo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"x":1}',
  });
  expect(await answer.json()).toEqual({ version: '1.1', body: { x: 1 } });
  expect(JSON.parse(await http2Echo(port))).toEqual({ version: '2.0', body: { x: 1 } });
});

it('tells over HTTP/2 how many requests it answers at a time', async () => {
  const session = http2.connect(`http://127.0.0.1:${await serve()}`);
  const [settings] = (await once(session, 'remoteSettings')) as [http2.Settings];
  session.destroy();
  expect(settings.maxConcurrentStreams).toBe(CONCURRENT_STREAMS_MAX);
});

it('recognises a preface that arrives byte by byte', async () => {
  const port = await serve();
  const answer = await new Promise<Buffer>((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
      const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
      const bytes = [...Buffer.concat([preface, settings])];
      const next = (): void => {
        const byte = bytes.shift();
        if (byte !== undefined) socket.write(Buffer.from([byte]), next);
      };
      next();
    });
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.once('data', (chunk) => {
      resolve(chunk);
      socket.destroy();
    });
  });
  // The server's first frame is SETTINGS: three bytes of length, then type 4.
  expect(answer[3]).toBe(4);
});

it('answers garbage with 400 and stays up', async () => {
  const port = await serve();
  const text = await new Promise<string>((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write('\u0001\u0002 nonsense\r\n\r\n'));
    socket.on('error', reject);
    socket.once('data', (chunk) => resolve(chunk.toString()));
  });
  expect(text).toContain('400 Bad Request');
  expect(JSON.parse(await http2Echo(port))).toMatchObject({ version: '2.0' });
});

it('says which port is taken', async () => {
  const port = await serve();
  const second = new HttpFront(() => {});
  await expect(second.listen({ host: '127.0.0.1', port })).rejects.toThrow(
    `port ${port} on 127.0.0.1 is already in use`,
  );
});

it('answers what clients have sent before they could know that it stops', async () => {
  const port = await serve();
  const front = open.pop() as HttpFront;
  const answers: string[] = [];
  const sockets = Array.from({ length: 10 }, (_, index) => {
    const socket = net.connect(port, '127.0.0.1');
    answers[index] = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answers[index] += text));
    socket.on('error', (error) => (answers[index] += String(error)));
    return socket;
  });
  const half =
    'POST /echo HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n';
  // Some are in the middle of a request, others not yet accepted.
  for (const socket of sockets.slice(0, 5)) socket.write(half);
  const drained = front.drain({ limitMs: 60_000 });
  for (const socket of sockets.slice(0, 5)) socket.write('{"x":1}');
  for (const socket of sockets.slice(5)) socket.write(`${half}{"x":1}`);
  await drained;
  await front.close();
  await expect.poll(() => answers.filter((text) => text.includes('{"version":"1.1"')).length).toBe(10);
});
