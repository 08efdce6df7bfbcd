import { assert } from '../../../src/base/assert.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { RecordIterator } from '../../../src/protocol/records/decode-batch.ts';
import type { MessageOf } from '../../../src/protocol/message.ts';
import type { groupMetadataValue } from '../../../src/protocol/records-schemas/group-coordinator/02-group-metadata.ts';
import { ClassicGroup } from './classic-group.ts';
import { ClassicMember } from './classic-member.ts';
import { parseGroupRecord } from './group-records.ts';

/**
 * The groups of one partition of `__consumer_offsets`. Its records are replayed when the broker is elected; control
 * batches and the records of other kinds of groups are passed over.
 */
export class GroupShard {
  readonly groups = new Map<string, ClassicGroup>();
  isLoading = true;

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
      if (batch.isControl) continue;
      const iterator = new RecordIterator(batch);
      while (iterator.next()) {
        const { key, value, offset } = iterator.record();
        assert(key !== null, 'a record of __consumer_offsets has a key');
        this.#replayRecord(key, value, offset);
      }
    }
  }

  #replayRecord(key: Buffer, value: Buffer | null, recordOffset: number): void {
    const entry = parseGroupRecord(key, value);
    if (entry === undefined) return;
    if (entry.kind === 'offset') {
      const { topic, partition, committed } = entry;
      const { offsets } = this.getOrCreate(entry.groupId, undefined);
      if (committed === null) offsets.delete(topic, partition, recordOffset);
      else offsets.set(topic, partition, { ...committed, recordOffset });
      return;
    }
    const former = this.groups.get(entry.groupId);
    const group = new ClassicGroup(entry.groupId, undefined);
    for (const { topic, partition } of former?.offsets.all() ?? []) {
      const committed = former?.offsets.get(topic, partition);
      if (committed !== undefined) group.offsets.set(topic, partition, committed);
    }
    if (entry.value !== null) restoreGroup(group, entry.value);
    this.groups.set(entry.groupId, group);
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
