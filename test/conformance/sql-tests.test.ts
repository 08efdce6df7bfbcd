import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtInRegistry } from '../../src/sql/functions/built-in.ts';
import { printSummary } from '../../src/sql/testing/run-cases.ts';
import { runSqlTests } from '../../src/sql/testing/run-sql-tests.ts';
import { testFunctions } from '../../src/sql/testing/functions/index.ts';

const shared = process.env['MILLRACE_SHARED'] ?? path.resolve(import.meta.dirname, '../../../shared');
const scripts = path.join(shared, 'conformance', 'sql-tests');

/** How many of the sample's scripts pass at least. It only rises. */
const floor = (
  JSON.parse(readFileSync(path.join(import.meta.dirname, 'floor.json'), 'utf8')) as {
    readonly sqlTests: number;
  }
).sqlTests;

/** What the sample's RUN SCRIPT statement runs, as a comment above it says. */
const included = `
  CREATE STREAM foo (id INT KEY, col1 INT) WITH (kafka_topic='foo', value_format='JSON');
  CREATE STREAM bar AS SELECT * FROM foo;`;

describe.skipIf(!existsSync(scripts))(
  `SQL test scripts (${existsSync(scripts) ? scripts : 'the folder is missing'})`,
  () => {
    it(`passes at least ${floor}`, { timeout: 60_000 }, () => {
      const summary = runSqlTests([scripts], {
        functions: builtInRegistry().with(testFunctions),
        scripts: () => included,
      });
      console.log(`SQL test scripts: ${printSummary(summary).split('\n').at(-1)}`);
      if (summary.passed < floor) console.log(printSummary(summary));
      expect(summary.passed).toBeGreaterThanOrEqual(floor);
    });
  },
);
