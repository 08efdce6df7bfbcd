import { existsSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCases } from '../../src/sql/testing/run-cases.ts';
import type { CaseResult } from '../../src/sql/testing/run-case.ts';
import { expectListed, shared } from './passing-cases.ts';

const cases = path.join(shared, 'qtt');

describe.skipIf(!existsSync(cases))(
  `query validation cases (${existsSync(cases) ? cases : 'the folder is missing'})`,
  () => {
    /** With the optimizer, as ever. */
    let all: readonly CaseResult[];
    beforeAll(async () => {
      all = (await runCases([cases])).results;
    });

    it('those pass that are listed', async () => {
      await expectListed('qtt', all);
      // Whatever the text: that something is refused is worth more than how.
      const refused = all.filter(({ expectsError }) => expectsError);
      await expectListed(
        'qtt-refused',
        refused.map(({ name, rejected }) => ({ name, passed: rejected })),
      );
    });

    it('end in the same way without the optimizer', async () => {
      const properties = { 'ksql.optimizer.enabled': 'false' };
      const plain = endsOf((await runCases([cases], { properties })).results);
      expect(plain.size).toBeGreaterThan(1_000);
      const optimized = endsOf(all);
      const others = [...plain].filter(([name, end]) => optimized.get(name) !== end);
      expect(others.map(([name, end]) => ({ name, plain: end, optimized: optimized.get(name) }))).toEqual([]);
    });
  },
);

/** How each case ended, by its name. */
const endsOf = (results: readonly CaseResult[]): ReadonlyMap<string, string> =>
  new Map(results.map(({ name, problem = 'passed' }) => [name, problem]));
