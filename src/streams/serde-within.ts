import type { Serde, TopicUse } from './serde.ts';

/**
 * The preparation of a serde whose bytes hold those of another one.
 * @param partsOf the bytes of the other serde within those of the first.
 */
export function preparationWithin<T>(
  inner: Serde<T>,
  partsOf: (bytes: Buffer) => readonly Buffer[],
): Pick<Serde<T>, 'prepare' | 'prepareTopic'> {
  return {
    ...(inner.prepare !== undefined && {
      prepare(bytes: Buffer) {
        const waiting = partsOf(bytes).flatMap((part) => inner.prepare?.(part) ?? []);
        return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
      },
    }),
    ...(inner.prepareTopic !== undefined && {
      prepareTopic: (topic: string, use: TopicUse) => inner.prepareTopic?.(topic, use),
    }),
  };
}
