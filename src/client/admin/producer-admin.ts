import { describeProducers } from '../../protocol/messages/61-describe-producers.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { byLeader, missingRule } from '../cluster/offset-lookup.ts';
import { groupByTopic, showPartition } from '../topic-partitions.ts';
import type { PartitionProducers, TopicPartition } from '../types.ts';
import { checkOutcomes } from './admin-error.ts';

/** The producers that the leaders of partitions remember. */
export async function describeProducersOn(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  timeoutMs: number,
): Promise<readonly PartitionProducers[]> {
  cluster.track(partitions.map(({ topic }) => topic));
  const missing = missingRule(cluster, { missingFails: true });
  return cluster.retry('describing producers', timeoutMs, async () => {
    await cluster.refresh();
    const answers = await Promise.all(
      Array.from(byLeader(cluster, partitions, missing()), ([leader, items]) =>
        cluster.send(leader, 'admin', {
          api: describeProducers,
          body: {
            topics: groupByTopic(items).map(({ topic, items: each }) => ({
              name: topic,
              partitionIndexes: each.map(({ partition }) => partition),
            })),
          },
        }),
      ),
    );
    const results = answers
      .flatMap(({ topics }) => topics)
      .flatMap(({ name: topic, partitions: each }) =>
        each.map(({ partitionIndex: partition, ...result }) => ({ topic, partition, ...result })),
      );
    checkOutcomes(results.map((result) => ({ ...result, subject: showPartition(result) })));
    return results.map(({ topic, partition, activeProducers }) => ({
      topic,
      partition,
      producers: activeProducers.map(({ currentTxnStartOffset, ...producer }) => ({
        ...producer,
        transactionStartOffset: currentTxnStartOffset < 0 ? undefined : currentTxnStartOffset,
      })),
    }));
  });
}
