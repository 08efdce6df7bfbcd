import net from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import type { Logger } from '../../../src/base/logger.ts';
import { apis } from '../../../src/protocol/apis.ts';
import { encodeStruct } from '../../../src/protocol/codec.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { apiVersions } from '../../../src/protocol/messages/18-api-versions.ts';
import { TestBrokers } from '../running-broker.ts';

/** A whole broker is fed requests with random bodies, in every API and version: it lives, and no handler fails. */
describe('random requests', () => {
  const brokers = new TestBrokers();
  const bugs: unknown[] = [];
  let broker: Broker;
  let served: readonly { readonly apiKey: number; readonly maxVersion: number }[] = [];

  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (message, fields) => bugs.push([message, fields]),
    child: () => logger,
  };

  beforeAll(async () => {
    broker = await brokers.start({}, { logger });
    served = (await brokers.to(broker).send(apiVersions, 0, {})).apiKeys;
  });

  afterAll(() => brokers.close());

  /** Sends frames and waits until the broker has read them all or hung up. */
  function feed(frames: readonly Buffer[]): Promise<void> {
    return new Promise((resolve) => {
      const socket = net.connect(broker.address.port, broker.address.host);
      socket.on('error', () => {});
      socket.on('data', () => {});
      socket.once('close', () => resolve());
      socket.end(Buffer.concat(frames));
      // What waits (a fetch, a join) is left alone.
      setTimeout(() => socket.destroy(), 50);
    });
  }

  function frame(key: number, version: number, flexible: boolean, body: Uint8Array): Buffer {
    const header = Buffer.alloc(flexible ? 15 : 14);
    header.writeInt32BE(header.length - 4 + body.length, 0);
    header.writeInt16BE(key, 4);
    header.writeInt16BE(version, 6);
    header.writeInt32BE(1, 8);
    header.writeInt16BE(0, 12);
    return Buffer.concat([header, body]);
  }

  /** Random bytes, or the defaults of the request with some bytes changed, some cut off, some added. */
  function request(): fc.Arbitrary<Buffer> {
    return fc
      .tuple(
        fc.nat(1000),
        fc.nat(1000),
        fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 5 }),
        fc.uint8Array({ maxLength: 60 }),
        fc.boolean(),
      )
      .map(([apiPick, versionPick, changes, noise, isNoise]) => {
        const { apiKey, maxVersion } = served[apiPick % served.length] ?? { apiKey: 18, maxVersion: 0 };
        const api = apis[apiKey as keyof typeof apis];
        const version = api.versions.min + (versionPick % (maxVersion - api.versions.min + 1));
        const body = isNoise ? Buffer.from(noise) : encodeStruct(api.request as never, version, {} as never);
        for (const [at, value] of changes) if (at < body.length) body[at] = value;
        const flexible = version >= api.flexible.min && version <= api.flexible.max;
        return frame(apiKey, version, flexible, body);
      });
  }

  it('do not bring it down', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(request(), { minLength: 1, maxLength: 6 }), (frames) => feed(frames)),
      { numRuns: 300 },
    );
    expect(bugs).toEqual([]);
    // Most were understood, or the test would prove nothing.
    expect(broker.metrics.requests.size).toBeGreaterThan(20);
    const { brokers: alive } = await brokers.to(broker).send(metadata, 9, { topics: [] });
    expect(alive).toHaveLength(1);
  });
});
