import { isInternalTopic } from '../../../broker/metadata/internal-topics.ts';
import { decodeProducerSnapshot } from '../../../broker/log/producer-snapshot.ts';
import { segmentFileName } from '../../../broker/log/segment-files.ts';
import { decodeTransactionIndex } from '../../../broker/log/transaction-index.ts';
import { readMarker } from '../../../broker/log/transaction-marker.ts';
import type { BatchView } from '../../../src/protocol/records/batch-view.ts';
import { DirectoryNode } from '../directory-node.ts';
import { FileNode } from '../file-node.ts';
import type { SimulatedMedium } from '../simulated-disk.ts';
import { batchesAt, bytesOf, DATA, nodeAt } from './disk-view.ts';

/** What the batches of a log say of a producer. */
interface Producer {
  epoch: number;
  lastSequence: number;
  lastOffset: number;
  /** -1 where no transaction is open. */
  openedAt: number;
}

interface Aborted {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/**
 * What sequences the batches of a producer have: `all` of them, from 0 on in every epoch; or there are `gaps`, where some
 * were taken out; or `none` that say anything, as in what coordinators write.
 */
type Sequences = 'all' | 'gaps' | 'none';

/** What the batches of one log say of everything that is kept beside them. */
interface Derived {
  readonly startOffset: number;
  endOffset: number;
  readonly epochs: { readonly epoch: number; readonly startOffset: number }[];
  readonly producers: Map<number, Producer>;
  readonly aborted: Aborted[];
  readonly faults: string[];
}

/**
 * What is wrong in the data folder of a broker that was stopped in good order: batches that are damaged, out of order or out
 * of their producer's sequence; leader epochs, producers, aborted transactions and indexes that are not those of the batches;
 * recovery points that are not at the end. Logs of which something was deleted or compacted are looked at as far as they tell.
 *
 * @param isWhole whether nothing was ever taken out of a topic's logs.
 */
export function faultsOfClosedLogs(
  medium: SimulatedMedium,
  isWhole: (topic: string) => boolean,
): readonly string[] {
  const data = nodeAt(medium, DATA);
  if (!(data instanceof DirectoryNode)) return [];
  const recoveryPoints = offsetsIn(data, 'recovery-point-offset-checkpoint');
  return data.names().flatMap((name) => {
    const folder = data.get(name);
    const [, topic] = /^(.+)-\d+$/.exec(name) ?? [];
    if (topic === undefined || !(folder instanceof DirectoryNode)) return [];
    const found = derivedFrom(folder, isInternalTopic(topic) ? 'none' : isWhole(topic) ? 'all' : 'gaps');
    const { faults, endOffset } = found;
    if (isWhole(topic)) faults.push(...faultsBeside(folder, found));
    const recoveryPoint = recoveryPoints.get(name) ?? endOffset;
    if (recoveryPoint !== endOffset)
      faults.push(`its recovery point is ${recoveryPoint}, and it ends at ${endOffset}`);
    return faults.map((fault) => `${name}: ${fault}`);
  });
}

function derivedFrom(folder: DirectoryNode, sequences: Sequences): Derived {
  const names = folder.names().filter((name) => name.endsWith('.log'));
  const startOffset = Number.parseInt(names[0] ?? '0', 10);
  const derived: Derived = {
    startOffset,
    endOffset: startOffset,
    epochs: [],
    producers: new Map(),
    aborted: [],
    faults: [],
  };
  for (const name of names) {
    const segment = folder.get(name);
    if (!(segment instanceof FileNode)) continue;
    const baseOffset = Number.parseInt(name, 10);
    const positions: {
      readonly position: number;
      readonly baseOffset: number;
      readonly lastOffset: number;
    }[] = [];
    let position = 0;
    for (const batch of batchesAt([segment])) {
      onBatch(derived, batch, sequences);
      positions.push({ position, baseOffset: batch.baseOffset, lastOffset: batch.lastOffset });
      position += batch.sizeInBytes;
    }
    if (position < segment.size)
      derived.faults.push(`${name} has something else than a batch at byte ${position}`);
    if ((positions[0]?.baseOffset ?? baseOffset) < baseOffset)
      derived.faults.push(`${name} begins before its name`);
    derived.faults.push(...faultsOfIndex(folder, baseOffset, positions));
  }
  return derived;
}

function onBatch(derived: Derived, batch: BatchView, sequences: Sequences): void {
  const { faults, epochs } = derived;
  const { baseOffset, lastOffset, partitionLeaderEpoch: epoch } = batch;
  const at = `the batch at ${baseOffset}`;
  if (!batch.isValid()) faults.push(`${at} is damaged`);
  if (baseOffset < derived.endOffset) faults.push(`${at} comes after ${derived.endOffset - 1}`);
  derived.endOffset = lastOffset + 1;
  const before = epochs.at(-1)?.epoch ?? -1;
  if (epoch < before) faults.push(`${at} is of epoch ${epoch}, after one of ${before}`);
  if (epoch > before) epochs.push({ epoch, startOffset: baseOffset });
  if (batch.producerId < 0) return;
  let producer = derived.producers.get(batch.producerId);
  if (producer === undefined) {
    producer = { epoch: batch.producerEpoch, lastSequence: -1, lastOffset: -1, openedAt: -1 };
    derived.producers.set(batch.producerId, producer);
  }
  if (batch.producerEpoch < producer.epoch)
    faults.push(`${at} is of producer epoch ${batch.producerEpoch}, after ${producer.epoch}`);
  if (batch.producerEpoch !== producer.epoch) {
    producer.epoch = batch.producerEpoch;
    producer.lastSequence = -1;
    producer.lastOffset = -1;
  }
  if (batch.isControl) onMarker(derived, producer, batch);
  else onData(derived, producer, batch, sequences);
}

function onData({ faults }: Derived, producer: Producer, batch: BatchView, sequences: Sequences): void {
  const { baseOffset, baseSequence, lastSequence } = batch;
  if (baseSequence >= 0) {
    const expected = (producer.lastSequence + 1) % 2 ** 31;
    const isGap = sequences === 'gaps' && (producer.lastSequence < 0 || baseSequence > expected);
    if (sequences !== 'none' && baseSequence !== expected && !isGap)
      faults.push(`the batch at ${baseOffset} has sequence ${baseSequence} where ${expected} is next`);
    producer.lastSequence = lastSequence;
  }
  producer.lastOffset = batch.lastOffset;
  if (batch.isTransactional && producer.openedAt < 0) producer.openedAt = baseOffset;
}

function onMarker({ aborted }: Derived, producer: Producer, batch: BatchView): void {
  const marker = readMarker(batch.bytes);
  if (marker === undefined) return;
  const { openedAt } = producer;
  if (marker.isAbort && openedAt >= 0) {
    aborted.push({ producerId: batch.producerId, firstOffset: openedAt, lastOffset: batch.baseOffset });
  }
  producer.openedAt = -1;
}

function faultsOfIndex(
  folder: DirectoryNode,
  baseOffset: number,
  batches: readonly { readonly position: number; readonly lastOffset: number }[],
): readonly string[] {
  const content = contentOf(folder, segmentFileName(baseOffset, 'index'));
  const faults: string[] = [];
  for (let at = 0; at + 8 <= content.length; at += 8) {
    const offset = baseOffset + content.readInt32BE(at);
    const position = content.readInt32BE(at + 4);
    const batch = batches.find((each) => each.position === position);
    if (batch?.lastOffset !== offset)
      faults.push(
        `its index has a batch that ends with ${offset} at byte ${position} of segment ${baseOffset}`,
      );
  }
  return faults;
}

/** What is kept beside the segments of a log of which nothing was ever taken out. */
function faultsBeside(folder: DirectoryNode, derived: Derived): readonly string[] {
  return [
    ...faultsOfEpochs(folder, derived),
    ...faultsOfProducers(folder, derived),
    ...faultsOfAborted(folder, derived),
  ];
}

/** An epoch that has begun at the end may have no records yet. */
function faultsOfEpochs(folder: DirectoryNode, { epochs, endOffset }: Derived): readonly string[] {
  const kept = linesOf(folder, 'leader-epoch-checkpoint')
    .map((line) => line.split(' ').map(Number))
    .filter(([, startOffset = 0]) => startOffset < endOffset)
    .map(([epoch, startOffset]) => `${epoch} from ${startOffset}`);
  const derived = epochs.map(({ epoch, startOffset }) => `${epoch} from ${startOffset}`);
  if (kept.join() === derived.join()) return [];
  return [`its leader epochs are ${derived.join()}, and its checkpoint has ${kept.join() || 'none'}`];
}

function faultsOfProducers(folder: DirectoryNode, { producers, endOffset }: Derived): readonly string[] {
  const content = contentOf(folder, segmentFileName(endOffset, 'snapshot'));
  if (content.length === 0) return [];
  const kept = decodeProducerSnapshot(content);
  if (kept === undefined) return ['its newest snapshot of the producers cannot be read'];
  const shown = ({ epoch, lastSequence, lastOffset, openedAt }: Producer): string =>
    `epoch ${epoch}, sequence ${lastSequence} at ${lastOffset}, transaction from ${openedAt}`;
  const faults: string[] = [];
  const known = new Map(
    kept.map(
      ({ producerId, producerEpoch: epoch, lastSequence, lastOffset, currentTxnFirstOffset: openedAt }) => [
        producerId,
        shown({ epoch, lastSequence, lastOffset, openedAt }),
      ],
    ),
  );
  for (const [id, producer] of producers) {
    if (known.get(id) !== shown(producer))
      faults.push(`producer ${id} is at ${shown(producer)}, its snapshot has ${known.get(id) ?? 'nothing'}`);
  }
  for (const id of known.keys())
    if (!producers.has(id)) faults.push(`its snapshot has producer ${id}, which has written nothing`);
  return faults;
}

function faultsOfAborted(folder: DirectoryNode, { aborted }: Derived): readonly string[] {
  const shown = ({ producerId, firstOffset, lastOffset }: Aborted): string =>
    `${producerId} ${firstOffset}-${lastOffset}`;
  const kept = folder
    .names()
    .filter((name) => name.endsWith('.txnindex'))
    .flatMap((name) => decodeTransactionIndex(contentOf(folder, name), Number.parseInt(name, 10)) ?? [])
    .map(shown);
  const derived = aborted.map(shown);
  if (kept.join() === derived.join()) return [];
  return [
    `its aborted transactions are ${derived.join() || 'none'}, and its indexes have ${kept.join() || 'none'}`,
  ];
}

function offsetsIn(data: DirectoryNode, file: string): ReadonlyMap<string, number> {
  return new Map(
    linesOf(data, file).map((line) => {
      const [topic = '', partition = '', offset = ''] = line.split(' ');
      return [`${topic}-${partition}`, Number(offset)];
    }),
  );
}

/** The entries of one of Kafka's text checkpoints, behind its version and their number. */
function linesOf(folder: DirectoryNode, name: string): readonly string[] {
  return contentOf(folder, name)
    .toString()
    .split('\n')
    .slice(2)
    .filter((line) => line !== '');
}

function contentOf(folder: DirectoryNode, name: string): Buffer {
  const node = folder.get(name);
  return node instanceof FileNode ? bytesOf(node) : Buffer.alloc(0);
}
