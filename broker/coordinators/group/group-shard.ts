import { assert } from '../../../src/base/assert.ts';
import { batchesOf, type BatchView } from '../../../src/protocol/records/batch-view.ts';
import { ControlRecordType, controlRecordTypeOf } from '../../../src/protocol/records/control-record.ts';
import { decodeBatch, RecordIterator } from '../../../src/protocol/records/decode-batch.ts';
import type { MessageOf } from '../../../src/protocol/message.ts';
import type { groupMetadataValue } from '../../../src/protocol/records-schemas/group-coordinator/02-group-metadata.ts';
import { ClassicGroup } from './classic-group.ts';
import { ClassicMember } from './classic-member.ts';
import type { CommittedOffset } from './committed-offsets.ts';
import { parseGroupRecord, type GroupLogEntry } from './group-records.ts';
import { PendingOffsets } from './pending-offsets.ts';

type OffsetEntry = Extract<GroupLogEntry, { readonly kind: 'offset' }> & { readonly recordOffset: number };

/**
 * The groups of one partition of `__consumer_offsets`. Its records are replayed when the broker is elected; the records
 * of other kinds of groups are passed over.
 */
export class GroupShard {
  readonly groups = new Map<string, ClassicGroup>();
  /** Groups that are not there any more as soon as the log says so. */
  readonly leaving = new Map<string, ClassicGroup>();
  isLoading = true;
  /** Its partition could not be read: its groups are not served, so that nobody goes on from offsets that are not theirs. */
  hasFailed = false;
  /** Offsets that were committed in transactions which have not ended. */
  readonly pending = new PendingOffsets();

  group(groupId: string): ClassicGroup | undefined {
    return this.groups.get(groupId);
  }

  /** The group of that id, made anew where there is none; it is `Empty` and in no record yet. */
  getOrCreate(groupId: string, nowMs: number | undefined): ClassicGroup {
    let group = this.groups.get(groupId);
    if (group === undefined) {
      group = new ClassicGroup(groupId, nowMs);
      this.groups.set(groupId, group);
    }
    return group;
  }

  /** Replays whole batches. */
  replay(bytes: Buffer): void {
    for (const batch of batchesOf(bytes)) {
      if (batch.isControl) this.#replayMarker(batch);
      else this.#replayBatch(batch);
    }
  }

  #replayBatch(batch: BatchView): void {
    const iterator = new RecordIterator(batch);
    while (iterator.next()) {
      const { key, value, offset } = iterator.record();
      assert(key !== null, 'a record of __consumer_offsets has a key');
      const entry = parseGroupRecord(key, value);
      if (entry === undefined) continue;
      if (entry.kind === 'group') this.#replayGroup(entry.groupId, entry.value);
      else if (batch.isTransactional && entry.committed !== null)
        this.#replayPending(batch.producerId, entry, { ...entry.committed, recordOffset: offset });
      else this.#replayOffset({ ...entry, recordOffset: offset });
    }
  }

  #replayPending(
    producerId: number,
    { groupId, topic, partition }: Omit<OffsetEntry, 'recordOffset'>,
    committed: CommittedOffset,
  ): void {
    this.getOrCreate(groupId, undefined);
    this.pending.hold(producerId, { groupId, topic, partition, committed });
  }

  #replayMarker(batch: BatchView): void {
    for (const { key, offset } of decodeBatch(batch)) {
      const type = key === null ? undefined : controlRecordTypeOf(key);
      if (type === ControlRecordType.COMMIT || type === ControlRecordType.ABORT) {
        this.endTransaction(batch.producerId, offset, type === ControlRecordType.COMMIT);
      }
    }
  }

  /**
   * A producer's transaction has ended with the marker at `markerOffset`: its offsets hold from now on, or are dropped. What
   * was committed behind one of them keeps its place.
   */
  endTransaction(producerId: number, markerOffset: number, isCommit: boolean): void {
    for (const { groupId, topic, partition, committed } of this.pending.release(producerId, markerOffset)) {
      // What was pending before a group was removed is not the next one's of its name.
      const group = this.leaving.get(groupId) ?? this.getOrCreate(groupId, undefined);
      if (isCommit) group.offsets.set(topic, partition, committed);
    }
  }

  #replayOffset({ groupId, topic, partition, committed, recordOffset }: OffsetEntry): void {
    const { offsets } = this.getOrCreate(groupId, undefined);
    if (committed !== null) {
      offsets.set(topic, partition, { ...committed, recordOffset });
      return;
    }
    offsets.delete(topic, partition, recordOffset);
    this.pending.forget(groupId, { topic, partition }, recordOffset);
  }

  #replayGroup(groupId: string, value: MessageOf<typeof groupMetadataValue> | null): void {
    const group = new ClassicGroup(groupId, undefined, this.groups.get(groupId)?.offsets);
    if (value !== null) restoreGroup(group, value);
    this.groups.set(groupId, group);
  }

  /** Ends the replay: what has neither members nor generations nor offsets, not even pending ones, was removed. */
  finishLoading(): void {
    for (const [groupId, group] of this.groups) {
      const isUnused =
        group.protocolType === null && group.offsets.isEmpty && !this.pending.hasGroup(groupId);
      if (isUnused) this.groups.delete(groupId);
    }
    this.isLoading = false;
  }
}

function restoreGroup(group: ClassicGroup, value: MessageOf<typeof groupMetadataValue>): void {
  const { protocol } = value;
  for (const member of value.members) {
    group.add(
      new ClassicMember({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        // Records of the oldest version had one timeout for both.
        rebalanceTimeoutMs: member.rebalanceTimeout === -1 ? member.sessionTimeout : member.rebalanceTimeout,
        sessionTimeoutMs: member.sessionTimeout,
        protocols: protocol === null ? [] : [{ name: protocol, metadata: Buffer.from(member.subscription) }],
        assignment: Buffer.from(member.assignment),
      }),
      value.protocolType,
    );
  }
  group.generationId = value.generation;
  group.protocolType = value.protocolType === '' ? null : value.protocolType;
  group.protocolName = protocol;
  group.leaderId = value.leader;
  const timestampMs = value.currentStateTimestamp === -1 ? undefined : value.currentStateTimestamp;
  group.restore(group.members.size === 0 ? 'Empty' : 'Stable', timestampMs);
  group.updateSubscribedTopics();
}
