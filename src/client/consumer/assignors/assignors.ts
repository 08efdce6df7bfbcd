import {
  arrayOf,
  callback,
  flag,
  nonEmptyText,
  objectOf,
  oneOf,
  optional,
} from '../../../base/argument-checks.ts';
import { DiagnosticError } from '../../../base/errors.ts';
import { nearestName } from '../../../base/nearest-name.ts';
import type { AssignorName, ConsumerAssignor, RebalanceProtocol } from '../../types.ts';
import { cooperativeStickyAssignor } from './cooperative-sticky.ts';
import { rangeAssignor } from './range.ts';
import { roundRobinAssignor } from './roundrobin.ts';
import { stickyAssignor } from './sticky.ts';

/** The built-in assignors: how each consumer gets its own. */
const builtInAssignors = {
  range: () => rangeAssignor,
  roundrobin: () => roundRobinAssignor,
  sticky: stickyAssignor,
  'cooperative-sticky': cooperativeStickyAssignor,
} satisfies Record<AssignorName, () => ConsumerAssignor>;

const checkAssignor = objectOf<ConsumerAssignor>({
  name: nonEmptyText,
  supportedProtocols: arrayOf(oneOf('eager', 'cooperative')),
  revokesAll: optional(flag),
  subscriptionUserData: optional(callback),
  assign: callback,
  onAssignment: optional(callback),
});

/** @throws {DiagnosticError} for an unknown name, for none, and for two of one name. */
export function createAssignors(chosen: readonly (string | ConsumerAssignor)[]): readonly ConsumerAssignor[] {
  const assignors = chosen.map((choice, index) => {
    if (typeof choice === 'string') return builtIn(choice);
    checkAssignor(choice, `assignors[${index}]`);
    return choice;
  });
  if (assignors.length === 0)
    throw new DiagnosticError({ message: 'partition.assignment.strategy is empty' });
  const names = assignors.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    throw new DiagnosticError({
      message: `partition.assignment.strategy names one assignor twice: ${names.join(', ')}`,
    });
  }
  commonProtocol(assignors);
  return assignors;
}

/** The highest protocol that all of them support: `cooperative` only if every one does (KIP-429). */
export function commonProtocol(assignors: readonly ConsumerAssignor[]): RebalanceProtocol {
  for (const protocol of ['cooperative', 'eager'] as const) {
    if (assignors.every(({ supportedProtocols }) => supportedProtocols.includes(protocol))) return protocol;
  }
  throw new DiagnosticError({
    message: `the assignors ${assignors.map(({ name }) => name).join(', ')} have no rebalance protocol in common`,
  });
}

function builtIn(name: string): ConsumerAssignor {
  if (Object.hasOwn(builtInAssignors, name)) return builtInAssignors[name as AssignorName]();
  const suggestion = nearestName(name, Object.keys(builtInAssignors));
  throw new DiagnosticError({
    message: `unknown assignor ${name}`,
    hint: `known are ${Object.keys(builtInAssignors).join(', ')}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}
