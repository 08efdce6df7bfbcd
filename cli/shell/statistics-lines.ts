import { type Fields, fields, list, text } from './entity-fields.ts';

/** What the queries at a source have done, as ksqlDB's shell shows it. */
export function runtimeStatistics(source: Fields): string {
  const lines = [source['statistics'], source['errorStats']].map(text).filter(Boolean);
  return lines.length === 0 ? '' : ['Local runtime statistics', ...lines].join('\n');
}

/** How far the queries that write a source have got, a line per partition of what they read. */
export function offsetLines(groups: readonly Fields[]): string {
  const blocks = groups.flatMap((group) =>
    list(group['topicSummaries']).map(
      (topic) =>
        `Consumer group ${text(group['groupId'])} on topic ${text(topic['kafkaTopic'])}\n` +
        list(topic['offsets'])
          .map((at) => {
            const lag = Number(text(at['logEndOffset'])) - Number(text(at['consumerOffset']));
            return (
              `  partition ${text(at['partition'])}: from ${text(at['logStartOffset'])} to ` +
              `${text(at['logEndOffset'])}, at ${text(at['consumerOffset'])}, lag ${Math.max(0, lag)}`
            );
          })
          .join('\n'),
    ),
  );
  return blocks.join('\n');
}

/** A line per task of a query and partition that it reads. */
export function taskLines(query: Fields): string {
  const lines = list(query['tasksMetadata']).flatMap((task) =>
    list(task['topicOffsets']).map((at) => {
      const { topic, partition } = fields(at['topicPartitionEntity']);
      return (
        `  task ${text(task['taskId'])}: ${text(topic)}-${text(partition)} at ${known(at['offset'])} of ` +
        `${known(at['endOffset'])}, lag ${known(at['lag'])}`
      );
    }),
  );
  return lines.length === 0 ? '' : [`Consumer group ${text(query['consumerGroupId'])}`, ...lines].join('\n');
}

/** A number that the server may not know, as while the Kafka cluster does not answer. */
const known = (value: unknown): string => text(value) || '?';
