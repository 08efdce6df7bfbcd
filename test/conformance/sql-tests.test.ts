import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'vitest';
import { builtInRegistry } from '../../src/sql/functions/built-in.ts';
import { testFunctions } from '../../src/sql/testing/functions/index.ts';
import { findTestFiles, readTestFile } from '../../src/sql/testing/io/case-files.ts';
import type { CaseResult } from '../../src/sql/testing/run-case.ts';
import { runSqlTest } from '../../src/sql/testing/run-sql-test.ts';
import { splitTests } from '../../src/sql/testing/sql-test.ts';
import { expectListed, shared } from './passing-cases.ts';

const scripts = path.join(shared, 'sql-tests');

/** What the sample's RUN SCRIPT statement runs, as a comment above it says. */
const included = `
  CREATE STREAM foo (id INT KEY, col1 INT) WITH (kafka_topic='foo', value_format='JSON');
  CREATE STREAM bar AS SELECT * FROM foo;`;

describe.skipIf(!existsSync(scripts))(
  `SQL test scripts (${existsSync(scripts) ? scripts : 'the folder is missing'})`,
  () => {
    it('those pass that are listed', async () => {
      const functions = builtInRegistry().with(testFunctions);
      const results: CaseResult[] = [];
      for (const { kind, stem, path: file } of findTestFiles(scripts)) {
        if (kind !== '.sql') continue;
        for (const test of splitTests(stem, readTestFile(file))) {
          results.push(await runSqlTest(test, { functions, scripts: () => included }));
        }
      }
      await expectListed('sql-tests', results);
    });
  },
);
