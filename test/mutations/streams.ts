import type { Mutation } from './mutation.ts';

const suite = ['test/streams/operators', 'test/streams/kafka-streams-recordings.test.ts'];

export const streamsMutations: readonly Mutation[] = [
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
];
