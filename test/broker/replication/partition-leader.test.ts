import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Log } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import type { PartitionRegistration } from '../../../broker/metadata/metadata-image.ts';
import { divergenceEnd } from '../../../broker/replication/follower-truncation.ts';
import type { Partition } from '../../../broker/replication/partition.ts';
import { admitFetch } from '../../../broker/replication/partition-read.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { batchOf } from '../running-broker.ts';
import { partitionOf, registrationOf, SELF } from './test-partition.ts';

const LAG_MS_MAX = 1000;

describe('the leader of a partition', () => {
  let directory = '';
  let log: Log;
  let nowMs = 0;
  let proposed: (readonly number[])[] = [];
  const ineligible = new Set<number>();
  let registeredEpoch = 1;

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'millrace-leader-'));
    log = Log.open({
      environment: nodeEnvironment,
      directory: path.join(directory, 't-0'),
      config: DEFAULT_LOG_CONFIG,
    });
    nowMs = 0;
    proposed = [];
    ineligible.clear();
    registeredEpoch = 1;
  });

  afterEach(async () => {
    await log.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const registration = (change: Partial<PartitionRegistration> = {}): PartitionRegistration =>
    registrationOf({ replicas: [1, 2, 3], isr: [1, 2, 3], ...change });

  function partition(minInsyncReplicas = 1): Partition {
    return partitionOf(log, {
      minInsyncReplicas,
      context: {
        lagMsMax: LAG_MS_MAX,
        clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
        isEligible: (brokerId) => !ineligible.has(brokerId),
        brokerEpochOf: () => registeredEpoch,
      },
      proposeIsr: (_partition, isr) => proposed.push(isr),
    });
  }

  function append(to: Partition, count: number): void {
    for (let i = 0; i < count; i++) to.append(batchOf('x'), { origin: 'client', acks: 1 });
  }

  function fetchFrom(to: Partition, brokerId: number, fetchOffset: number): void {
    const follower = to.leader?.follower(brokerId);
    if (follower === undefined) throw new Error(`no follower ${brokerId}`);
    to.onFollowerFetch(follower, { fetchOffset, logStartOffset: 0, brokerEpoch: 1 });
  }

  it('commits what all in-sync replicas have, and never goes back', () => {
    const own = partition();
    own.onRegistration(registration());
    append(own, 5);
    expect(log.highWatermark).toBe(0);
    fetchFrom(own, 2, 5);
    expect(log.highWatermark).toBe(0);
    fetchFrom(own, 3, 3);
    expect(log.highWatermark).toBe(3);
    fetchFrom(own, 3, 1);
    expect(log.highWatermark).toBe(3);
    fetchFrom(own, 3, 5);
    expect(log.highWatermark).toBe(5);
  });

  it('does not believe a fetch of a follower that has been restarted since', () => {
    const own = partition();
    own.onRegistration(registration({ replicas: [SELF, 2], isr: [SELF, 2] }));
    append(own, 5);
    const fetch = (fetchOffset: number, replicaEpoch: number): number | undefined =>
      admitFetch(
        own,
        {
          fetchOffset,
          currentLeaderEpoch: 0,
          lastFetchedEpoch: -1,
          logStartOffset: 0,
          maxBytes: 1,
          knownHighWatermark: 0,
        },
        { replicaId: 2, replicaEpoch, readCommitted: false },
      )?.errorCode;
    expect(fetch(1, 1)).toBeUndefined();
    // The follower loses what it had not synced, and comes back under a new epoch.
    registeredEpoch = 2;
    expect(fetch(0, 2)).toBeUndefined();
    expect(fetch(5, 1)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(log.highWatermark).toBe(1);
    expect(own.leader?.follower(2)?.logEndOffset).toBe(0);
    // It may know of its new epoch before this broker does.
    expect(fetch(3, 3)).toBeUndefined();
    expect(log.highWatermark).toBe(3);
  });

  it('commits at once where it is the only replica', () => {
    const own = partition();
    own.onRegistration(registration({ replicas: [SELF], isr: [SELF] }));
    append(own, 2);
    expect(log.highWatermark).toBe(2);
    expect(own.commitState(2)).toBe(ErrorCode.NONE);
  });

  it('does not commit while too few replicas are in sync, and refuses acks=all', () => {
    const own = partition(2);
    own.onRegistration(registration({ isr: [SELF] }));
    append(own, 3);
    expect(log.highWatermark).toBe(0);
    expect(own.append(batchOf('x'), { origin: 'client', acks: -1 }).errorCode).toBe(
      ErrorCode.NOT_ENOUGH_REPLICAS,
    );
    own.onRegistration(registration({ isr: [SELF, 2], partitionEpoch: 1 }));
    fetchFrom(own, 2, 3);
    expect(log.highWatermark).toBe(3);
  });

  it('counts with both the old and the proposed in-sync replicas until the controller has decided', () => {
    const own = partition();
    own.onRegistration(registration({ isr: [SELF, 2] }));
    append(own, 4);
    fetchFrom(own, 2, 4);
    expect(log.highWatermark).toBe(4);
    fetchFrom(own, 3, 4);
    expect(proposed).toEqual([[SELF, 2, 3]]);
    append(own, 2);
    fetchFrom(own, 2, 6);
    // 3 is not in the ISR yet, but may be by now.
    expect(log.highWatermark).toBe(4);
    // Nor does it matter that it lags meanwhile: the controller may have decided for it.
    nowMs = LAG_MS_MAX * 2;
    fetchFrom(own, 2, 6);
    expect(log.highWatermark).toBe(4);
    own.onIsrDecision(0, { outcome: 'committed', isr: [SELF, 2, 3], leaderEpoch: 0, partitionEpoch: 1 });
    expect(own.leader?.isr).toEqual([SELF, 2, 3]);
    fetchFrom(own, 3, 6);
    expect(log.highWatermark).toBe(6);
  });

  it('drops a follower that lags, and does not wait for it when that is committed', () => {
    const own = partition();
    own.onRegistration(registration());
    append(own, 5);
    nowMs = LAG_MS_MAX / 2;
    fetchFrom(own, 2, 5);
    nowMs = LAG_MS_MAX + 1;
    expect(own.shrinkIsr()).toBe(true);
    expect(proposed).toEqual([[SELF, 2]]);
    expect(log.highWatermark).toBe(0);
    own.onIsrDecision(0, { outcome: 'committed', isr: [SELF, 2], leaderEpoch: 0, partitionEpoch: 1 });
    expect(log.highWatermark).toBe(5);
    expect(own.isUnderReplicated).toBe(true);
  });

  it('keeps a follower that is always a little behind', () => {
    const own = partition();
    own.onRegistration(registration({ replicas: [1, 2], isr: [1, 2] }));
    for (let i = 1; i <= 10; i++) {
      append(own, 1);
      nowMs += LAG_MS_MAX / 2;
      // It asks from where the log ended when it asked the last time.
      fetchFrom(own, 2, i - 1);
    }
    expect(own.shrinkIsr()).toBe(false);
  });

  it('does not take in a broker that is fenced, or that lacks the start of this leader epoch', () => {
    const own = partition();
    append(own, 0);
    own.onRegistration(registration({ replicas: [SELF], isr: [SELF] }));
    append(own, 3);
    own.onRegistration(registration({ isr: [SELF], leaderEpoch: 1, partitionEpoch: 1 }));
    fetchFrom(own, 2, 2);
    expect(proposed).toEqual([]);
    ineligible.add(2);
    fetchFrom(own, 2, 3);
    expect(proposed).toEqual([]);
    ineligible.delete(2);
    fetchFrom(own, 2, 3);
    expect(proposed).toEqual([[SELF, 2]]);
  });

  it('does not take in a follower that has all that is committed, and lacks the start of this leader epoch', () => {
    const own = partition();
    own.onRegistration(registration({ isr: [SELF, 2] }));
    append(own, 5);
    own.onRegistration(registration({ isr: [SELF, 2], leaderEpoch: 1, partitionEpoch: 1 }));
    expect(log.highWatermark).toBe(0);
    fetchFrom(own, 3, 4);
    expect(proposed).toEqual([]);
    fetchFrom(own, 3, 5);
    expect(proposed).toEqual([[SELF, 2, 3]]);
  });

  it('takes a refusal back, and waits for the metadata when it is outdated', () => {
    const own = partition();
    own.onRegistration(registration({ replicas: [1, 2], isr: [SELF] }));
    fetchFrom(own, 2, 0);
    own.onIsrDecision(0, { outcome: 'rejected' });
    expect(own.leader?.proposedIsr).toBeNull();
    fetchFrom(own, 2, 0);
    own.onIsrDecision(0, { outcome: 'outdated' });
    expect(own.leader?.proposedIsr).toEqual([SELF, 2]);
    own.onRegistration(registration({ replicas: [1, 2], isr: [SELF], partitionEpoch: 1 }));
    expect(own.leader?.proposedIsr).toBeNull();
  });

  it('tells those who wait when it does not lead any more', () => {
    const own = partition();
    own.onRegistration(registration());
    append(own, 1);
    expect(own.commitState(1)).toBeUndefined();
    own.onRegistration(registration({ leader: 2, leaderEpoch: 1, partitionEpoch: 1 }));
    expect(own.commitState(1)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(own.checkLeaderEpoch(0)).toBe(ErrorCode.FENCED_LEADER_EPOCH);
    expect(own.checkLeaderEpoch(-1)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(own.checkLeaderEpoch(2)).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH);
  });

  it('cuts a diverging log where either log ends that epoch', () => {
    const own = partition();
    const alone = { replicas: [SELF], isr: [SELF] };
    own.onRegistration(registration(alone));
    append(own, 3);
    own.onRegistration(registration({ ...alone, leaderEpoch: 2, partitionEpoch: 1 }));
    append(own, 4);
    // Epoch 0 is [0, 3), epoch 2 is [3, 7) here.
    expect(divergenceEnd(log, { epoch: 2, endOffset: 5 })).toBe(5);
    expect(divergenceEnd(log, { epoch: 1, endOffset: 6 })).toBe(3);
    expect(divergenceEnd(log, { epoch: 0, endOffset: 2 })).toBe(2);
    expect(divergenceEnd(log, { epoch: 9, endOffset: 20 })).toBe(7);
  });
});
