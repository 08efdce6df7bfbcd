import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtInRegistry } from '../../src/sql/functions/built-in.ts';
import { parseJson } from '../../src/sql/testing/lossless-json.ts';
import { restCases, runRestCase } from '../../src/sql/testing/rest-case.ts';

const shared = process.env['MILLRACE_SHARED'] ?? path.resolve(import.meta.dirname, '../../../shared');
const folder = path.join(shared, 'conformance', 'rest');

/** How many REST cases of the sample pass at least. It only rises. */
const floor = (
  JSON.parse(readFileSync(path.join(import.meta.dirname, 'floor.json'), 'utf8')) as { readonly rest: number }
).rest;

describe.skipIf(!existsSync(folder))(
  `REST cases (${existsSync(folder) ? folder : 'the folder is missing'})`,
  () => {
    it(`passes at least ${floor}`, { timeout: 60_000 }, async () => {
      const functions = builtInRegistry();
      const failures: string[] = [];
      let passed = 0;
      for (const file of readdirSync(folder)) {
        const text = readFileSync(path.join(folder, file), 'utf8');
        for (const rest of restCases(path.basename(file, '.json'), parseJson(text))) {
          const result = await runRestCase(rest, functions);
          if (result.passed) passed += 1;
          else failures.push(`FAILED ${result.name}\n  ${result.problem ?? ''}`);
        }
      }
      console.log(`REST cases: ${passed} passed, ${failures.length} failed`);
      if (passed < floor) console.log(failures.join('\n'));
      expect(passed).toBeGreaterThanOrEqual(floor);
    });
  },
);
