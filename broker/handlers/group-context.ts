import type { GroupRequestContext } from '../coordinators/group/group-requests.ts';
import type { RequestContext } from '../server/request-context.ts';

/** What the group coordinator needs to know of a request. */
export function groupContext(context: RequestContext): GroupRequestContext {
  return {
    version: context.apiVersion,
    clientId: context.clientId,
    clientHost: `/${context.remote.host}`,
  };
}
