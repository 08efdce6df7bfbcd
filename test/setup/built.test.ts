import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const tests = path.resolve(import.meta.dirname, '..');

/** Says of a file that it runs or reads what the build writes. */
const NAMES_BUILD = /'dist'|dist\/(?:cli|src|broker|examples)\//;
/** These only look at names, or at a folder of their own that is called so. */
const ONLY_NAMES = [
  'cli/command-name.test.ts',
  'scripts/prepare.test.ts',
  'architecture/public-api.test.ts',
  'setup/built.test.ts',
];

it('whatever runs the build has it built first', () => {
  const files = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const stale = files.filter((file) => {
    if (ONLY_NAMES.includes(file)) return false;
    const text = readFileSync(path.join(tests, file), 'utf8');
    return NAMES_BUILD.test(text) && !text.includes('setup/built.ts');
  });
  expect(stale).toEqual([]);
});
