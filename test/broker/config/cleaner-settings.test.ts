import { Map as ImmutableMap } from 'immutable';
import { describe, expect, it } from 'vitest';
import { BrokerConfig } from '../../../broker/config/broker-config.ts';
import {
  checkCleaner,
  checkCleanerChange,
  cleanerSettings,
} from '../../../broker/config/cleaner-settings.ts';
import type { ConfigContext } from '../../../broker/config/config-places.ts';
import { configKey, ConfigResourceType, EMPTY_IMAGE } from '../../../broker/metadata/metadata-image.ts';

const MIB = 1024 * 1024;

/** Broker 1 with static settings, and with what is set for all brokers and for it since. */
function contextOf({
  start = {},
  all = {},
  own = {},
}: {
  readonly start?: Readonly<Record<string, string | number | boolean>>;
  readonly all?: Readonly<Record<string, string>>;
  readonly own?: Readonly<Record<string, string>>;
}): ConfigContext {
  const configs = ImmutableMap([
    [configKey(ConfigResourceType.BROKER, ''), ImmutableMap(all)],
    [configKey(ConfigResourceType.BROKER, '1'), ImmutableMap(own)],
  ]);
  return { image: { ...EMPTY_IMAGE, configs }, config: new BrokerConfig({ config: start }), nodeId: 1 };
}

describe('what the log cleaner goes by', () => {
  it('is the start, until something else is set for all brokers, or for this one', () => {
    const start = { 'log.cleaner.threads': 2, 'log.cleaner.dedupe.buffer.size': 8 * MIB };
    expect(cleanerSettings(contextOf({ start }))).toMatchObject({ threads: 2, mapBytesMax: 4 * MIB });
    const all = {
      'log.cleaner.threads': '4',
      'log.cleaner.io.buffer.load.factor': '0.5',
      'log.cleaner.io.buffer.size': '80000',
      'log.cleaner.io.max.bytes.per.second': '1e6',
      'log.cleaner.backoff.ms': '7',
    };
    expect(cleanerSettings(contextOf({ start, all }))).toEqual({
      threads: 4,
      mapBytesMax: 2 * MIB,
      loadFactor: 0.5,
      readBytes: 10_000,
      bytesPerSecondMax: 250_000,
      backoffMs: 7,
    });
    const own = { 'log.cleaner.threads': '1' };
    expect(cleanerSettings(contextOf({ start, all, own }))).toMatchObject({
      threads: 1,
      mapBytesMax: 8 * MIB,
    });
  });
});

describe('a change of the log cleaner while it runs', () => {
  const from = (threads: number, dedupeBytes = 64 * MIB): ConfigContext =>
    contextOf({
      own: { 'log.cleaner.threads': `${threads}`, 'log.cleaner.dedupe.buffer.size': `${dedupeBytes}` },
    });

  it.each([
    [1, 2, undefined],
    [1, 3, 'cannot be increased to more than double the current value 1'],
    [4, 8, undefined],
    [4, 9, 'cannot be increased to more than double the current value 4'],
    [4, 2, undefined],
    [4, 1, 'cannot be reduced to less than half the current value 4'],
    [5, 2, undefined],
    [3, 1, undefined],
    [4, 0, 'should be at least 1'],
    [1, 0, 'should be at least 1'],
    // What an earlier version took is mended by any number.
    [0, 5, undefined],
  ])('from %i to %i threads', (before, after, problem) => {
    const told = checkCleanerChange(from(before), from(after));
    expect(told).toBe(problem === undefined ? undefined : `Log cleaner threads ${problem}`);
  });

  it('leaves each thread its memory, and may change what has none to do with it', () => {
    expect(checkCleanerChange(from(2), from(2, 2 * MIB))).toBeUndefined();
    expect(checkCleanerChange(from(2), from(2, 2 * MIB - 1))).toBe(
      'log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.',
    );
    // As an earlier version may have left it.
    expect(checkCleanerChange(from(2, 10), from(2, 10))).toBeUndefined();
  });

  it('is refused at the start by the same rules', () => {
    for (const start of [
      { 'log.cleaner.threads': 0 },
      { 'log.cleaner.threads': 2, 'log.cleaner.dedupe.buffer.size': 2 * MIB - 1 },
    ]) {
      expect(() => checkCleaner(new BrokerConfig({ config: start }))).toThrow(
        /at least 1(MB per cleaner thread\.)?$/,
      );
    }
    expect(() => checkCleaner(new BrokerConfig({ config: {} }))).not.toThrow();
  });

  it('need not have a thread at the start where it is not to run', () => {
    const start = { 'log.cleaner.enable': false, 'log.cleaner.threads': 0 };
    const context = contextOf({ start });
    expect(() => checkCleaner(context.config)).not.toThrow();
    expect(cleanerSettings(context)).toMatchObject({ threads: 0 });
  });
});
