import type { Mutation } from './mutation.ts';

export const sqlMutations: readonly Mutation[] = [
  {
    name: 'a terminated query takes the internal topics of queries whose ids begin as its own',
    file: 'src/sql/runtime/application-leftovers.ts',
    find: 'existing.filter((name) => internalTopics.includes(name))',
    replace: 'existing.filter((name) => name.startsWith(`${applicationId}-`))',
    suite: ['test/sql/engine/leftovers.test.ts'],
  },
  {
    name: 'a query that is given the id of another takes its place',
    file: 'src/sql/engine/plan-statement.ts',
    find: 'if (queries.some(({ queryId }) => queryId === id)) {',
    replace: 'if (queries.length < 0) {',
    suite: ['test/sql/engine/query-identity.test.ts'],
  },
  {
    name: 'an id of a query may hold anything',
    file: 'src/sql/physical/query-id.ts',
    find: '/^[A-Za-z0-9_]+$/.test(text)',
    replace: '/^[A-Za-z0-9_]*/.test(text)',
    suite: ['test/sql/engine/query-identity.test.ts'],
  },
  {
    name: 'an INSERT goes with the stream that it writes',
    file: 'src/sql/physical/steps.ts',
    find: "    case 'createAs':\n      return sink;",
    replace: "    case 'createAs':\n    case 'insertInto' as never:\n      return sink;",
    suite: ['test/sql/engine/query-identity.test.ts'],
  },
];
