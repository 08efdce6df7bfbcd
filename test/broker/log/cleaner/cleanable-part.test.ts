import { describe, expect, it } from 'vitest';
import { type CleanablePart, cleanablePart, isDue } from '../../../../broker/log/cleaner/cleanable-part.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../../../broker/log/log-config.ts';

const NOW_MS = 1_000_000;

type CompactedLog = Parameters<typeof cleanablePart<ReturnType<typeof segmentOf>>>[0];

/** Segments of 100 bytes and 10 offsets; the last is the active one. */
function logOf(
  count: number,
  options: Partial<Omit<CompactedLog, 'segments' | 'config'>> & {
    readonly config?: Partial<LogConfig>;
    readonly ageMs?: (index: number) => number;
  } = {},
): CompactedLog {
  const { config, ageMs = () => 1_000, ...rest } = options;
  return {
    config: { ...DEFAULT_LOG_CONFIG, compact: true, ...config },
    segments: Array.from({ length: count }, (_, index) => segmentOf(index * 10, NOW_MS - ageMs(index))),
    logStartOffset: 0,
    cleanedTo: 0,
    settledOffset: Number.MAX_SAFE_INTEGER,
    ...rest,
  };
}

const segmentOf = (baseOffset: number, timestamp: number) => ({
  baseOffset,
  sizeInBytes: 100,
  createdMs: NOW_MS,
  maxTimestamp: timestamp,
  firstTimestamp: timestamp,
});

const basesOf = (part: CleanablePart<{ readonly baseOffset: number }> | undefined): number[] | undefined =>
  part?.segments.map(({ baseOffset }) => baseOffset);

describe('cleanablePart', () => {
  it('is all but the active segment where nothing has been cleaned', () => {
    const part = cleanablePart(logOf(4), NOW_MS);
    expect(part).toMatchObject({ firstDirtyOffset: 0, firstUncleanableOffset: 30, dirtyRatio: 1 });
    expect(basesOf(part)).toEqual([0, 10, 20]);
    expect(cleanablePart(logOf(1), NOW_MS)).toBeUndefined();
  });

  it('counts what was cleaned against what was not', () => {
    expect(cleanablePart(logOf(5, { cleanedTo: 30 }), NOW_MS)).toMatchObject({
      firstDirtyOffset: 30,
      dirtyRatio: 0.25,
    });
    expect(cleanablePart(logOf(5, { cleanedTo: 40 }), NOW_MS)).toBeUndefined();
  });

  it('ends before what is not settled', () => {
    const part = cleanablePart(logOf(4, { settledOffset: 15 }), NOW_MS);
    expect(part).toMatchObject({ firstUncleanableOffset: 15 });
    expect(basesOf(part)).toEqual([0, 10]);
    expect(cleanablePart(logOf(4, { settledOffset: 15, cleanedTo: 15 }), NOW_MS)).toBeUndefined();
    expect(cleanablePart(logOf(4, { settledOffset: 5, cleanedTo: 15 }), NOW_MS)).toBeUndefined();
  });

  it('leaves alone what is younger than min.compaction.lag.ms, and all after it', () => {
    const ageMs = (index: number): number => (index === 1 ? 10 : 1_000);
    const part = cleanablePart(logOf(4, { ageMs, config: { minCompactionLagMs: 100 } }), NOW_MS);
    expect(part).toMatchObject({ firstUncleanableOffset: 10 });
    expect(basesOf(part)).toEqual([0]);
  });

  it('begins with the segment that has the log start', () => {
    const part = cleanablePart(logOf(5, { logStartOffset: 25, cleanedTo: 20 }), NOW_MS);
    expect(part).toMatchObject({ firstDirtyOffset: 25 });
    expect(basesOf(part)).toEqual([20, 30]);
  });

  it('is due by its ratio, or when a dirty record has waited too long', () => {
    const log = logOf(5, { cleanedTo: 20, config: { minCleanableDirtyRatio: 0.5 } });
    expect(isDue(cleanablePart(log, NOW_MS) as CleanablePart<never>, log.config)).toBe(false);
    const eager = { ...log.config, minCleanableDirtyRatio: 0.49 };
    expect(isDue(cleanablePart(log, NOW_MS) as CleanablePart<never>, eager)).toBe(true);
    const late = logOf(5, {
      cleanedTo: 20,
      ageMs: (index) => (index === 2 ? 5_001 : 1),
      config: { maxCompactionLagMs: 5_000 },
    });
    expect(cleanablePart(late, NOW_MS)).toMatchObject({ isOverdue: true });
    expect(isDue(cleanablePart(late, NOW_MS) as CleanablePart<never>, late.config)).toBe(true);
    expect(cleanablePart(late, NOW_MS - 1)).toMatchObject({ isOverdue: false });
  });
});
