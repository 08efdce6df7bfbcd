import { api } from '../message.ts';
import { bool, bytes, int16, int32, int8, struct, uuid } from '../schema.ts';

/**
 * PushTelemetry (key 72, versions 0): sends metrics of a client (KIP-714).
 */
export const pushTelemetry = api({
  key: 72,
  name: 'PushTelemetry',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({
    clientInstanceId: uuid(),
    subscriptionId: int32(),
    terminating: bool(),
    compressionType: int8(),
    metrics: bytes(),
  }),
  response: struct({ throttleTimeMs: int32(), errorCode: int16() }),
});
