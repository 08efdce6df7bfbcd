import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'vitest';
import { builtInRegistry } from '../../src/sql/functions/built-in.ts';
import { testFunctions } from '../../src/sql/testing/functions/index.ts';
import { runSqlTests } from '../../src/sql/testing/run-sql-tests.ts';
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
      const { results } = runSqlTests([scripts], {
        functions: builtInRegistry().with(testFunctions),
        scripts: () => included,
      });
      await expectListed('sql-tests', results);
    });
  },
);
