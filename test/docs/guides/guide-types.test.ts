import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { blocksOf } from './blocks.ts';
import '../../setup/built.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const guides = path.join(root, 'docs', 'guides');
/** Within the package, so that `millrace/...` is found by its name, as in a folder where it is installed. */
const folder = path.join(root, 'dist', '.guide-types');

/** What a careful reader has. The runner of the blocks strips types, and would run what does not compile. */
const OPTIONS = {
  target: 'es2023',
  module: 'nodenext',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  moduleDetection: 'force',
  allowImportingTsExtensions: true,
  // The package's own declarations too.
  skipLibCheck: false,
  noEmit: true,
  types: ['node'],
  typeRoots: [path.join(root, 'node_modules', '@types')],
};

it('every TypeScript block of the README and of a guide compiles, strictly, against the types of the package', async () => {
  rmSync(folder, { recursive: true, force: true });
  const pages = [
    path.join(root, 'README.md'),
    ...readdirSync(guides)
      .filter((file) => file.endsWith('.md'))
      .map((file) => path.join(guides, file)),
  ];
  const written = pages.flatMap(writeBlocks);
  expect(written.length).toBeGreaterThan(15);
  writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: OPTIONS, files: written }),
  );
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', folder], { cwd: folder }).catch(
    (error: { readonly stdout: string }) => error,
  );
  expect(stdout).toBe('');
});

/** Writes the blocks of a page into a folder of their own, each under a name that tells its line. */
function writeBlocks(page: string): readonly string[] {
  const name = path.basename(page, '.md');
  return blocksOf(readFileSync(page, 'utf8'))
    .filter(({ language, notRun }) => language === 'ts' && notRun === undefined)
    .map(({ file, line, text }) => {
      const place = path.join(folder, name, file ?? `line-${line}.ts`);
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, text);
      return place;
    });
}
