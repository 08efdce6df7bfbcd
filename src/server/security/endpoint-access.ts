import { isForMany, subjectAt, type SubjectPlace } from '../../registry/index.ts';
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

/** Settings of a subject, unless its name stands for all of them, or for those of a context. */
const SUBJECT_SETTINGS = new Set(['/config/:subject', '/mode/:subject']);

/**
 * What a request does.
 * @param route the path of its route, below a context of the registry or not.
 * @param place the parameters of that path, decoded: what they mean counts, not how it is written.
 */
export function endpointAccess(method: string, route: string, place: SubjectPlace = {}): Access {
  const path = route.replace(/^\/contexts\/:context(?=\/)/, '');
  const exception = EXCEPTIONS[`${method} ${path}`];
  if (exception !== undefined) return exception;
  if (method === 'GET' || method === 'HEAD') return 'read';
  return SUBJECT_SETTINGS.has(path) && isForMany(subjectAt(place)) ? 'admin' : 'write';
}
