/** What replicas of a broker are kept by: a topic that is made anew is another one. */
export function replicaKey(topicId: string, index: number): string {
  return `${topicId}-${index}`;
}
