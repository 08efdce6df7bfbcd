import type { Mutation } from './mutation.ts';

const suite = ['test/cli/shell-text.test.ts'];

export const shellMutations: readonly Mutation[] = [
  {
    name: 'a comment ends before its last two characters',
    file: 'cli/shell/statement-scanner.ts',
    find: 'end + 2',
    replace: 'end',
    suite,
  },
  {
    name: 'a line comment ends the text',
    file: 'cli/shell/statement-scanner.ts',
    find: "text.indexOf('\\n', index);\n    return end === -1 ? text.length : end;",
    replace: "text.indexOf('\\n', index);\n    return end === -1 ? text.length : text.length;",
    suite,
  },
  {
    name: 'a semicolon in a quoted name ends the statement',
    file: 'cli/shell/statement-scanner.ts',
    find: " || character === '`'",
    replace: '',
    suite,
  },
];
