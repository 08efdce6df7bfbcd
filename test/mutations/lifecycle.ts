import type { Mutation } from './mutation.ts';

const file = 'src/base/lifecycle.ts';
const suite = ['test/base/lifecycle.test.ts'];

export const lifecycleMutations: readonly Mutation[] = [
  {
    name: 'a start counts as done though closing has begun after its last step',
    file,
    find: 'const started = await start();\n      this.signal.throwIfAborted();',
    replace: 'const started = await start();',
    suite,
  },
  {
    name: 'parts are closed in the order in which they were started',
    file,
    find: 'for (let stage = this.#stages.pop(); stage !== undefined; stage = this.#stages.pop()) {',
    replace: 'for (let stage = this.#stages.shift(); stage !== undefined; stage = this.#stages.shift()) {',
    suite,
  },
  {
    name: 'what is being started when closing begins stays open',
    file,
    find: 'await Promise.all(this.#starting);',
    replace: '',
    suite,
  },
  {
    name: 'a start goes on beside the closing',
    file,
    find: '      // Whoever has taken it is not to go on beside the closing.\n      this.signal.throwIfAborted();\n',
    replace: '',
    suite,
  },
  {
    name: 'a start that fails leaves open what it has opened',
    file,
    find: '      await end();\n      throw cause;',
    replace: '      throw cause;',
    suite,
  },
  {
    name: 'a part that fails keeps those open that were started before it',
    file,
    find: "if (onCloseFailure === 'throw' && this.#failure === undefined) this.#failure = { error };",
    replace: "if (onCloseFailure === 'throw') throw error;",
    suite,
  },
  {
    name: 'a broker that cannot join its cluster waits on when it is told to end',
    file: 'broker/broker.ts',
    find: 'this.#components.interruptStart();',
    replace: 'undefined;',
    suite: ['test/broker/start-and-end.test.ts'],
  },
  {
    name: 'a broker leaves its cluster without a word, since the line to the controller is closed before',
    file: 'broker/broker.ts',
    find: 'return this.#handsOver ? lifecycleManager.shutDown() : lifecycleManager.close();',
    replace: 'this.#components.controller.close();\n    return lifecycleManager.shutDown();',
    suite: ['test/broker/lifecycle.test.ts'],
  },
  {
    name: 'a broker that stops leaves its listeners open',
    file: 'broker/assembly/broker-components.ts',
    find: "life.add({ name: 'the listeners', close: () => this.server.close() });",
    replace: '',
    suite: ['test/broker/start-and-end.test.ts'],
  },
  {
    name: 'a producer that is closed does not wait for what is to be sent',
    file: 'src/client/producer/producer.ts',
    find: "    this.#life.add({ name: 'what is to be sent', close: () => this.flush() });\n",
    replace: '',
    suite: ['test/client/producer-faults.test.ts', 'test/client/start-and-end.test.ts'],
  },
  {
    name: 'two SQL servers of one service run on one state folder',
    file: 'src/server/sql-server.ts',
    find: '`${prefixOf({ serviceId })}lock`',
    replace: '`${prefixOf({ serviceId })}lock-${process.hrtime.bigint()}`',
    suite: ['test/server/start-and-end.test.ts'],
  },
];
