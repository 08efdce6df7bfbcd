import { keyedMessage } from '../../message.ts';
import { array, bool, int16, int32, string, struct, uint16, uuid } from '../../schema.ts';

/** RegisterControllerRecord (type 27) of `__cluster_metadata`: a controller registered (KIP-919). */
export const registerControllerRecord = keyedMessage({
  key: 27,
  name: 'RegisterControllerRecord',
  versions: '0',
  flexible: '0+',
  fields: struct({
    controllerId: int32(),
    incarnationId: uuid(),
    zkMigrationReady: bool(),
    endPoints: array(struct({ name: string(), host: string(), port: uint16(), securityProtocol: int16() })),
    features: array(struct({ name: string(), minSupportedVersion: int16(), maxSupportedVersion: int16() })),
  }),
});
