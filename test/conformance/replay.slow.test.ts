import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandFile } from '../../src/sql/testing/case.ts';
import { readCaseFiles } from '../../src/sql/testing/io/case-files.ts';
import { parseJson } from '../../src/sql/testing/lossless-json.ts';
import { RecordedEngine } from '../sql/random/recorded-engine.ts';
import { shared } from './passing-cases.ts';

const folders = ['qtt', 'rest'].map((name) => path.join(shared, name));

describe.skipIf(!folders.every((folder) => existsSync(folder)))('all public cases', () => {
  it('after each statement, refused or not, a start finds what was there', { timeout: 600_000 }, async () => {
    const faults: string[] = [];
    let count = 0;
    for (const { stem, text } of readCaseFiles(folders)) {
      for (const { name, statements, properties } of expandFile(stem, parseJson(text))) {
        const engine = new RecordedEngine(properties);
        for (const statement of statements) {
          count += 1;
          const fault = await engine.run(statement);
          if (fault !== undefined) faults.push(`${name}: ${statement}\n${fault}`);
        }
      }
    }
    console.log(`${count} statements`);
    expect(faults).toEqual([]);
    expect(count).toBeGreaterThan(3000);
  });
});
