import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { protobufLanguage } from '../../../src/registry/index.ts';
import { differencesOf } from './language-cases.ts';
import { expectedDifferences, protobufPairs, textOf } from './random-protobuf.ts';

describe('random pairs of Protobuf schemas', () => {
  it('are told apart as the rules say', () => {
    const counts = { compatible: 0, incompatible: 0 };
    // A failure names its seed.
    fc.assert(
      fc.property(protobufPairs, ([reader, writer]) => {
        const expected = expectedDifferences(reader, writer);
        counts[expected.length === 0 ? 'compatible' : 'incompatible'] += 1;
        const pair = {
          rule: 'random',
          reader: textOf(reader),
          writer: textOf(writer),
          differences: expected,
        };
        expect(differencesOf(protobufLanguage, pair)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
    expect(counts.compatible).toBeGreaterThan(10);
    expect(counts.incompatible).toBeGreaterThan(10);
  });
});
