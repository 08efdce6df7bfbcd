import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** Files and folders that a page names in code: `src/sql/index.ts`, `grammar/parser`. */
function pathsOf(page: string): readonly string[] {
  const text = readFileSync(path.join(root, page), 'utf8');
  const named = [...text.matchAll(/`((?:src|grammar|broker|cli|test|docs|examples|bench)\/[\w./-]+)`/g)];
  return named.map(([, name = '']) => name);
}

it.each(['docs/architecture.md', 'CONTRIBUTING.md', 'docs/decisions/0021-one-file-per-statement.md'])(
  '%s names files that are there',
  (page) => {
    const paths = pathsOf(page);
    expect(paths.length).toBeGreaterThan(2);
    expect(paths.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
  },
);
