import { Observable, type OperatorFunction, type Subscriber } from 'rxjs';
import type { StreamRecord } from '../record.ts';
import type { AnyRecord, NodeFactory } from '../topology/nodes.ts';
import type { OperatorContext } from './operator.ts';
import { checkForwarded } from './user-answers.ts';

/** Makes a node of RxJS operators. The graph forgets the types; the signatures of the DSL have checked them. */
export function rxNode<K, V, KR, VR>(
  create: (context: OperatorContext) => OperatorFunction<StreamRecord<K, V>, StreamRecord<KR, VR>>,
  options: { readonly keepsKey: boolean },
): NodeFactory {
  const erased = create as unknown as (context: OperatorContext) => OperatorFunction<AnyRecord, AnyRecord>;
  return { type: 'rx', keepsKey: options.keepsKey, create: erased };
}

/**
 * A node of RxJS operators that an application brought along. What they emit is checked: nothing else says that an
 * operator emits records.
 */
export function userPipe<K, V, KR, VR>(
  operator: OperatorFunction<StreamRecord<K, V>, StreamRecord<KR, VR>>,
  options: { readonly keepsKey: boolean },
): NodeFactory {
  return rxNode<K, V, KR, VR>(
    (context) => (source) =>
      operator(source).pipe(
        eachRecord(context, (record, subscriber) => {
          checkForwarded(record, 'the operator');
          subscriber.next(record);
        }),
      ),
    options,
  );
}

/** A failure in a function of the topology, with the node it happened in. */
export class NodeFailure extends Error {
  override readonly name = 'NodeFailure';
  readonly nodeName: string;
  readonly record: AnyRecord;

  constructor(nodeName: string, record: AnyRecord, cause: unknown) {
    super(`${nodeName} failed`, { cause });
    this.nodeName = nodeName;
    this.record = record;
  }
}

/**
 * An RxJS operator from a function that is given each record and emits what it likes. What it throws becomes the
 * stream's error, marked with the node's name.
 */
export function eachRecord<K, V, KR, VR>(
  context: OperatorContext,
  run: (record: StreamRecord<K, V>, subscriber: Subscriber<StreamRecord<KR, VR>>) => void,
): OperatorFunction<StreamRecord<K, V>, StreamRecord<KR, VR>> {
  return (source) =>
    new Observable((subscriber) =>
      source.subscribe({
        next(record) {
          try {
            run(record, subscriber);
          } catch (error) {
            subscriber.error(new NodeFailure(context.nodeName, record, error));
          }
        },
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
}
