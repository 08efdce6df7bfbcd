import type { Mutation } from './mutation.ts';

const suite = ['test/base/config', 'test/server/settings.test.ts', 'test/base/int64.test.ts'];

export const configMutations: readonly Mutation[] = [
  {
    name: 'a value outside of its range is accepted',
    file: 'src/base/config/config-value.ts',
    find: '&& (range?.contains(value as never) ?? true)',
    replace: '',
    suite,
  },
  {
    name: 'a file may hold values that nobody checks',
    file: 'src/server/config/process-settings.ts',
    find: "if ('expected' in readConfig(key, given.value)) {",
    replace:
      "if (given.source !== 'file' && given.source !== 'flag' && 'expected' in readConfig(key, given.value)) {",
    suite,
  },
  {
    name: 'the log cleaner is given any number of threads while it runs',
    file: 'broker/config/cleaner-settings.ts',
    find: 'if (after.threads > before.threads * 2) {',
    replace: 'if (after.threads > before.threads * 20) {',
    suite: ['test/broker/config'],
  },
  {
    name: 'a 64-bit integer that is cut short is read with zeros',
    file: 'src/base/int64.ts',
    find: 'if (at < 0 || at + INT64_BYTES > bytes.length) throw outOfBounds(bytes, at);\n  const high =\n',
    replace: 'const high =\n',
    suite,
  },
];
