import { electionFailure } from '../controller/elect-leaders.ts';
import { electLeaders } from '../../src/protocol/messages/43-elect-leaders.ts';
import type { AnyRequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { forwardToController } from './controller-forward.ts';
import { ownElections } from './own-work.ts';

/** ElectLeaders (key 43, v0-2): preferred or (v1+) unclean elections; passed on to the controller (KIP-460). */
export function electLeadersHandler(services: BrokerServices): AnyRequestHandler {
  return forwardToController(services, {
    api: electLeaders,
    timeoutMs: ({ timeoutMs }) => timeoutMs,
    afterRetry: (_request, response, before) => ownElections(response, { before, after: services.image }),
    failure: electionFailure,
  });
}
