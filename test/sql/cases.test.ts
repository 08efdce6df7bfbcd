import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { whyUnknown as checkProperty } from '../../src/server/config/session-property.ts';
import { startCaseServer } from '../../src/server/index.ts';
import { printSummary, runTests } from '../../src/sql/index.ts';

const folder = path.join(import.meta.dirname, 'cases');

/** Our own SQL cases, whose expected values come from the rules and not from what Millrace answered. */
describe('SQL cases', () => {
  it.each(readdirSync(folder))('%s', async (file) => {
    const summary = await runTests([path.join(folder, file)], {
      checkProperty,
      startServer: startCaseServer,
    });
    expect(summary.failed, printSummary(summary)).toBe(0);
  });
});
