import { joinWindow } from '../operators/join-window.ts';
import { passThrough } from '../operators/pass-through.ts';
import { joinWithStream } from '../operators/stream-stream-join.ts';
import type { StoreDefinition } from '../state/store-definition.ts';
import type { TopologyBuilder } from '../topology/topology-builder.ts';
import type { JoinWindows } from '../windows/join-windows.ts';
import type { StreamDescriptor } from './dsl.ts';
import type { ValueJoiner } from './functions.ts';
import type { StreamJoined } from './options.ts';
import { repartition } from './repartition.ts';
import { requireSerde } from './require-serdes.ts';

export type StreamJoinKind = 'inner' | 'left' | 'outer';

interface Request<K, V1, V2, VR> {
  readonly other: StreamDescriptor<K, V2>;
  readonly joiner: ValueJoiner<K, V1, V2, VR>;
  readonly windows: JoinWindows;
  readonly joined: StreamJoined<K, V1, V2>;
  readonly kind: StreamJoinKind;
}

/** Joins two streams over a window: a store and a look-up per side, and for outer joins one store of the unmatched. */
export function joinStreams<K, V1, V2, VR>(
  left: StreamDescriptor<K, V1>,
  request: Request<K, V1, V2, VR>,
): StreamDescriptor<K, VR> {
  const { joined, windows, kind, joiner } = request;
  const { dsl } = left;
  const { topology } = dsl;
  const self = left.node === request.other.node && left.repartitionRequired;
  const thisSide = behindRepartition(left, { name: joined.name, suffix: '-left', ...joined });
  const otherSide =
    self && joined.name === undefined
      ? reuseRepartition(request.other, thisSide)
      : behindRepartition(request.other, {
          name: joined.name,
          suffix: '-right',
          keySerde: joined.keySerde,
          valueSerde: joined.otherValueSerde,
        });
  const sources = [...new Set([...thisSide.sources, ...otherSide.sources])];
  topology.addCopartitionGroup(sources);

  const names = namesFor(request, topology);
  const thisStore = `${names.thisStore}-store`;
  const otherStore = `${names.otherStore}-store`;
  const keySerde = requireSerde(names.merge, 'key', joined.keySerde ?? thisSide.keySerde);
  const valueSerde = requireSerde(names.merge, 'value', joined.valueSerde ?? thisSide.valueSerde);
  const otherValueSerde = requireSerde(names.merge, 'value', joined.otherValueSerde ?? otherSide.valueSerde);

  const basics = {
    storeType: 'rocksdb',
    cachingEnabled: false,
    loggingEnabled: joined.loggingEnabled ?? true,
    logConfig: joined.logConfig ?? {},
  } as const;
  const windowed = { windowSizeMs: windows.sizeMs, retentionMs: windows.sizeMs + windows.gracePeriodMs };
  const stores: StoreDefinition[] = [
    { kind: 'join', name: thisStore, ...basics, keySerde, valueSerde, ...windowed },
    { kind: 'join', name: otherStore, ...basics, keySerde, valueSerde: otherValueSerde, ...windowed },
  ];
  const outerStore = kind === 'inner' || windows.eager ? undefined : names.outerStore;
  if (outerStore !== undefined) {
    stores.push({ kind: 'outer-join', name: outerStore, ...basics, keySerde, valueSerde, otherValueSerde });
  }
  for (const store of stores) topology.addStore(store.name, () => store);

  const add = topology.addProcessor.bind(topology);
  const lookUps = (store: string) => (): readonly string[] =>
    outerStore === undefined ? [store] : [store, outerStore];
  const common = { windows, outerStore, trackerId: names.merge };
  add({
    name: names.thisWindow,
    parents: [thisSide.node],
    stores: () => [thisStore],
    factory: joinWindow(thisStore),
  });
  add({
    name: names.otherWindow,
    parents: [otherSide.node],
    stores: () => [otherStore],
    factory: joinWindow(otherStore),
  });
  add({
    name: names.thisJoin,
    parents: [names.thisWindow],
    stores: lookUps(otherStore),
    factory: joinWithStream({
      ...common,
      side: 'left',
      outer: kind !== 'inner',
      storeName: otherStore,
      joiner: (own, found, key) => joiner(own as V1, found as V2, key as K),
    }),
  });
  add({
    name: names.otherJoin,
    parents: [names.otherWindow],
    stores: lookUps(thisStore),
    factory: joinWithStream({
      ...common,
      side: 'right',
      outer: kind === 'outer',
      storeName: thisStore,
      joiner: (own, found, key) => joiner(found as V1, own as V2, key as K),
    }),
  });
  add({ name: names.merge, parents: [names.thisJoin, names.otherJoin], factory: passThrough() });
  const repartitions = [...thisSide.repartitions, ...otherSide.repartitions];
  if (kind !== 'inner') for (const step of repartitions) step.dropNullKeys = false;
  return {
    dsl,
    name: names.merge,
    node: names.merge,
    keySerde,
    valueSerde: undefined,
    sources,
    repartitionRequired: false,
    repartitions,
  };
}

