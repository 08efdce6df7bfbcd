import type { WorkerTask } from '../../base/environment.ts';
import { messageOf } from '../../base/errors.ts';
import { mustStop } from '../../base/assert.ts';
import { nodeEnvironment } from '../../base/io/node-environment.ts';
import { silentLogger } from '../../base/logger.ts';
import { builtInRegistry } from '../functions/built-in.ts';
import { withExtensions } from '../functions/extension/io/extension-folder.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import { elapsedMs, loadQuickJs } from '../functions/user/io/quickjs.ts';
import { receivedRow, type SentRow, sentRow } from '../runtime/thread/sent-rows.ts';
import { CompiledProgram } from './compiled-program.ts';
import type { RowProgram } from './row-program.ts';

interface RunInput {
  readonly program: RowProgram;
  readonly rows: readonly SentRow[];
  /** So many results are enough. */
  readonly most: number;
  /** Where the server has functions beside the built-in ones; a session does not say. */
  readonly extensionDir?: string;
}

/** What ends the statement, or the results of the rows that there was time for. */
type RunOutput = { readonly failure: string } | { readonly rows: readonly SentRow[]; readonly taken: number };

/** After this the statements that wait have their turn. */
const TURN_MS = 50;
/** Programs that are kept, since statements come again. */
const PROGRAMS_MAX = 32;

const programs = new Map<string, CompiledProgram>();
let server:
  | { readonly folder: string | undefined; readonly functions: Promise<FunctionRegistry> }
  | undefined;

/** Evaluates rows beside the event loop. */
export const task: WorkerTask<RunInput, RunOutput> = {
  module: import.meta.url,
  async run({ program, rows, most, extensionDir }) {
    await loadQuickJs();
    const functions = await functionsOf(extensionDir);
    const beganMs = elapsedMs();
    const isOver = (): boolean => elapsedMs() - beganMs > TURN_MS;
    try {
      const run = compiled(program, functions).run(rows.map(receivedRow), { most, isOver });
      return { rows: run.rows.map(sentRow), taken: run.taken };
    } catch (error) {
      if (mustStop(error)) throw error;
      return { failure: messageOf(error) };
    }
  },
};

function compiled(program: RowProgram, functions: FunctionRegistry): CompiledProgram {
  const key = JSON.stringify(program);
  const known = programs.get(key);
  if (known !== undefined) {
    // The one that was used last goes last.
    programs.delete(key);
    programs.set(key, known);
    return known;
  }
  const [oldest] = programs.keys();
  if (programs.size >= PROGRAMS_MAX && oldest !== undefined) programs.delete(oldest);
  const made = new CompiledProgram(program, functions);
  programs.set(key, made);
  return made;
}

/** Those of the server, which has told already what of them cannot be loaded. */
function functionsOf(folder: string | undefined): Promise<FunctionRegistry> {
  if (server === undefined || server.folder !== folder) {
    const { timers } = nodeEnvironment;
    const functions = withExtensions(builtInRegistry(), folder, { logger: silentLogger, timers });
    server = { folder, functions };
  }
  return server.functions;
}
