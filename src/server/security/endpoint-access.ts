import type { Access } from './principal.ts';

/**
 * What requests do that are not what their methods say: GET and HEAD read, all others write. Paths are those of the routes.
 * The statements of `/ksql` are looked at one by one, see {@link statementAccess}.
 */
const EXCEPTIONS: Readonly<Record<string, Access>> = {
  'POST /ksql': 'read',
  'POST /query': 'read',
  'POST /query-stream': 'read',
  'POST /close-query': 'read',
  // What is for servers alone, who are told from clients.
  'POST /heartbeat': 'read',
  'POST /lag': 'read',
  'POST /ksql/terminate': 'admin',
  // The registry: what looks up or tries.
  'POST /subjects/:subject': 'read',
  'POST /compatibility/subjects/:subject/versions': 'read',
  'POST /compatibility/subjects/:subject/versions/:version': 'read',
  // And what changes the rules of all subjects.
  'PUT /config': 'admin',
  'DELETE /config': 'admin',
  'PUT /mode': 'admin',
  'DELETE /mode': 'admin',
};

/** What a request does. @param route the path of its route, below a context of the registry or not. */
export function endpointAccess(method: string, route: string): Access {
  const path = route.replace(/^\/contexts\/:context(?=\/)/, '');
  const exception = EXCEPTIONS[`${method} ${path}`];
  if (exception !== undefined) return exception;
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}
