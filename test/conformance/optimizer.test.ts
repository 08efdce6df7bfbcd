import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCases } from '../../src/sql/testing/run-cases.ts';

const shared = process.env['MILLRACE_SHARED'] ?? path.resolve(import.meta.dirname, '../../../shared');
const cases = path.join(shared, 'conformance', 'qtt');

describe.skipIf(!existsSync(cases))(
  `query validation cases (${existsSync(cases) ? cases : 'the folder is missing'})`,
  () => {
    it('end in the same way with and without the optimizer', async () => {
      const ends = async (enabled: 'true' | 'false'): Promise<ReadonlyMap<string, string>> => {
        const { results } = await runCases([cases], { properties: { 'ksql.optimizer.enabled': enabled } });
        return new Map(results.map(({ name, problem = 'passed' }) => [name, problem] as const));
      };
      const [optimized, plain] = [await ends('true'), await ends('false')];
      expect(plain.size).toBeGreaterThan(1_000);
      const others = [...plain].filter(([name, end]) => optimized.get(name) !== end);
      expect(others.map(([name, end]) => ({ name, plain: end, optimized: optimized.get(name) }))).toEqual([]);
    });
  },
);
