import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { publicApi } from './public-api.ts';
import { root } from './source-tree.ts';

const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string>>;
};
const entries = Object.entries(exports).filter(([name]) => name !== './package.json' && name !== '.');

/** A change of what users import shows as a difference here; `npx vitest run test/architecture -u` takes it over. */
it.each(entries)('%s exports what it did', async (name, built) => {
  const entry = built.replace('./dist/', '').replace(/\.js$/, '.ts');
  await expect(publicApi(entry)).toMatchFileSnapshot(`public-api/${name.slice(2)}.txt`);
});
