import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'vitest';
import { runCases } from '../../src/sql/testing/run-cases.ts';
import { expectListed, shared } from './passing-cases.ts';

const cases = path.join(shared, 'qtt');

describe.skipIf(!existsSync(cases))(
  `query validation cases (${existsSync(cases) ? cases : 'the folder is missing'})`,
  () => {
    it('those pass that are listed', async () => {
      const all = (await runCases([cases])).results;
      await expectListed('qtt', all);
      // Whatever the text: that something is refused is worth more than how.
      const refused = all.filter(({ expectsError }) => expectsError);
      await expectListed(
        'qtt-refused',
        refused.map(({ name, rejected }) => ({ name, passed: rejected })),
      );
    });
  },
);
