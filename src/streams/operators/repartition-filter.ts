import type { RepartitionStep } from '../builder/dsl.ts';
import type { Behaviour } from '../topology/nodes.ts';
import { eachRecord, rxBehaviour } from './rx-behaviour.ts';

/**
 * Drops records without a key before they are repartitioned, unless a left or outer join downstream wants them
 * (KIP-962).
 */
export function repartitionFilter(step: RepartitionStep): Behaviour {
  return rxBehaviour<unknown, unknown, unknown, unknown>(
    (context) =>
      eachRecord(context, (record, subscriber) => {
        if (record.key != null || !step.dropNullKeys) subscriber.next(record);
      }),
    { keepsKey: true },
  );
}
