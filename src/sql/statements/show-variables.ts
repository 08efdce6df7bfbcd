import { entityOf } from '../entities/statement-entity.ts';
import type { ShowDefinition } from './show-definition.ts';

type VariablesResult = {
  readonly kind: 'variables';
  readonly text: string;
  readonly variables: ReadonlyMap<string, string>;
};

/** SHOW VARIABLES: those of the session. */
export const showVariables: ShowDefinition<VariablesResult> = {
  execute: ({ text, session: { variables } }) => Promise.resolve({ kind: 'variables', text, variables }),
  entity({ text, variables }) {
    const entries = [...variables].map(([name, value]) => ({ name, value }));
    return Promise.resolve(entityOf('variables', text, { variables: entries }));
  },
};
