import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { startCaseServer } from '../../src/server/index.ts';
import { builtInRegistry } from '../../src/sql/functions/built-in.ts';
import { parseJson } from '../../src/sql/testing/lossless-json.ts';
import { restCases } from '../../src/sql/testing/rest-case.ts';
import type { CaseResult } from '../../src/sql/testing/run-case.ts';
import { runRestCase } from '../../src/sql/testing/run-rest-case.ts';
import { expectListedAmong, shared } from './passing-cases.ts';

const folder = path.join(shared, 'rest');
/** All of them are run by the slow tests. */
const EVERY = 10;

describe.skipIf(!existsSync(folder))(
  `REST cases (${existsSync(folder) ? folder : 'the folder is missing'})`,
  () => {
    it(`of every ${EVERY}th one, those pass that are listed`, async () => {
      const functions = builtInRegistry();
      const cases = readdirSync(folder).flatMap((file) =>
        restCases(path.basename(file, '.json'), parseJson(readFileSync(path.join(folder, file), 'utf8'))),
      );
      const results: CaseResult[] = [];
      for (const [index, rest] of cases.entries()) {
        if (index % EVERY !== 0) continue;
        results.push(await runRestCase(rest, { functions, startServer: startCaseServer }));
      }
      expect(results.length).toBeGreaterThan(20);
      expectListedAmong('rest', results);
    });
  },
);
