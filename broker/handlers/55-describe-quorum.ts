import { describeQuorum } from '../../src/protocol/messages/55-describe-quorum.ts';
import type { AnyRequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { forwardToController } from './controller-forward.ts';

/** DescribeQuorum (key 55, v0-2): voters and observers of the metadata quorum; passed on to its leader (KIP-642). */
export function describeQuorumHandler(services: BrokerServices): AnyRequestHandler {
  return forwardToController(services, {
    api: describeQuorum,
    failure: (_request, { errorCode, errorMessage }) => ({ errorCode, errorMessage }),
  });
}
