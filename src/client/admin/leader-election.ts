import { ErrorCode } from '../../protocol/error-codes.ts';
import { electLeaders } from '../../protocol/messages/43-elect-leaders.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { groupByTopic, showPartition } from '../topic-partitions.ts';
import type { TopicPartition } from '../types.ts';
import { checkOutcomes, type Outcome } from './admin-error.ts';
import type { ElectionType } from './admin-types.ts';

/** `ElectionType` of KIP-460. */
const TYPE_ON_WIRE = { preferred: 0, unclean: 1 } as const satisfies Record<ElectionType, number>;

/** They say what is so now; to wait for something else is the caller's own matter. */
const FINAL: ReadonlySet<number> = new Set([
  ErrorCode.ELECTION_NOT_NEEDED,
  ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE,
  ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE,
]);

/** Holds elections; answers the partitions that have got another leader. */
export async function electLeadersOn(
  cluster: Cluster,
  electionType: ElectionType,
  options: { readonly partitions: readonly TopicPartition[] | undefined; readonly timeoutMs: number },
): Promise<readonly TopicPartition[]> {
  const { partitions, timeoutMs } = options;
  const wanted = partitions && groupByTopic(partitions);
  const results = await cluster.retry('electing leaders', timeoutMs, async (remainingMs, signal) => {
    const { errorCode, replicaElectionResults } = await cluster.sendToAny(
      {
        api: electLeaders,
        body: {
          electionType: TYPE_ON_WIRE[electionType],
          topicPartitions:
            wanted?.map(({ topic, items }) => ({
              topic,
              partitions: items.map(({ partition }) => partition),
            })) ?? null,
          timeoutMs: Math.min(remainingMs, cluster.settings.requestTimeoutMs),
        },
      },
      signal,
    );
    const each = replicaElectionResults.flatMap(({ topic, partitionResult }) =>
      partitionResult.map(({ partitionId, ...result }) => ({ topic, partition: partitionId, ...result })),
    );
    checkOutcomes([{ subject: 'electing leaders', errorCode }]);
    checkOutcomes(each.filter((result) => !FINAL.has(result.errorCode)).map(outcomeOf));
    return each;
  });
  checkOutcomes(
    results.filter(({ errorCode }) => errorCode !== ErrorCode.ELECTION_NOT_NEEDED).map(outcomeOf),
  );
  return results
    .filter(({ errorCode }) => errorCode === ErrorCode.NONE)
    .map(({ topic, partition }) => ({ topic, partition }));
}

function outcomeOf(
  result: TopicPartition & { readonly errorCode: number; readonly errorMessage: string | null },
): Outcome {
  return { ...result, subject: showPartition(result) };
}
