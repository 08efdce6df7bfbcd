import { assert } from '../../../src/base/assert.ts';
import { batchesOf, type BatchView } from '../../../src/protocol/records/batch-view.ts';
import { ControlRecordType, controlRecordTypeOf } from '../../../src/protocol/records/control-record.ts';
import { decodeBatch, RecordIterator } from '../../../src/protocol/records/decode-batch.ts';
import type { MessageOf } from '../../../src/protocol/message.ts';
import type { groupMetadataValue } from '../../../src/protocol/records-schemas/group-coordinator/02-group-metadata.ts';
import { ClassicGroup } from './classic-group.ts';
import { ClassicMember } from './classic-member.ts';
import { parseGroupRecord, type GroupLogEntry } from './group-records.ts';

type OffsetEntry = Extract<GroupLogEntry, { readonly kind: 'offset' }> & { readonly recordOffset: number };

/**
 * The groups of one partition of `__consumer_offsets`. Its records are replayed when the broker is elected; the records
 * of other kinds of groups are passed over.
 */
export class GroupShard {
  readonly groups = new Map<string, ClassicGroup>();
  isLoading = true;
  /** Its partition could not be read: its groups are not served, so that nobody goes on from offsets that are not theirs. */
  hasFailed = false;
  /** Offsets committed in transactions that have no marker yet, by producer id. */
  readonly #openTransactions = new Map<number, OffsetEntry[]>();

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
      else if (batch.isTransactional) this.#hold(batch.producerId, { ...entry, recordOffset: offset });
      else this.#replayOffset({ ...entry, recordOffset: offset });
    }
  }

  #hold(producerId: number, entry: OffsetEntry): void {
    const held = this.#openTransactions.get(producerId);
    if (held === undefined) this.#openTransactions.set(producerId, [entry]);
    else held.push(entry);
  }

  /** Offsets of a transaction hold from its commit marker on, and never if it was aborted. */
  #replayMarker(batch: BatchView): void {
    for (const { key } of decodeBatch(batch)) {
      const type = key === null ? undefined : controlRecordTypeOf(key);
      const held = this.#openTransactions.get(batch.producerId) ?? [];
      if (type === ControlRecordType.COMMIT) for (const entry of held) this.#replayOffset(entry);
      if (type === ControlRecordType.COMMIT || type === ControlRecordType.ABORT) {
        this.#openTransactions.delete(batch.producerId);
      }
    }
  }

  #replayOffset({ groupId, topic, partition, committed, recordOffset }: OffsetEntry): void {
    const { offsets } = this.getOrCreate(groupId, undefined);
    if (committed === null) offsets.delete(topic, partition, recordOffset);
    else offsets.set(topic, partition, { ...committed, recordOffset });
  }

  #replayGroup(groupId: string, value: MessageOf<typeof groupMetadataValue> | null): void {
    const group = new ClassicGroup(groupId, undefined, this.groups.get(groupId)?.offsets);
    if (value !== null) restoreGroup(group, value);
    this.groups.set(groupId, group);
  }

  /** Ends the replay: what has neither members nor generations nor offsets was removed. */
  finishLoading(): void {
    for (const [groupId, group] of this.groups) {
      if (group.protocolType === null && group.offsets.isEmpty) this.groups.delete(groupId);
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
