import type { Admin } from '../../client/index.ts';
import { prefixOfService } from './restore-command-topic.ts';

/** States of a group that nobody is in. */
const LEFT_STATES = new Set(['Empty', 'Dead']);

/**
 * The queries of a service that are running somewhere, by the groups that have members; a server without a query has none.
 * @returns their groups, by name.
 */
export async function liveGroups(
  commandTopic: string,
  admin: Pick<Admin, 'listGroups'>,
): Promise<readonly string[]> {
  const prefix = `${prefixOfService(commandTopic)}query_`;
  const groups = await admin.listGroups();
  return groups
    .filter(({ groupId, state }) => groupId.startsWith(prefix) && !LEFT_STATES.has(state))
    .map(({ groupId }) => groupId)
    .toSorted();
}
