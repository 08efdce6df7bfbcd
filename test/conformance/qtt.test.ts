import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { printSummary, runCases } from '../../src/sql/testing/run-cases.ts';

const shared = process.env['MILLRACE_SHARED'] ?? path.resolve(import.meta.dirname, '../../../shared');
const cases = path.join(shared, 'conformance', 'qtt');

interface Floor {
  /** How many cases of the sample pass at least. It only rises. */
  readonly qtt: number;
  /** How many cases that expect an error are refused, whatever the text. */
  readonly qttRejected: number;
}

const floor = JSON.parse(readFileSync(path.join(import.meta.dirname, 'floor.json'), 'utf8')) as Floor;

describe.skipIf(!existsSync(cases))(
  `query validation cases (${existsSync(cases) ? cases : 'the folder is missing'})`,
  () => {
    it(`passes at least ${floor.qtt}`, { timeout: 120_000 }, () => {
      const summary = runCases([cases]);
      console.log(`query validation cases: ${printSummary(summary).split('\n').at(-1)}`);
      if (summary.passed < floor.qtt) console.log(printSummary(summary));
      expect(summary.passed).toBeGreaterThanOrEqual(floor.qtt);
      expect(summary.rejected).toBeGreaterThanOrEqual(floor.qttRejected);
    });
  },
);
