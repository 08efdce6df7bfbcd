import net from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Metrics } from '../../../broker/server/broker-metrics.ts';
import { Dispatcher } from '../../../broker/server/dispatcher.ts';
import { anyHandler } from '../../../broker/server/request-handler.ts';
import { SocketServer, type SocketServerOptions } from '../../../broker/server/socket-server.ts';
import { assert } from '../../../src/base/assert.ts';
import { BufferPool } from '../../../src/base/buffer-pool.ts';
import type { Address } from '../../../src/base/environment.ts';
import { AssertionFailure } from '../../../src/base/errors.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { correlationIdOf, decodeResponse, encodeRequest } from '../../../src/protocol/framing.ts';
import { heartbeat } from '../../../src/protocol/messages/12-heartbeat.ts';
import { listGroups } from '../../../src/protocol/messages/16-list-groups.ts';
import { apiVersions } from '../../../src/protocol/messages/18-api-versions.ts';
import { FrameCollector } from './frame-collector.ts';

const LIMITS = {
  frameBytesMax: 10_000,
  requestsInFlightMax: 10,
  requestBytesInFlightMax: 100_000,
  queuedBytesMax: 100_000,
};

/** Stands for what a socket server without a broker does not have. */
const notHere = (): never => {
  throw new Error('there is no broker here');
};

