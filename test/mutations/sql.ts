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
  {
    name: 'a statement is recorded without asking whether the cluster would have it',
    file: 'src/sql/engine/engine.ts',
    find: 'await this.#host.check(plan, { ...context, catalog: applyPlan(context.catalog, plan) });',
    replace: '',
    suite: ['test/sql/engine/plan-check.test.ts'],
  },
  {
    name: 'statements that come at once are executed at once',
    file: 'src/sql/engine/engine.ts',
    find: 'return this.#changes.run(() => this.#executePlanned(prepared, options));',
    replace: 'return this.#executePlanned(prepared, options);',
    suite: ['test/sql/engine/plan-check.test.ts'],
  },
  {
    name: 'a query that is replaced goes on beside its replacement',
    file: 'src/sql/engine/engine.ts',
    find: 'await this.#queries.get(query.queryId)?.running.close({ cleanUp: false });',
    replace: '',
    suite: ['test/sql/engine/plan-check.test.ts'],
  },
  {
    name: 'a result gets a second query that makes it, from a log of an earlier version',
    file: 'src/sql/engine/replay-commands.ts',
    find: "if (purpose !== 'createAs' || sink === undefined) return undefined;",
    replace: "if (purpose !== 'transient' || sink === undefined) return undefined;",
    suite: ['test/sql/engine/query-identity.test.ts'],
  },
  {
    name: 'a plan is carried out although another command got ahead of it',
    file: 'src/server/commands/command-order.ts',
    find: 'plannedAtOffset < this.#plannedAt;',
    replace: 'plannedAtOffset < 0;',
    suite: ['test/server/two-servers.test.ts'],
  },
  {
    name: 'statements that are given at once are planned and recorded at once',
    file: 'src/server/rest/statement-executor.ts',
    find: 'return this.#lane.run(() => this.#planAndRecord(prepared));',
    replace: 'return this.#planAndRecord(prepared);',
    suite: ['test/server/two-servers.test.ts'],
  },
];
