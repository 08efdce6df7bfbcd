import { expect, it } from 'vitest';
import { ownScripts } from './own-statements.ts';
import { RecordedEngine } from './recorded-engine.ts';

it('after each statement of our own cases, refused or not, a start finds what was there', async () => {
  const faults: string[] = [];
  let count = 0;
  for (const { name, statements } of ownScripts()) {
    const engine = new RecordedEngine();
    for (const statement of statements) {
      count += 1;
      const fault = await engine.run(statement);
      if (fault !== undefined) faults.push(`${name}: ${statement}\n${fault}`);
    }
  }
  expect(faults).toEqual([]);
  expect(count).toBeGreaterThan(300);
});
