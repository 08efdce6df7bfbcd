import { callback as anyFunction, oneOf, optionsOf, wholeNumber } from '../../base/argument-checks.ts';
import { DiagnosticError } from '../../base/errors.ts';
import type { Erased } from '../erased.ts';
import type { ProcessorContext, ProcessorSupplier } from '../processor.ts';
import type { RecordContext } from '../record.ts';
import type { KeyValueStoreDefinition } from '../state/store-definition.ts';
import type { KeyValueStore } from '../state/store.ts';
import type { StoreHandle } from '../state/store-handle.ts';
import { type NodeFactory, operatorNode } from './operator-node.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { checkForwarded, promiseIn, requireSynchronous, settled, wrongAnswer } from './user-answers.ts';

export interface ProcessSettings {
  readonly type: 'process';
  readonly supplier: Erased<ProcessorSupplier<unknown, unknown, unknown, unknown>>;
  readonly keepsKey: boolean;
}

/** A processor that an application brought along. */
export function userProcessor({ supplier, keepsKey }: ProcessSettings): NodeFactory {
  return operatorNode(
    (context): Operator => {
      const processor = supplier();
      if (typeof processor?.process !== 'function')
        throw wrongAnswer(
          settled<unknown>(processor, 'the supplier', 'lifeCycle'),
          'the supplier',
          'a processor',
        );
      const named = (method: string): string => `${method} of the processor ${context.nodeName}`;
      // What is known to be async is refused before it has opened anything, and not only when the task ends.
      for (const method of ['init', 'close'] as const)
        requireSynchronous(Reflect.get(processor, method), named(method), 'lifeCycle');
      settled<unknown>(processor.init?.(processorContext(context)), named('init'), 'lifeCycle');
      return {
        process: (record) => promiseIn(processor.process(record)),
        close: () => void settled<unknown>(processor.close?.(), named('close'), 'lifeCycle'),
      };
    },
    { keepsKey },
  );
}

/** Stores that can be handed to a processor know how to show themselves to it. */
interface Viewable extends StoreHandle {
  /** Its types are those of its definition. */
  forProcessor<K, V>(): KeyValueStore<K, V>;
}

function isViewable(store: StoreHandle): store is Viewable {
  return 'forProcessor' in store;
}

const checkSchedule = optionsOf<Parameters<ProcessorContext<unknown, unknown>['schedule']>[0]>({
  intervalMs: wholeNumber(1),
  type: oneOf('stream-time', 'wall-clock-time'),
  callback: anyFunction,
});

function processorContext<KOut, VOut>(context: OperatorContext<KOut, VOut>): ProcessorContext<KOut, VOut> {
  return {
    applicationId: context.applicationId,
    taskId: context.taskId,
    forward(record, childName) {
      checkForwarded(record, 'the processor');
      if (childName === undefined) context.forward(record);
      else context.forwardTo(context.childIndex(childName), record);
      return context.unfinished();
    },
    recordMetadata: (): RecordContext | undefined =>
      context.record.topic === '' ? undefined : context.record,
    getStateStore<K, V>(given: string | KeyValueStoreDefinition<K, V>): KeyValueStore<K, V> {
      const name = typeof given === 'string' ? given : given.name;
      const store = context.store(name);
      if (!isViewable(store)) {
        throw new DiagnosticError({
          message: `the ${store.definition.kind} store ${name} is not for processors`,
        });
      }
      return store.forProcessor();
    },
    schedule(options) {
      checkSchedule(options, 'options');
      const { callback } = options;
      return context.schedule({ ...options, callback: (timestamp) => promiseIn(callback(timestamp)) });
    },
    commit: () => context.requestCommit(),
    currentStreamTimeMs: () => context.streamTimeMs(),
    currentSystemTimeMs: () => context.wallClockMs(),
  };
}
