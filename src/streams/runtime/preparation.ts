import type { FetchedRecords } from '../../client/types.ts';
import type { SourceNode } from '../topology/nodes.ts';

/** What has to come before records can be read, see {@link Serde.prepare}; undefined where nothing has. */
export function preparationOf(
  fetched: FetchedRecords,
  { keySerde, valueSerde }: Pick<SourceNode, 'keySerde' | 'valueSerde'>,
): Promise<void> | undefined {
  if (keySerde.prepare === undefined && valueSerde.prepare === undefined) return undefined;
  let waiting: Set<Promise<void>> | undefined;
  for (const { key, value } of fetched.records) {
    const ofKey = key === null ? undefined : keySerde.prepare?.(key);
    const ofValue = value === null ? undefined : valueSerde.prepare?.(value);
    if (ofKey !== undefined) (waiting ??= new Set()).add(ofKey);
    if (ofValue !== undefined) (waiting ??= new Set()).add(ofValue);
  }
  return waiting && Promise.all(waiting).then(() => undefined);
}
