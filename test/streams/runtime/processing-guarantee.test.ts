import { describe, expect, it } from 'vitest';
import { StreamsBuilder } from '../../../src/streams/index.ts';
import {
  type StreamsAppOptions,
  streamsAppSettings,
} from '../../../src/streams/runtime/streams-app-options.ts';

const settings = (options: Partial<StreamsAppOptions>) =>
  streamsAppSettings({
    ...{ applicationId: 'app', bootstrapServers: 'localhost:9092', topology: new StreamsBuilder() },
    ...options,
  });
const exactlyOnce = { processingGuarantee: 'exactly_once_v2' } as const;

describe('the guarantee of an application', () => {
  it('is at least once, with a commit every 30 seconds', () => {
    expect(settings({})).toMatchObject({ processingGuarantee: 'at_least_once', commitIntervalMs: 30_000 });
  });

  it('commits every 100 ms under exactly once, unless it says otherwise', () => {
    expect(settings(exactlyOnce)).toMatchObject({ commitIntervalMs: 100 });
    expect(settings({ ...exactlyOnce, commitIntervalMs: 7 })).toMatchObject({ commitIntervalMs: 7 });
  });

  it.each([
    ['a transaction that times out before its commit', { commitIntervalMs: 10_000 }, 'commitIntervalMs'],
    [
      'one with a time of its own',
      { commitIntervalMs: 500, producer: { transactionTimeoutMs: 500 } },
      'commitIntervalMs',
    ],
    [
      'reading what is not committed',
      { consumer: { isolationLevel: 'read_uncommitted' } },
      'consumer.isolationLevel',
    ],
    ['a producer that is not idempotent', { producer: { idempotent: false } }, 'producer.idempotent'],
    ['a producer that does not wait for all', { producer: { acks: 1 } }, 'producer'],
    ['one that waits for nobody', { producer: { acks: 0 } }, 'producer'],
    ['one with too many requests in flight', { producer: { inFlightMax: 10 } }, 'producer'],
    ['a time beyond 32 bits', { producer: { transactionTimeoutMs: 2 ** 31 } }, 'transactionTimeoutMs'],
    [
      'a transactional id of the user',
      { producer: { transactionalId: 'mine' } },
      'options.producer.transactionalId',
    ],
  ] as const)('refuses %s', (_what, options, argument) => {
    expect(() => settings({ ...exactlyOnce, ...options })).toThrow(expect.objectContaining({ argument }));
  });

  it('says so in the words of the producer, with the nearest value that is good', () => {
    expect(() => settings({ ...exactlyOnce, producer: { inFlightMax: 10, acks: 1 } })).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(
          'an idempotent producer needs acks=all and at most 5 requests in flight',
        ) as string,
        diagnostic: expect.objectContaining({
          hint: 'set acks=all and max.in.flight.requests.per.connection=5, or processing.guarantee to at_least_once',
        }) as object,
      }),
    );
    expect(settings({ producer: { inFlightMax: 10, acks: 1 } })).toMatchObject({ producer: { acks: 1 } });
  });

  it('lets a longer transaction time go with a longer interval', () => {
    const given = { commitIntervalMs: 10_000, producer: { transactionTimeoutMs: 60_000 } };
    expect(settings({ ...exactlyOnce, ...given })).toMatchObject({ commitIntervalMs: 10_000 });
  });

  it('is what it is by default where it is null, as every option is', () => {
    const none = { processingGuarantee: null, pollMs: null } as unknown as Partial<StreamsAppOptions>;
    expect(settings(none)).toMatchObject({ processingGuarantee: 'at_least_once', pollMs: 100 });
  });

  it('is one of the two', () => {
    const other = { processingGuarantee: 'exactly_once' } as unknown as Partial<StreamsAppOptions>;
    expect(() => settings(other)).toThrow(/at_least_once, exactly_once_v2/);
  });
});
