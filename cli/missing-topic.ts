import { DiagnosticError, OperationalError } from '../src/base/errors.ts';
import { nearestName } from '../src/base/nearest-name.ts';
import type { Admin } from '../src/client/index.ts';

/** Runs an action on topics; one that does not exist is told with the nearest name that does. */
export async function onTopics<T>(
  admin: Admin,
  topics: readonly string[],
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof OperationalError) || error.code !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
    const known = await topicNames(admin);
    const missing = topics.find((topic) => !known.includes(topic));
    const suggestion = missing === undefined ? undefined : nearestName(missing, known);
    if (suggestion === undefined) throw error;
    throw new DiagnosticError({ message: error.message, suggestion }, { cause: error });
  }
}

/** The existing topic that a name which is none may mean. */
export async function nearestTopic(admin: Admin, topic: string): Promise<string | undefined> {
  return nearestName(topic, await topicNames(admin));
}

async function topicNames(admin: Admin): Promise<readonly string[]> {
  return (await admin.listTopics({ includeInternal: true })).map(({ name }) => name);
}
