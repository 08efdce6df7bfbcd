import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { BytesReader } from '../../src/base/bytes-reader.ts';
import { apis } from '../../src/protocol/apis.ts';
import { decodeFrom, decodeVersioned, encodeStruct, encodeVersioned } from '../../src/protocol/codec.ts';
import { allErrors, ErrorCode, errorOf } from '../../src/protocol/error-codes.ts';
import {
  correlationIdOf,
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../../src/protocol/framing.ts';
import { apiVersions } from '../../src/protocol/messages/18-api-versions.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { ProtocolError } from '../../src/protocol/protocol-error.ts';
import { consumerProtocolSubscription } from '../../src/protocol/records-schemas/consumer-protocol.ts';

/** A frame without its size, which is checked. */
function frameOf(chunks: readonly Buffer[]): Buffer {
  const all = Buffer.concat(chunks);
  expect(all.readInt32BE(0)).toBe(all.length - 4);
  return all.subarray(4);
}

describe('a request', () => {
  it('travels with a header that fits its version', () => {
    for (const version of [4, 11, 12, 18]) {
      const frame = frameOf(
        encodeRequest(
          fetch,
          version,
          { correlationId: 77, clientId: 'tester' },
          { maxWaitMs: 500, minBytes: 1 },
        ),
      );
      const { header, reader } = decodeRequestHeader(frame);
      expect(header).toEqual({ apiKey: 1, apiVersion: version, correlationId: 77, clientId: 'tester' });
      expect(decodeRequest(fetch, version, reader)).toMatchObject({
        maxWaitMs: 500,
        minBytes: 1,
        topics: [],
      });
    }
  });

  it('has the bytes of the protocol guide', () => {
    const old = frameOf(encodeRequest(metadata, 1, { correlationId: 1, clientId: null }, { topics: null }));
    expect(old.toString('hex')).toBe('0003' + '0001' + '00000001' + 'ffff' + 'ffffffff');
    const flexible = frameOf(
      encodeRequest(
        apiVersions,
        3,
        { correlationId: 2, clientId: 'c' },
        { clientSoftwareName: 'm', clientSoftwareVersion: '1' },
      ),
    );
    expect(flexible.toString('hex')).toBe(
      '0012' + '0003' + '00000002' + '000163' + '00' + '026d' + '0231' + '00',
    );
  });

  it('can be read up to its correlation id when its version is not known', () => {
    const frame = frameOf(encodeRequest(apiVersions, 3, { correlationId: 9, clientId: 'new' }, {}));
    frame.writeInt16BE(99, 2);
    expect(decodeRequestHeader(frame).header).toEqual({
      apiKey: 18,
      apiVersion: 99,
      correlationId: 9,
      clientId: 'new',
    });
  });

  it('passes record batches through without copying them', () => {
    const batches = [Buffer.alloc(4_000, 1), Buffer.alloc(9_000, 2)];
    const chunks = encodeRequest(
      produce,
      9,
      { correlationId: 1, clientId: null },
      { topicData: [{ name: 't', partitionData: [{ index: 0, records: batches }] }] },
    );
    expect(chunks).toContain(batches[0]);
    expect(chunks).toContain(batches[1]);
    const { reader } = decodeRequestHeader(frameOf(chunks));
    const decoded = decodeRequest(produce, 9, reader).topicData[0]?.partitionData[0]?.records;
    expect(decoded).toEqual(Buffer.concat(batches));
  });

  it('leaves nothing behind in the next message when it cannot be written', () => {
    expect(() =>
      encodeRequest(
        produce,
        9,
        { correlationId: 1, clientId: null },
        { transactionalId: 't', acks: 100_000 },
      ),
    ).toThrow(TypeError);
    const frame = frameOf(encodeRequest(metadata, 1, { correlationId: 1, clientId: null }, { topics: null }));
    expect(frame).toHaveLength(14);
  });

  it('refuses a value that its version cannot carry, unless the field may be ignored', () => {
    const send = (version: number, body: Parameters<typeof encodeRequest<typeof metadata>>[3]): Buffer[] =>
      encodeRequest(metadata, version, { correlationId: 1, clientId: null }, body);
    expect(() => send(3, { topics: null, allowAutoTopicCreation: false })).toThrow(
      expect.objectContaining({ code: ErrorCode.UNSUPPORTED_VERSION }),
    );
    expect(() => send(3, { topics: null, allowAutoTopicCreation: true })).not.toThrow();
    expect(() => send(0, { topics: null })).toThrow(TypeError);
    expect(() => send(14, { topics: null })).toThrow(ProtocolError);
  });
});

describe('a response', () => {
  it('has a flexible header from the flexible versions on, except for ApiVersions', () => {
    const flexible = frameOf(encodeResponse(fetch, 12, 5, {}));
    expect(flexible.subarray(0, 5).toString('hex')).toBe('0000000500');
    const exception = frameOf(encodeResponse(apiVersions, 3, 5, { errorCode: 35 }));
    expect(exception.subarray(0, 6).toString('hex')).toBe('000000050023');
    expect(correlationIdOf(exception)).toBe(5);
    expect(decodeResponse(apiVersions, 3, exception).errorCode).toBe(35);
  });

  it('omits tagged fields that have their default', () => {
    const none = frameOf(
      encodeResponse(apiVersions, 3, 0, { finalizedFeaturesEpoch: -1, supportedFeatures: [] }),
    );
    const some = frameOf(encodeResponse(apiVersions, 3, 0, { finalizedFeaturesEpoch: 1 }));
    expect(none.at(-1)).toBe(0);
    expect(some.subarray(none.length - 1).toString('hex')).toBe('01' + '01' + '08' + '0000000000000001');
  });

  it('skips tagged fields that it does not know', () => {
    const known = frameOf(encodeResponse(apiVersions, 3, 0, { finalizedFeaturesEpoch: 1 }));
    const at = known.length - 11;
    const extended = Buffer.concat([
      known.subarray(0, at),
      Buffer.from('02', 'hex'),
      known.subarray(at + 1),
      Buffer.from('ff0103aabbcc', 'hex'),
    ]);
    expect(decodeResponse(apiVersions, 3, extended).finalizedFeaturesEpoch).toBe(1);
    const lying = Buffer.from(extended);
    lying[at + 2] = 7;
    expect(() => decodeResponse(apiVersions, 3, lying)).toThrow(ProtocolError);
  });
});

describe('lengths that lie', () => {
  const asked = (version: number, length: string) => {
    const { reader } = decodeRequestHeader(Buffer.from(`0003000${version}000000010000${length}`, 'hex'));
    return decodeRequest(metadata, version, reader);
  };

  it('a huge array is refused before anything is allocated', () => {
    expect(() => asked(1, '7fffffff')).toThrow(ProtocolError);
  });

  it('a negative array is null, as in Kafka, or refused where it may not be null', () => {
    expect(asked(1, 'fffffffe').topics).toBeNull();
    expect(() => asked(0, 'fffffffe')).toThrow(ProtocolError);
  });
});

describe('structs with a version before them', () => {
  it('reads a newer consumer protocol as the newest known', () => {
    const bytes = encodeVersioned(consumerProtocolSubscription, 3, { topics: ['a'], generationId: 4 });
    bytes.writeInt16BE(9, 0);
    const newer = Buffer.concat([bytes, Buffer.from('future')]);
    expect(decodeVersioned(consumerProtocolSubscription, newer, { lenient: true })).toMatchObject({
      topics: ['a'],
      generationId: 4,
    });
    expect(() => decodeVersioned(consumerProtocolSubscription, newer)).toThrow(ProtocolError);
  });

  it('agrees with kafkajs on the consumer protocol', () => {
    const require = createRequire(import.meta.url);
    const { MemberMetadata } = require('kafkajs/src/consumer/assignerProtocol') as {
      readonly MemberMetadata: {
        encode(value: object): Buffer;
        decode(bytes: Buffer): { readonly topics: readonly string[] } | null;
      };
    };
    const theirs = MemberMetadata.encode({ version: 0, topics: ['x', 'y'], userData: Buffer.from('u') });
    expect(decodeVersioned(consumerProtocolSubscription, theirs)).toMatchObject({
      topics: ['x', 'y'],
      userData: Buffer.from('u'),
    });
    const ours = encodeVersioned(consumerProtocolSubscription, 0, {
      topics: ['x', 'y'],
      userData: Buffer.from('u'),
    });
    expect(ours).toEqual(theirs);
  });
});

describe('the registry', () => {
  it('knows every key from 0 to 94 but the four of ZooKeeper', () => {
    const keys = Object.keys(apis).map(Number);
    const expected = Array.from({ length: 95 }, (_, key) => key).filter((key) => key < 4 || key > 7);
    expect(keys.sort((a, b) => a - b)).toEqual(expected);
    for (const [key, api] of Object.entries(apis)) expect(api.key).toBe(Number(key));
  });

  it('describes every error code once', () => {
    const errors = allErrors();
    expect(errors.map((error) => error.code)).toEqual(Array.from({ length: errors.length }, (_, i) => i - 1));
    expect(errorOf(ErrorCode.NOT_LEADER_OR_FOLLOWER)).toMatchObject({
      name: 'NOT_LEADER_OR_FOLLOWER',
      retriable: true,
    });
    expect(errorOf(9_999).code).toBe(ErrorCode.UNKNOWN_SERVER_ERROR);
  });
});

describe('encodeStruct', () => {
  it('gives buffers that later messages do not touch', () => {
    const first = encodeStruct(apiVersions.request, 3, { clientSoftwareName: 'first' });
    const copy = Buffer.from(first);
    for (let i = 0; i < 5_000; i++)
      encodeStruct(apiVersions.request, 3, { clientSoftwareName: `other-${i}` });
    expect(first).toEqual(copy);
    expect(decodeFrom(apiVersions.request, 3, new BytesReader(first)).clientSoftwareName).toBe('first');
  });
});

describe('an array', () => {
  it('is refused when its elements cannot fit, however small they are in the version', () => {
    // Version 12 of Metadata: a topic takes at least an id, an empty name and no tags: 18 bytes.
    const fitting = encodeStruct(metadata.request, 12, { topics: [{}, {}] });
    expect(fitting.length).toBe(1 + 2 * 18 + 3);
    const lying = Buffer.from(fitting);
    lying[0] = 1 + 3;
    expect(() => decodeFrom(metadata.request, 12, new BytesReader(lying))).toThrow(/3 elements cannot fit/);
    expect(decodeFrom(metadata.request, 12, new BytesReader(fitting)).topics).toHaveLength(2);
  });
});
