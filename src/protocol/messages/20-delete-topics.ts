import { api } from '../message.ts';
import { array, int16, int32, string, struct, uuid } from '../schema.ts';

/**
 * DeleteTopics (key 20, versions 1-6): deletes topics.
 *
 * - v4: flexible (KIP-482)
 * - v5: error messages; THROTTLING_QUOTA_EXCEEDED may be answered (KIP-599)
 * - v6: topics by id (KIP-516)
 */
export const deleteTopics = api({
  key: 20,
  name: 'DeleteTopics',
  versions: '1-6',
  flexible: '4+',
  listeners: ['broker', 'controller'],
  request: struct({
    topics: array(struct({ name: string({ nullable: '6+', default: null }), topicId: uuid() }), {
      versions: '6+',
    }),
    topicNames: array(string(), { versions: '0-5', ignorable: true }),
    timeoutMs: int32(),
  }),
  response: struct({
    throttleTimeMs: int32({ ignorable: true }),
    responses: array(
      struct({
        name: string({ nullable: '6+' }),
        topicId: uuid({ versions: '6+', ignorable: true }),
        errorCode: int16(),
        errorMessage: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
      }),
    ),
  }),
});
