import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeConfig, jsonLanguage } from '../../../src/registry/index.ts';
import { RecordedRegistry, refusal } from '../subjects/memory-registry.ts';
import { expectedJsonDifferences, TooLongError } from './json-oracle.ts';
import { differencesOf } from './language-cases.ts';
import { circularPairs, type Json, jsonPairs } from './random-json-schema.ts';

const SEED = Number(process.env['JSON_SCHEMA_SEED'] ?? 1);
const COUNT = Number(process.env['JSON_SCHEMA_PAIRS'] ?? 6_000);

/** @returns undefined for a pair that takes too long without remembering. */
function expected(reader: Json, writer: Json): readonly string[] | undefined {
  try {
    return expectedJsonDifferences(reader, writer);
  } catch (error) {
    if (error instanceof TooLongError) return undefined;
    throw error;
  }
}

/** Compares what is found of pairs with what is expected; answers how many of them were of each kind. */
function compareAll(
  pairs: readonly { readonly reader: Json; readonly writer: Json }[],
  seen: (differences: readonly string[]) => unknown,
): Readonly<Record<'compatible' | 'incompatible' | 'tooLong', number>> {
  const counts = { compatible: 0, incompatible: 0, tooLong: 0 };
  const unlike: unknown[] = [];
  for (const { reader, writer } of pairs) {
    const differences = expected(reader, writer);
    if (differences === undefined) {
      counts.tooLong += 1;
      continue;
    }
    counts[differences.length === 0 ? 'compatible' : 'incompatible'] += 1;
    const pair = { reader: JSON.stringify(reader), writer: JSON.stringify(writer) };
    const found = differencesOf(jsonLanguage, { rule: 'random', ...pair, differences });
    const [ours, theirs] = [seen(found), seen(differences)];
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) unlike.push({ ...pair, ours, theirs });
  }
  expect(unlike).toEqual([]);
  return counts;
}

describe('random pairs of JSON schemas', () => {
  it(`are told apart as the rules say, ${COUNT} of them (JSON_SCHEMA_SEED=${SEED})`, () => {
    const pairs = fc.sample(jsonPairs, { seed: SEED, numRuns: COUNT });
    const { compatible, incompatible, tooLong } = compareAll(pairs, (differences) => differences);
    expect(tooLong).toBeLessThan(COUNT / 50);
    expect(Math.min(compatible, incompatible)).toBeGreaterThan(COUNT / 10);
  });

  it('may hold themselves: what was found while a pair was taken to be compatible counts only if it is', () => {
    const pairs = fc.sample(circularPairs, { seed: SEED, numRuns: COUNT / 2 });
    // A difference is told once at least; how often depends on where a circle is entered.
    const { compatible, incompatible, tooLong } = compareAll(pairs, (differences) => differences.length > 0);
    expect(tooLong).toBeLessThan(COUNT / 50);
    expect(Math.min(compatible, incompatible)).toBeGreaterThan(COUNT / 20);
  });

  it.each(['BACKWARD', 'FORWARD', 'FULL', 'NONE'])(
    'are refused with 409 at the level %s, or registered',
    (level) => {
      let refused = 0;
      for (const { reader: newer, writer: older } of fc.sample(jsonPairs, { seed: SEED + 1, numRuns: 500 })) {
        const both = [expected(newer, older), expected(older, newer)];
        if (both.includes(undefined)) continue;
        const [backward, forward] = both.map((differences) => differences?.length === 0);
        const isAllowed = { BACKWARD: backward, FORWARD: forward, FULL: backward && forward, NONE: true }[
          level
        ];
        const registry = new RecordedRegistry();
        registry.record(changeConfig(registry.registry, undefined, new Map([['compatibility', level]])));
        const register = (schema: Json): number =>
          registry.register('s', { schemaType: 'JSON', schema: JSON.stringify(schema) });
        register(older);
        const said = refusal(() => register(newer));
        expect(said.split(' ')[0], `${JSON.stringify({ newer, older })} ${said}`).toBe(
          isAllowed ? 'not' : '409',
        );
        if (!isAllowed) refused += 1;
      }
      expect(refused > 100).toBe(level !== 'NONE');
    },
  );
});
