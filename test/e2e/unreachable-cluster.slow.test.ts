import type net from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { Millrace, occupy, portOf } from './millrace-process.ts';

/** A port where somebody listens, and says nothing, or speaks something else than Kafka. */
describe.concurrent('a cluster that does not answer', () => {
  const millrace = new Millrace();

  afterAll(() => millrace.close());

  const unreachable = /^millrace: no answer from the Kafka cluster at 127.0.0.1/;
  const foreign =
    /^millrace: the other side does not speak the Kafka protocol: its answer begins with "HTTP"/;

  it.each([
    ['says nothing', (_: net.Socket) => {}, unreachable],
    ['hangs up', (socket: net.Socket) => socket.end(), unreachable],
    ['speaks HTTP', (socket: net.Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), foreign],
  ] as const)('is said when the port %s', async (_, behave, message) => {
    const server = await occupy(0);
    const sockets = new Set<net.Socket>();
    server.on('connection', (socket) => {
      sockets.add(socket.on('error', () => {}));
      socket.on('data', () => behave(socket));
    });
    const port = portOf(server);
    const { code, text } = await millrace.run(['topic', 'list', '-b', `127.0.0.1:${port}`]);
    expect(text).toMatch(message);
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});
