import { brokerAndFolder } from './broker-and-folder.ts';
import { describeCooperation } from './cooperation.case.ts';

describeCooperation('Millrace', () => brokerAndFolder({ 'group.min.session.timeout.ms': 500 }), {
  sessionMsMin: 1_500,
});
