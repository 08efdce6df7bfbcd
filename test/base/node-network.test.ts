import { once } from 'node:events';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Connection, ConnectionHandlers, Listener } from '../../src/base/environment.ts';
import { nodeNetwork } from '../../src/base/io/node-network.ts';
import { PATIENCE_MS } from '../setup/patience.ts';

const KIB = 1024;
const STREAM = Buffer.from(Uint8Array.from({ length: 3_000 * KIB }, (_, i) => i * 31 + (i >>> 8)));

/** What one end of a connection has received. */
class Receiver implements ConnectionHandlers {
  readonly memory?: () => Buffer;
  readonly chunks: Buffer[] = [];
  readonly closed: Promise<Error | undefined>;
  connection: Connection | undefined;
  onData: () => void = () => {};
  #onClose: (error: Error | undefined) => void = () => {};

  /** @param memoryBytes of memory that all reads go into; undefined: chunks come in memory of their own. */
  constructor(memoryBytes: number | undefined) {
    this.closed = new Promise((resolve) => {
      this.#onClose = resolve;
    });
    if (memoryBytes === undefined) return;
    const memory = Buffer.allocUnsafeSlow(memoryBytes);
    this.memory = () => memory;
  }

  get received(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get bytes(): number {
    return this.chunks.reduce((sum, { length }) => sum + length, 0);
  }

  data(chunk: Buffer): void {
    this.chunks.push(Buffer.from(chunk));
    this.onData();
  }

  close(error?: Error): void {
    this.#onClose(error);
  }
}

describe.each([
  ['into memory of the handler', 64 * KIB],
  ['into a little memory of the handler', 5000],
  ['in chunks of their own', undefined],
])('connections that are read %s', (_name, memoryBytes) => {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  async function pair(): Promise<{ client: Receiver; server: Receiver; listener: Listener }> {
    const [client, server] = [new Receiver(memoryBytes), new Receiver(memoryBytes)];
    let onAccepted = (): void => {};
    const accepted = new Promise<void>((resolve) => {
      onAccepted = resolve;
    });
    const listener = await nodeNetwork.listen({
      host: '127.0.0.1',
      port: 0,
      onConnection: (connection) => {
        server.connection = connection;
        connection.start(server);
        onAccepted();
      },
    });
    cleanUps.push(() => listener.close());
    const connection = await nodeNetwork.connect(listener.address);
    cleanUps.push(() => connection.destroy());
    client.connection = connection;
    connection.start(client);
    await accepted;
    cleanUps.push(() => server.connection?.destroy());
    return { client, server, listener };
  }

  it('bring all bytes, in order, both ways', async () => {
    const { client, server } = await pair();
    server.onData = () => void server.connection?.write([server.chunks.at(-1) ?? Buffer.alloc(0)]);
    client.connection?.write([STREAM.subarray(0, 1_000_000), STREAM.subarray(1_000_000)]);
    await expect.poll(() => client.bytes, { timeout: PATIENCE_MS }).toBe(STREAM.length);
    expect(server.received.equals(STREAM)).toBe(true);
    expect(client.received.equals(STREAM)).toBe(true);
  });

  it('bring little while they are paused, and the rest when they are resumed', async () => {
    const { client, server } = await pair();
    server.onData = () => server.connection?.pause();
    let sent = false;
    client.connection?.write([STREAM], () => {
      sent = true;
    });
    await expect.poll(() => server.bytes).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.bytes).toBeLessThanOrEqual(2 * 64 * KIB);
    server.onData = () => {};
    server.connection?.resume();
    await expect.poll(() => server.bytes, { timeout: PATIENCE_MS }).toBe(STREAM.length);
    expect(server.received.equals(STREAM)).toBe(true);
    expect(sent).toBe(true);
  });

  it.each([false, true])('notice that the other side leaves, paused: %s', async (isPaused) => {
    const { client, server } = await pair();
    client.connection?.write([Buffer.from('hello')]);
    await expect.poll(() => server.received.toString()).toBe('hello');
    if (isPaused) server.connection?.pause();
    client.connection?.destroy();
    expect(await server.closed).toBeUndefined();
    await client.closed;
  });

  it('notice the end that the other side makes after its last bytes', async () => {
    const { client, server } = await pair();
    client.connection?.write([Buffer.from('bye')]);
    client.connection?.end();
    await server.closed;
    expect(server.received.toString()).toBe('bye');
    await client.closed;
  });

  it('end with the error that they are destroyed with', async () => {
    const { client, server } = await pair();
    server.connection?.destroy(new Error('enough'));
    expect((await server.closed)?.message).toBe('enough');
    await client.closed;
  });

  it('are waited for by the listener that closes', async () => {
    const { client, server, listener } = await pair();
    let isClosed = false;
    const closing = listener.close().then(() => {
      isClosed = true;
    });
    client.connection?.write([Buffer.from('late')]);
    await expect.poll(() => server.received.toString()).toBe('late');
    expect(isClosed).toBe(false);
    server.connection?.destroy();
    await closing;
  });
});

it('Node reads into the memory that it is given', async () => {
  const memory = Buffer.alloc(64 * KIB);
  const seen: ArrayBufferLike[] = [];
  const listener = await nodeNetwork.listen({
    host: '127.0.0.1',
    port: 0,
    onConnection: (connection) =>
      connection.start({
        memory: () => memory,
        data: (chunk) => seen.push(chunk.buffer),
        close: () => {},
      }),
  });
  const connection = await nodeNetwork.connect(listener.address);
  connection.start({ data: () => {}, close: () => {} });
  connection.write([Buffer.from('into my memory')]);
  await expect.poll(() => seen).toEqual([memory.buffer]);
  expect(memory.toString('latin1', 0, 14)).toBe('into my memory');
  connection.destroy();
  await listener.close();
});

describe('a connection that this process has accepted', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::', '127.0.0.1'],
    ['127.0.0.1', 'localhost'],
  ])('is known for its own where its network has opened it, on %s by %s', async (bound, dialled) => {
    const accepted: Connection[] = [];
    const opened: (Connection | net.Socket)[] = [];
    const listener = await nodeNetwork.listen({
      host: bound,
      port: 0,
      onConnection: (connection) => accepted.push(connection),
    });
    const { port } = listener.address;
    const own = new Set<number>();
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        if (i % 2 === 0) {
          const connection = await nodeNetwork.connect({ host: dialled, port });
          own.add(connection.local.port);
          opened.push(connection);
          return;
        }
        // Anybody else's, for all that its listener knows.
        const socket = net.connect(port, dialled);
        opened.push(socket);
        await once(socket, 'connect');
      }),
    );
    await expect.poll(() => accepted.length).toBe(50);
    expect(accepted.filter(({ isFromThisProcess }) => isFromThisProcess === true).length).toBe(25);
    for (const { isFromThisProcess, remote } of accepted)
      expect(isFromThisProcess).toBe(own.has(remote.port));
    for (const each of [...opened, ...accepted]) each.destroy();
    await listener.close();
  });
});
