import { Observable, type OperatorFunction, type Subscriber } from 'rxjs';
import type { AnyRecord, StreamRecord } from '../record.ts';
import type { NodeFactory } from './operator-node.ts';
import type { OperatorContext } from './operator.ts';

/** Makes a node of RxJS operators. */
export function rxNode(
  create: (context: OperatorContext) => OperatorFunction<AnyRecord, AnyRecord>,
  options: { readonly keepsKey: boolean },
): NodeFactory {
  return { type: 'rx', keepsKey: options.keepsKey, create };
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
