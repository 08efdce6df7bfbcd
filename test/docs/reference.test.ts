import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { renderReference } from '../../cli/reference/pages.ts';

const folder = path.resolve(import.meta.dirname, '../../docs/reference');

it('docs/reference is what the code registers (npm run docs)', async () => {
  const pages = await renderReference();
  expect(readdirSync(folder).toSorted()).toEqual([...pages.keys()].toSorted());
  for (const [file, text] of pages) expect(readFileSync(path.join(folder, file), 'utf8'), file).toBe(text);
});
