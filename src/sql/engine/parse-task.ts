import { parseScript } from '../../../grammar/parse.ts';
import type { WorkerTask } from '../../base/environment.ts';
import { type Diagnostic, DiagnosticError } from '../../base/errors.ts';

export interface ParseInput {
  readonly script: string;
  readonly variables: ReadonlyMap<string, string>;
}

/** A mistake, or the statements: a tree as JSON is read in a third of the time that copying it between threads takes. */
type ParseOutput =
  | { readonly diagnostic: Diagnostic }
  | { readonly statements: readonly { readonly json: string; readonly text: string }[] };

/** Parses a script beside the event loop. */
export const task: WorkerTask<ParseInput, ParseOutput> = {
  module: import.meta.url,
  run({ script, variables }) {
    try {
      const parsed = parseScript(script, { variables });
      return {
        statements: parsed.map(({ statement, text }) => ({ json: JSON.stringify(statement), text })),
      };
    } catch (error) {
      if (error instanceof DiagnosticError) return { diagnostic: error.diagnostic };
      throw error;
    }
  },
};
