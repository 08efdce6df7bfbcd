import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './example-process.ts';

/** READMEs show whole files: a block under `<!-- file: NAME -->` is that file, word for word. */
const BLOCK = /<!-- file: (?<name>\S+) -->\n+```\w*\n(?<shown>[\s\S]*?)```\n/g;

const examples = readdirSync(path.join(root, 'examples')).filter((name) => /^\d\d-/.test(name));
const readmes = ['README.md', ...examples.map((name) => `examples/${name}/README.md`)];

describe('READMEs', () => {
  it.each(readmes)('%s shows its files as they are', (readme) => {
    const folder = path.dirname(path.join(root, readme));
    const blocks = [...readFileSync(path.join(root, readme), 'utf8').matchAll(BLOCK)];
    expect(blocks.length).toBeGreaterThan(0);
    for (const { groups } of blocks) {
      expect(groups?.['shown']).toBe(readFileSync(path.join(folder, groups?.['name'] ?? ''), 'utf8'));
    }
  });

  it.each([...readmes, 'examples/README.md', 'docs/gaps.md'])('%s links to what is there', (readme) => {
    const folder = path.dirname(path.join(root, readme));
    const text = readFileSync(path.join(root, readme), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:)(?<target>[^)#]+)/g)].map(
      ({ groups }) => groups?.['target'] ?? '',
    );
    expect(links.filter((target) => !existsSync(path.join(folder, target)))).toEqual([]);
  });
});