/** Names in the order in which Kafka Streams takes them from the counter. */
function namesFor<K, V1, V2, VR>(request: Request<K, V1, V2, VR>, topology: TopologyBuilder) {
  const { joined, kind } = request;
  const leftOuter = kind !== 'inner';
  const rightOuter = kind === 'outer';
  const { name: given, storeName } = joined;
  const thisSuffix = rightOuter ? '-outer-this-join' : '-this-join';
  const otherSuffix = leftOuter ? '-outer-other-join' : '-other-join';
  const named = (suffix: string, generated: string): string =>
    given === undefined ? generated : `${given}${suffix}`;

  const thisWindow = topology.suffixedNameOr(given, '-this-windowed', 'KSTREAM-WINDOWED-');
  const otherWindow = topology.suffixedNameOr(given, '-other-windowed', 'KSTREAM-WINDOWED-');
  const thisGenerated = topology.newProcessorName(rightOuter ? 'KSTREAM-OUTERTHIS-' : 'KSTREAM-JOINTHIS-');
  const otherGenerated = topology.newProcessorName(leftOuter ? 'KSTREAM-OUTEROTHER-' : 'KSTREAM-JOINOTHER-');
  const merge = topology.suffixedNameOr(given, '-merge', 'KSTREAM-MERGE-');
  const number = thisGenerated.slice(-10);
  const sharedSuffix = rightOuter ? '-outer-shared-join' : '-left-shared-join';
  return {
    thisWindow,
    otherWindow,
    thisJoin: named(thisSuffix, thisGenerated),
    otherJoin: named(otherSuffix, otherGenerated),
    merge,
    thisStore: storeName === undefined ? thisGenerated : `${storeName}${thisSuffix}`,
    otherStore: storeName === undefined ? otherGenerated : `${storeName}${otherSuffix}`,
    outerStore:
      storeName === undefined ? `KSTREAM-OUTERSHARED-${number}-store` : `${storeName}${sharedSuffix}-store`,
  };
}

interface SideOptions<K, V> {
  readonly name?: string | undefined;
  readonly suffix: string;
  readonly keySerde?: StreamJoined<K, V, V>['keySerde'];
  readonly valueSerde?: StreamJoined<K, V, V>['valueSerde'];
}

function behindRepartition<K, V>(
  part: StreamDescriptor<K, V>,
  options: SideOptions<K, V>,
): StreamDescriptor<K, V> {
  if (!part.repartitionRequired) return part;
  const { name, suffix, keySerde, valueSerde } = options;
  return repartition(part, {
    topicName: name === undefined ? part.name : `${name}${suffix}`,
    keySerde,
    valueSerde,
  });
}

/** A stream that is joined with itself is sent through one topic, though Kafka Streams takes three names for it. */
function reuseRepartition<K, V, V1>(
  part: StreamDescriptor<K, V>,
  first: StreamDescriptor<K, V1>,
): StreamDescriptor<K, V> {
  const { topology } = part.dsl;
  for (const prefix of ['KSTREAM-SINK-', 'KSTREAM-FILTER-', 'KSTREAM-SOURCE-'])
    topology.newProcessorName(prefix);
  return { ...part, node: first.node, name: first.name, sources: first.sources, repartitionRequired: false };
}
