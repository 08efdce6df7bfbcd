import { assert, assertDefined } from '../../base/assert.ts';
import type { OperatorContext } from '../operators/operator.ts';
import type { Punctuator } from '../processor.ts';
import type { StoreHandle } from '../state/store-handle.ts';
import type { AnyRecord } from '../record.ts';
import type { Executor, RuntimeNode } from './executor.ts';
import type { ProcessorMetadata } from './processor-metadata.ts';
import type { TaskFailures } from './task-failures.ts';
import type { OnTime, TaskTime } from './task-time.ts';

/** What of a task its nodes have to do with. */
interface TaskOfNodes {
  readonly applicationId: string;
  readonly taskId: string;
  readonly executor: Executor;
  readonly failures: TaskFailures;
  readonly time: TaskTime;
  readonly stores: ReadonlyMap<string, StoreHandle>;
  readonly metadata: ProcessorMetadata;
  readonly config: (name: string) => string | number | boolean | undefined;
  readonly requestCommit: () => void;
}

/** Returns what makes the contexts of the nodes of a task; `node` answers the node itself, once it is built. */
export function nodeContexts(
  task: TaskOfNodes,
): (nodeName: string, node: () => RuntimeNode) => OperatorContext {
  const { executor, failures, time, stores } = task;
  const shared = new Map<string, unknown>();
  return (nodeName, node) => ({
    nodeName,
    applicationId: task.applicationId,
    taskId: task.taskId,
    record: executor.current,
    forward: (record: AnyRecord): void => executor.forward(node(), record),
    forwardTo(index, record) {
      const from = node();
      const child = assertDefined(from.children[index], `${nodeName} has no child ${index}`);
      executor.forwardTo(from, child, record);
    },
    unfinished: () => executor.unfinished(node()),
    childIndex(name) {
      const index = node().children.findIndex((child) => child.name === name);
      assert(index >= 0, `${nodeName} has no child named ${name}`);
      return index;
    },
    store: <S extends StoreHandle>(name: string): S =>
      // The operator was built together with the store's definition and knows its kind.
      assertDefined(stores.get(name), `${nodeName} is not connected to a store ${name}`) as StoreHandle as S,
    shared: <T>(name: string, create: () => T): T => {
      if (!shared.has(name)) shared.set(name, create());
      return shared.get(name) as T;
    },
    clock: (name) => time.clock(name),
    processorMetadata: (key) => task.metadata.entry(key),
    dropped: (reason) => failures.dropAt(reason, nodeName),
    schedule: ({ intervalMs, type, callback }) =>
      time.every({ intervalMs, type, onTime: handlingFailures(callback, nodeName, failures) }),
    requestCommit: task.requestCommit,
    streamTimeMs: () => time.streamTimeMs,
    wallClockMs: () => time.wallClockMs(),
    config: task.config,
  });
}

/** What a punctuator fails with, now or later, is for the processing handler, as a record's failure is. */
function handlingFailures(callback: Punctuator, nodeName: string, failures: TaskFailures): OnTime {
  const onFailed = (error: unknown): void =>
    failures.handle('processing', error, failures.at(nodeName, undefined));
  return (now) => {
    try {
      const waiting = callback(now);
      return waiting ? waiting.then(undefined, onFailed) : undefined;
    } catch (error) {
      onFailed(error);
      return undefined;
    }
  };
}
