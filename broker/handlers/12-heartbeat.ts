import { heartbeat } from '../../src/protocol/messages/12-heartbeat.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';

/** Heartbeat (key 12, v0-4): a member is alive; hears of a rebalance by REBALANCE_IN_PROGRESS. */
export function heartbeatHandler(services: BrokerServices): RequestHandler<typeof heartbeat> {
  return {
    api: heartbeat,
    answer: (request) => services.groups.heartbeat(request),
  };
}
