/**
 * What the subject of a schema is called (Confluent's `SubjectNameStrategy`): after the topic and the side of a record (`orders-value`),
 * after the type (`com.shop.Order`), or after both (`orders-com.shop.Order`).
 */
export type SubjectNameStrategy = 'TopicName' | 'RecordName' | 'TopicRecordName';

/** The subject of a topic's keys or values. @param recordName the full name of the type; the strategies after it need one. */
export function subjectName(
  strategy: SubjectNameStrategy,
  {
    topic,
    isKey,
    recordName,
  }: { readonly topic: string; readonly isKey: boolean; readonly recordName: string },
): string {
  switch (strategy) {
    case 'TopicName':
      return `${topic}-${isKey ? 'key' : 'value'}`;
    case 'RecordName':
      return recordName;
    case 'TopicRecordName':
      return `${topic}-${recordName}`;
  }
}
