import type { Erased } from '../../erased.ts';
import type { Serde } from '../../serde.ts';
import type { TimestampExtractor } from '../../timestamp-extractor.ts';
import { frozen, type StreamBase } from './node.ts';
import { nodeKind } from './node-kind.ts';

/** How topics are read. */
export interface SourceFields {
  readonly topics: readonly string[];
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  readonly timestampExtractor: Erased<TimestampExtractor> | undefined;
  readonly offsetReset: 'earliest' | 'latest' | undefined;
}

/** Topics read as a stream. */
export interface Source extends StreamBase<'source'>, SourceFields {
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
}

export function source(fields: SourceFields & { readonly name: string | undefined }): Source {
  return frozen<Source>({
    kind: 'source',
    shape: 'stream',
    inputs: [],
    keyChanged: false,
    changes: 'everything',
    ...fields,
  });
}

/** The same topics may be read twice: the second stream has the first one's source. */
export const sourceKind = nodeKind<Source>({
  names(node, take) {
    const name = take.generated('KSTREAM-SOURCE-');
    const own = node.name ?? name;
    const shared = take.sourceOf(node.topics);
    if (shared === undefined) take.claimTopics(take.claimNode(own), node.topics);
    return { name: own, node: shared ?? own };
  },
  lower(node, { names, topology }) {
    if (!topology.has(names.node)) topology.addSource({ ...node, name: names.node });
    return [names.node];
  },
});
