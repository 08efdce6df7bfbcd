import { api } from '../message.ts';
import { array, bool, int16, int32, int64, string, struct } from '../schema.ts';

/**
 * DescribeLogDirs (key 35, versions 1-5): tells what lies in the data folders of a broker (KIP-113).
 *
 * - v2: flexible (KIP-482)
 * - v3: `errorCode` in the response
 * - v4: total and usable bytes (KIP-827)
 * - v5: `isCordoned` in the response
 */
export const describeLogDirs = api({
  key: 35,
  name: 'DescribeLogDirs',
  versions: '1-5',
  flexible: '2+',
  listeners: ['broker'],
  request: struct({
    topics: array(struct({ topic: string(), partitions: array(int32()) }), { nullable: '0+' }),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16({ versions: '3+', ignorable: true }),
    results: array(
      struct({
        errorCode: int16(),
        logDir: string(),
        topics: array(
          struct({
            name: string(),
            partitions: array(
              struct({
                partitionIndex: int32(),
                partitionSize: int64(),
                offsetLag: int64(),
                isFutureKey: bool(),
              }),
            ),
          }),
        ),
        totalBytes: int64({ versions: '4+', default: -1, ignorable: true }),
        usableBytes: int64({ versions: '4+', default: -1, ignorable: true }),
        isCordoned: bool({ versions: '5+', ignorable: true }),
      }),
    ),
  }),
});
