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
    find: 'return lineCommentEnd(text, index);',
    replace: 'return text.length;',
    suite,
  },
  {
    name: 'a semicolon in a quoted name ends the statement',
    file: 'cli/shell/statement-scanner.ts',
    find: " || character === '`'",
    replace: '',
    suite,
  },
  {
    name: 'a carriage return does not end a comment',
    file: 'grammar/blanks.ts',
    find: '/--[^\\r\\n]*/',
    replace: '/--[^\\n]*/',
    suite: ['test/cli/blanks.test.ts'],
  },
  {
    name: 'other blank characters than those of the grammar are passed over',
    file: 'cli/shell/statement-scanner.ts',
    find: '!isWhiteSpace(character)',
    replace: "character.trim() !== ''",
    suite: ['test/cli/blanks.test.ts'],
  },
  {
    name: 'a result as high as the terminal is not paged',
    file: 'cli/shell/pager.ts',
    find: 'rowsOf(text) >= rows()',
    replace: 'rowsOf(text) > rows()',
    suite: ['test/cli/shell-tools.test.ts'],
  },
];
