import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'vitest';
import { startCaseServer } from '../../src/server/index.ts';
import { runTests } from '../../src/sql/index.ts';
import { expectListed, shared } from './passing-cases.ts';

const folder = path.join(shared, 'rest');

describe.skipIf(!existsSync(folder))(
  `REST cases (${existsSync(folder) ? folder : 'the folder is missing'})`,
  () => {
    it('those pass that are listed', { timeout: 600_000 }, async () => {
      const { results } = await runTests([folder], { startServer: startCaseServer });
      await expectListed('rest', results);
    });
  },
);