describe('SocketServer with Dispatcher', () => {
  const cleanUps: (() => Promise<void> | void)[] = [];
  /** Heartbeats wait here, by generation id, until a test lets them go. */
  const waiting = new Map<number, () => void>();
  /** What an answer of ListGroups is padded with. */
  let groupCount = 0;
  const assertions: Error[] = [];

  afterEach(async () => {
    waiting.clear();
    groupCount = 0;
    assertions.length = 0;
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  async function serve(
    settings: Partial<SocketServerOptions> = {},
  ): Promise<{ address: Address; server: SocketServer; metrics: Metrics }> {
    const table = new Map(
      [
        anyHandler<typeof heartbeat>({
          api: heartbeat,
          answer: async (request) => {
            if (request.groupId === 'bug') throw new Error('a bug');
            if (request.groupId === 'stopped') {
              const failure = new AssertionFailure('a partition is broken');
              failure.stopped = 'partition t-0';
              throw failure;
            }
            assert(request.groupId !== 'broken', 'a group is not broken');
            if (request.groupId !== 'slow') return { errorCode: request.generationId };
            await new Promise<void>((resolve) => waiting.set(request.generationId, resolve));
            return { errorCode: request.generationId };
          },
        }),
        anyHandler<typeof listGroups>({
          api: listGroups,
          answer: () => ({
            groups: Array.from({ length: groupCount }, (_, i) => ({ groupId: `${'g'.repeat(1000)}${i}` })),
          }),
        }),
        anyHandler<typeof apiVersions>({
          api: apiVersions,
          answer: () => ({ errorCode: 0 }),
          failure: (_request, errorCode) => ({
            errorCode,
            apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: apiVersions.versions.max }],
          }),
        }),
      ].map((handler) => [handler.api.key, handler]),
    );
    const metrics: Metrics = new Metrics({
      stalls: { longest: { ms: 0, cause: 'none' }, stallsTotal: 0 },
      connections: () => server,
      replicaManager: notHere,
      logCleaner: notHere,
      cluster: notHere,
      partitions: notHere,
      groups: notHere,
    });
    const dispatcher = new Dispatcher({
      stalls: { note: () => {} },
      clock: nodeEnvironment.clock,
      logger: silentLogger,
      metrics,
      handlersOf: () => table,
      onAssertion: (failure) => assertions.push(failure),
    });
    const server = new SocketServer({
      environment: nodeEnvironment,
      logger: silentLogger,
      limits: LIMITS,
      quotas: {
        connectionsMax: 1000,
        connectionsMaxFrom: 'max.connections',
        perIpMax: 1000,
        perIpOverrides: new Map(),
      },
      requestBytesMax: 10_000_000,
      responseBytesMax: 10_000_000,
      stallMsMax: 1000,
      requestIdleMsMax: 60_000,
      idleMsMax: 60_000,
      dispatcher,
      buffers: new BufferPool({ poison: true }),
      ...settings,
    });
    cleanUps.push(() => server.close());
    const address = await server.listen({ name: 'PLAINTEXT', host: '127.0.0.1', port: 0 });
    server.open('PLAINTEXT');
    return { address, server, metrics };
  }

  async function connect(address: Address): Promise<FrameCollector> {
    const socket = net.connect(address.port, address.host);
    const client = new FrameCollector(socket);
    cleanUps.push(() => {
      socket.destroy();
    });
    await client.connected;
    return client;
  }

  function beat(correlationId: number, groupId = 'group', version = 3): Buffer {
    const body = { groupId, generationId: correlationId, memberId: 'm' };
    return Buffer.concat(encodeRequest(heartbeat, version, { correlationId, clientId: 'test' }, body));
  }

  it('answers pipelined requests in their order, however they finish', async () => {
    const { address } = await serve();
    const client = await connect(address);
    client.write(Buffer.concat([beat(1, 'slow'), beat(2), beat(3, 'slow'), beat(4)]));
    await expect.poll(() => waiting.size).toBe(2);
    waiting.get(3)?.();
    waiting.get(1)?.();
    const frames = await client.frames(4);
    expect(frames.map(correlationIdOf)).toEqual([1, 2, 3, 4]);
    expect(frames.map((frame) => decodeResponse(heartbeat, 3, frame).errorCode)).toEqual([1, 2, 3, 4]);
  });

  it('takes no more than its limit of unanswered requests, and goes on when they are answered', async () => {
    const { address, metrics } = await serve();
    const client = await connect(address);
    client.write(Buffer.concat(Array.from({ length: 25 }, (_, i) => beat(i, 'slow'))));
    await expect.poll(() => waiting.size).toBe(10);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(metrics.requests.get(heartbeat.key)?.requestsTotal).toBe(10);
    const released = setInterval(() => {
      for (const release of waiting.values()) release();
    }, 1);
    cleanUps.push(() => clearInterval(released));
    expect((await client.frames(25)).map(correlationIdOf)).toEqual(Array.from({ length: 25 }, (_, i) => i));
  });

  it('stops reading from a client that does not read', async () => {
    groupCount = 1000;
    const { address, metrics } = await serve();
    const client = await connect(address);
    client.socket.pause();
    const request = Buffer.concat(encodeRequest(listGroups, 4, { correlationId: 7, clientId: null }, {}));
    const count = 200;
    client.write(Buffer.concat(Array.from({ length: count }, () => request)));
    await expect.poll(() => metrics.requests.get(listGroups.key)?.requestsTotal ?? 0).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(metrics.requests.get(listGroups.key)?.requestsTotal ?? 0).toBeLessThan(count);
    client.socket.resume();
    expect(await client.frames(count)).toHaveLength(count);
  });

  it('answers a newcomer before it has worked off what others have sent at once', async () => {
    const { address, metrics } = await serve();
    const floods = await Promise.all(Array.from({ length: 8 }, () => connect(address)));
    const newcomer = await connect(address);
    const count = 2500;
    const requests = Array.from({ length: count }, (_, correlationId) =>
      Buffer.concat(encodeRequest(apiVersions, 0, { correlationId, clientId: null }, {})),
    );
    const begun = (): number => metrics.requests.get(apiVersions.key)?.requestsTotal ?? 0;
    for (const flood of floods) flood.socket.pause();
    for (const flood of floods) flood.write(Buffer.concat(requests));
    await expect.poll(begun, { interval: 0 }).toBeGreaterThan(0);
    newcomer.write(beat(1));
    await newcomer.frames(1);
    expect(begun()).toBeLessThan((floods.length * count) / 2);
    // Nothing of it is forgotten, and all is in order.
    for (const flood of floods) {
      flood.socket.resume();
      expect((await flood.frames(count)).map(correlationIdOf)).toEqual(requests.map((_, i) => i));
    }
  });

  it('answers a newcomer while others send and await thousands of requests that take their time', async () => {
    const { address, metrics } = await serve({ limits: { ...LIMITS, requestsInFlightMax: 5000 } });
    const [flood, newcomer] = [await connect(address), await connect(address)];
    const count = 2000;
    flood.write(Buffer.concat(Array.from({ length: count }, (_, i) => beat(i))));
    await expect.poll(() => metrics.requests.size, { interval: 0 }).toBeGreaterThan(0);
    newcomer.write(Buffer.concat(encodeRequest(apiVersions, 0, { correlationId: 1, clientId: null }, {})));
    await newcomer.frames(1);
    expect(metrics.requests.get(heartbeat.key)?.requestsTotal ?? 0).toBeLessThan(count);
    expect((await flood.frames(count)).map(correlationIdOf)).toEqual(
      Array.from({ length: count }, (_, i) => i),
    );
  });

  it('answers an unknown version of ApiVersions with the body of version 0', async () => {
    const { address } = await serve();
    const client = await connect(address);
    const bytes = Buffer.concat(
      encodeRequest(apiVersions, 4, { correlationId: 9, clientId: 'x' }, { clientSoftwareName: 'a' }),
    );
    bytes.writeInt16BE(99, 6);
    client.write(bytes);
    const [frame] = await client.frames(1);
    const response = decodeResponse(apiVersions, 0, frame ?? Buffer.alloc(0));
    expect(response.errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
    expect(response.apiKeys).toEqual([{ apiKey: 18, minVersion: 0, maxVersion: apiVersions.versions.max }]);
  });

  it('answers a bug with UNKNOWN_SERVER_ERROR and goes on', async () => {
    const { address } = await serve();
    const client = await connect(address);
    client.write(Buffer.concat([beat(1, 'bug'), beat(2)]));
    const frames = await client.frames(2);
    expect(frames.map((frame) => decodeResponse(heartbeat, 3, frame).errorCode)).toEqual([-1, 2]);
  });

  it('stops for a failed assertion, and answers nothing', async () => {
    const { address } = await serve();
    const client = await connect(address);
    client.write(beat(1, 'broken'));
    await client.closed;
    expect(assertions.map(({ message }) => message)).toEqual(['a group is not broken']);
  });

  it('goes on after a failed assertion for which its owner has stopped', async () => {
    const { address } = await serve();
    const client = await connect(address);
    client.write(Buffer.concat([beat(1, 'stopped'), beat(2)]));
    const frames = await client.frames(2);
    expect(frames.map((frame) => decodeResponse(heartbeat, 3, frame).errorCode)).toEqual([-1, 2]);
    expect(assertions).toEqual([]);
  });

  it.each([
    ['an unknown key', () => withInt16(beat(1), 4, 999)],
    ['an unknown version', () => withInt16(beat(1), 6, 99)],
    ['a negative size', () => Buffer.from([255, 255, 255, 255, 0, 0])],
    ['a size beyond the limit', () => Buffer.from([0, 1, 0, 0, 0, 0])],
    ['a truncated body', () => resized(beat(1), -2)],
  ])('closes the connection on %s, and only that one', async (_what, bytes) => {
    const { address } = await serve();
    const [bad, good] = [await connect(address), await connect(address)];
    bad.write(bytes());
    await bad.closed;
    good.write(beat(5));
    expect((await good.frames(1)).map(correlationIdOf)).toEqual([5]);
  });

  it('ignores bytes after a request, as Apache Kafka does', async () => {
    const { address } = await serve();
    const client = await connect(address);
    client.write(Buffer.concat([resized(beat(1), 3), beat(2)]));
    expect((await client.frames(2)).map(correlationIdOf)).toEqual([1, 2]);
  });

  it('closes a connection that is idle for too long', async () => {
    const { address, server } = await serve({ idleMsMax: 40 });
    const client = await connect(address);
    await client.closed;
    await expect.poll(() => server.connectionCount).toBe(0);
  });

  it('survives a client that goes away in the middle of a frame', async () => {
    const { address, server } = await serve();
    const client = await connect(address);
    client.write(beat(1).subarray(0, 11));
    client.socket.destroy();
    await client.closed;
    await expect.poll(() => server.connectionCount).toBe(0);
  });

  it('survives random bytes', async () => {
    const { address } = await serve();
    await fc.assert(
      fc.asyncProperty(fc.array(mess(), { minLength: 1, maxLength: 5 }), async (pieces) => {
        const client = await connect(address);
        client.write(Buffer.concat(pieces));
        client.socket.end();
        await client.closed;
      }),
      { numRuns: 150 },
    );
    const client = await connect(address);
    client.write(beat(77));
    expect((await client.frames(1)).map(correlationIdOf)).toEqual([77]);
  });

  /** Noise, noise in a well-formed frame, and requests with some bytes changed. */
  function mess(): fc.Arbitrary<Buffer> {
    const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    const framed = fc.tuple(fc.constantFrom(12, 16, 18, 0, 1), noise).map(([key, body]) => {
      const header = Buffer.alloc(12);
      header.writeInt32BE(body.length + 8);
      header.writeInt16BE(key, 4);
      header.writeInt16BE(body[0] ?? 0, 6);
      return Buffer.concat([header, body]);
    });
    const changed = fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 4 }).map((changes) => {
      const bytes = beat(3, 'group', 4);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      return bytes;
    });
    return fc.oneof(noise, framed, changed);
  }
});

function withInt16(bytes: Buffer, at: number, value: number): Buffer {
  bytes.writeInt16BE(value, at);
  return bytes;
}

function resized(bytes: Buffer, by: number): Buffer {
  const changed = by < 0 ? bytes.subarray(0, bytes.length + by) : Buffer.concat([bytes, Buffer.alloc(by, 1)]);
  changed.writeInt32BE(changed.length - 4, 0);
  return changed;
}
