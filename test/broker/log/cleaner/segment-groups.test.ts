import { describe, expect, it } from 'vitest';
import { groupSegments } from '../../../../broker/log/cleaner/segment-groups.ts';

const LIMITS = { segmentBytes: 100, segmentIndexBytes: 1_000 };

const segment = (baseOffset: number, sizeInBytes: number, indexBytes = 10) => ({
  baseOffset,
  sizeInBytes,
  indexBytes,
});

const groupsOf = (...arguments_: Parameters<typeof groupSegments>): number[][] =>
  groupSegments(...arguments_).map((group) => group.map(({ baseOffset }) => baseOffset));

describe('groupSegments', () => {
  it('puts neighbours together up to the size of a segment', () => {
    const segments = [segment(0, 60), segment(10, 40), segment(20, 1), segment(30, 99), segment(40, 100)];
    expect(groupsOf(segments, LIMITS, 50)).toEqual([[0, 10], [20, 30], [40]]);
  });

  it('leaves one that is too large to itself', () => {
    expect(groupsOf([segment(0, 10), segment(10, 500), segment(20, 10)], LIMITS, 30)).toEqual([
      [0],
      [10],
      [20],
    ]);
  });

  it('keeps to the size of an index and to the range of its offsets', () => {
    expect(groupsOf([segment(0, 1, 600), segment(10, 1, 400), segment(20, 1, 1)], LIMITS, 30)).toEqual([
      [0, 10],
      [20],
    ]);
    const far = 2 ** 31;
    expect(groupsOf([segment(0, 1), segment(far - 1, 1), segment(far, 1)], LIMITS, far + 1)).toEqual([
      [0, far - 1],
      [far],
    ]);
  });

  it('renames no more files in one turn than is felt', () => {
    const segments = Array.from({ length: 150 }, (_, index) => segment(index, 0));
    expect(groupSegments(segments, LIMITS, 150).map(({ length }) => length)).toEqual([64, 64, 22]);
  });
});
