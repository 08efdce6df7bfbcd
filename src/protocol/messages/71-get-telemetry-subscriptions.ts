import { api } from '../message.ts';
import { array, bool, int16, int32, int8, string, struct, uuid } from '../schema.ts';

/**
 * GetTelemetrySubscriptions (key 71, versions 0): asks which metrics the broker wants of a client (KIP-714).
 */
export const getTelemetrySubscriptions = api({
  key: 71,
  name: 'GetTelemetrySubscriptions',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({ clientInstanceId: uuid() }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    clientInstanceId: uuid(),
    subscriptionId: int32(),
    acceptedCompressionTypes: array(int8()),
    pushIntervalMs: int32(),
    telemetryMaxBytes: int32(),
    deltaTemporality: bool(),
    requestedMetrics: array(string()),
  }),
});
