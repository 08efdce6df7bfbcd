import { expect, it } from 'vitest';
import { blocksOf, printsAs } from './blocks.ts';

it('finds blocks, their output, and what is said above them', () => {
  const guide = [
    'Write this:',
    '<!-- file: a.ts -->',
    '```ts',
    'const a = 1;',
    '```',
    'It prints',
    '```text',
    '1',
    '```',
    '<!-- eventually: rows take a moment -->',
    '```sql',
    'SELECT 1;',
    '```',
    '<!-- not run: needs root -->',
    '```sh',
    'reboot',
    '```',
  ].join('\n');
  expect(blocksOf(guide)).toEqual([
    {
      language: 'ts',
      text: 'const a = 1;\n',
      line: 4,
      file: 'a.ts',
      notRun: undefined,
      eventually: false,
      output: '1\n',
    },
    {
      language: 'sql',
      text: 'SELECT 1;\n',
      line: 12,
      file: undefined,
      notRun: undefined,
      eventually: true,
      output: undefined,
    },
    {
      language: 'sh',
      text: 'reboot\n',
      line: 16,
      file: undefined,
      notRun: 'needs root',
      eventually: false,
      output: undefined,
    },
  ]);
});

it('compares what is printed, with gaps', () => {
  expect(printsAs('a ... (b)\n', 'a 17 ms\nand (b)\n')).toBe(true);
  expect(printsAs('a ... (b)\n', 'a 17 ms (c)')).toBe(false);
  expect(printsAs('a', 'a\nmore')).toBe(false);
});
