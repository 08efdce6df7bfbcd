import type { Mutation } from './mutation.ts';

export const sqlMutations: readonly Mutation[] = [
  {
    name: 'a terminated query takes the internal topics of queries whose ids begin as its own',
    file: 'src/sql/runtime/application-leftovers.ts',
    find: 'existing.filter((name) => internalTopics.includes(name))',
    replace: 'existing.filter((name) => name.startsWith(`${applicationId}-`))',
    suite: ['test/sql/engine/leftovers.test.ts'],
  },
];
