import { Admin } from '../src/client/index.ts';
import { clientOptions, type ConnectionOptions } from './connection.ts';
import { onTopics } from './missing-topic.ts';

/** Runs an action with an admin client that is closed whatever happens; a topic of it that does not exist is told with the nearest name. */
export async function withAdmin(
  options: ConnectionOptions,
  action: (admin: Admin) => Promise<void>,
  topics: readonly string[] = [],
): Promise<void> {
  const admin = new Admin(await clientOptions(options));
  try {
    await onTopics(admin, topics, () => action(admin));
  } finally {
    await admin.close();
  }
}
