import type { Mutation } from './mutation.ts';

const suite = ['test/streams/operators', 'test/streams/kafka-streams-recordings.test.ts'];

export const streamsMutations: readonly Mutation[] = [
  {
    name: 'a call of the DSL that was refused keeps the names that it took',
    file: 'src/streams/logical/passes/claimed-names.ts',
    find: 'for (const undo of this.#undo) undo();',
    replace: '',
    suite: ['test/streams/logical/plan.test.ts'],
  },
  {
    name: 'records without a key are dropped on their way to a left join',
    file: 'src/streams/logical/passes/null-keys.ts',
    find: 'if (step) kept.add(step);',
    replace: '',
    suite: ['test/streams/logical/plan.test.ts'],
  },
  {
    name: 'a record is counted in a window that has just closed',
    file: 'src/streams/operators/time-window-aggregate.ts',
    find: 'startMs + this.#windows.sizeMs > closeTime',
    replace: 'startMs + this.#windows.sizeMs >= closeTime',
    suite,
  },
  {
    name: "an aggregate's time goes back with a late record",
    file: 'src/streams/operators/time-window-aggregate.ts',
    find: 'Math.max(record.timestamp, stored.timestamp)',
    replace: 'record.timestamp',
    suite,
  },
  {
    name: 'a write of a changelog that failed is forgiven',
    file: 'src/streams/runtime/output-producer.ts',
    find: 'if (error) this.#failure ??= error;\n      else onOffset(offset);',
    replace: 'if (!error) onOffset(offset);',
    suite: ['test/streams/runtime/commit.test.ts'],
  },
  {
    name: 'local state is written before the offsets that it contains are committed',
    file: 'src/streams/runtime/commit-protocol.ts',
    find: "  'commit-offsets',\n  'write-local-state',\n",
    replace: "  'write-local-state',\n  'commit-offsets',\n",
    suite: ['test/streams/runtime/commit-steps.test.ts'],
  },
  {
    name: 'caches are flushed once, though a flush fills one that was done',
    file: 'src/streams/runtime/cache-flush.ts',
    find: '      empty = 0;\n',
    replace: '      empty++;\n',
    suite: ['test/streams/runtime/cache-flush.test.ts'],
  },
  {
    name: 'caches are flushed in the order of the names of their stores',
    file: 'src/streams/runtime/store-order.ts',
    find: 'return [...stores];',
    replace: 'return [...stores].sort();',
    suite: ['test/streams/runtime/cache-flush.test.ts'],
  },
  {
    name: 'what came before a record that cannot be read is not committed',
    file: 'src/streams/runtime/processing-loop.ts',
    find: 'await commit.runBefore(error);',
    replace: 'void commit;',
    suite: ['test/streams/runtime/failed-records.test.ts'],
  },
  {
    name: 'the promise of an async close is dropped',
    file: 'src/streams/operators/user-processor.ts',
    find: "close: () => void settled<unknown>(processor.close?.(), named('close'), 'lifeCycle'),",
    replace: 'close: () => processor.close?.(),',
    suite,
  },
  {
    name: 'offsets that the group has lost are passed over in silence',
    file: 'src/streams/runtime/task-offsets.ts',
    find: 'if (before === undefined || before <= (offset ?? -1)) continue;',
    replace: 'if (before !== -1) continue;',
    suite: ['test/streams/runtime/lost-offsets.test.ts'],
  },
  {
    name: 'a task that moves is not committed before',
    file: 'src/streams/runtime/task-set.ts',
    find: 'await this.#parts.commit();',
    replace: 'await Promise.resolve();',
    suite: ['test/streams/runtime/cooperation.test.ts'],
  },
  {
    name: 'all tasks are closed when one moves',
    file: 'src/streams/runtime/task-set.ts',
    find: "this.#parts.onPhase('rebalancing');\n    try {",
    replace:
      "this.#parts.onPhase('rebalancing');\n    partitions = [...this.#running.values()].flatMap(({ plan }) => plan.inputs);\n    try {",
    suite: ['test/streams/runtime/cooperation.test.ts'],
  },
  {
    name: 'a task is given to its new member while the old one has it',
    file: 'src/streams/runtime/group-assignment.ts',
    find: '[...(holders.get(id) ?? [])].every((holder) => holder === memberId);\n  return {',
    replace: 'holders.get(id) !== undefined || memberId !== undefined;\n  return {',
    suite: ['test/streams/runtime/task-assignor.test.ts'],
  },
  {
    name: 'a task goes to whoever has least to do, whatever state others have of it',
    file: 'src/streams/runtime/task-assignment.ts',
    find: 'giveToLeastLag(tasks, shares, input);',
    replace: '',
    suite: ['test/streams/runtime/task-assignment.test.ts', 'test/streams/runtime/task-assignor.test.ts'],
  },
  {
    name: 'members of one application in a process know nothing of what the others have stored',
    file: 'src/streams/runtime/state-database.ts',
    find: 'let rows = this.#applications.get(applicationId);',
    replace: 'let rows: ApplicationRows | undefined;',
    suite: ['test/streams/runtime/handed-over-state.test.ts'],
  },
];
