import type { Statement } from '../../../grammar/ast.ts';
import { type ParsedStatement, parseScript } from '../../../grammar/parse.ts';
import { runWithin } from '../../base/run-within.ts';
import type { Clock, EndableWorkers, Timers } from '../../base/environment.ts';
import { DiagnosticError } from '../../base/errors.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import { Turns } from '../../base/turns.ts';
import { type ParseInput, task } from './parse-task.ts';
import { statementMessages } from '../messages/statements.ts';

/**
 * Scripts up to this length are parsed where they come, in a few milliseconds. What takes the longest is text that is no
 * SQL, at 15 microseconds a character; see docs/decisions/0022-statements-side-by-side.md.
 */
const PARSED_HERE_CHARS_MAX = 2_000;
/**
 * What a longer text leaves in the heap of the thread is hundreds of megabytes, which it keeps until it needs them: it is
 * ended, and the next long script starts another.
 */
const KEPT_CHARS_MAX = 100_000;
/** Text that takes longer to read is refused, so that the next long one has its turn. */
const PARSE_MS_MAX = 10_000;

/** What scripts are parsed on: an event loop that others use, too. */
interface ParserEnvironment {
  readonly clock: Clock;
  readonly timers: Timers;
  /** For long scripts, one after the other; kept warm. */
  readonly workers: EndableWorkers;
}

/** What statements run on besides their host. */
export interface StatementEnvironment extends ParserEnvironment {
  /** For functions of users, which may take long, and may have to be ended. */
  readonly functionWorkers: EndableWorkers;
}

/** Parses scripts: short ones at once, long ones beside the event loop. */
export class ScriptParser {
  readonly #environment: ParserEnvironment | undefined;
  readonly #turns = new Turns();
  /** The last text has ended the thread. */
  #isEnded = false;

  /** @param environment absent: everything is parsed at once. */
  constructor(environment: ParserEnvironment | undefined) {
    this.#environment = environment;
  }

  /** @throws {DiagnosticError} at the first syntax error, with its place in the script. */
  async parse(script: string, variables: ReadonlyMap<string, string>): Promise<readonly ParsedStatement[]> {
    const environment = this.#environment;
    if (environment === undefined || script.length <= PARSED_HERE_CHARS_MAX)
      return parseScript(script, { variables });
    return this.#turns.run(async () => {
      // The time that a text has to be read does not count the start of the thread.
      if (this.#isEnded) await start(environment);
      this.#isEnded = false;
      try {
        return await parseBeside({ script, variables }, environment);
      } finally {
        if (script.length > KEPT_CHARS_MAX) this.#end(environment);
      }
    });
  }

  #end({ workers }: ParserEnvironment): void {
    void workers.end();
    this.#isEnded = true;
  }

  /** Makes the first long script as fast as the others. */
  async warm(): Promise<void> {
    const environment = this.#environment;
    if (environment === undefined) return;
    await this.#turns.run(() => start(environment));
  }
}

async function start({ workers }: ParserEnvironment): Promise<void> {
  await workers.run(task, { script: 'SHOW STREAMS;', variables: new Map() });
}

async function parseBeside(
  input: ParseInput,
  environment: ParserEnvironment,
): Promise<readonly ParsedStatement[]> {
  const { timers, workers } = environment;
  const late = (): Error => new DiagnosticError(statementMessages.readTooLong(PARSE_MS_MAX));
  const output = await runWithin(task, input, { workers, timers, msMax: PARSE_MS_MAX, late });
  if ('diagnostic' in output) throw new DiagnosticError(output.diagnostic);
  const slice = new TimeSlice(environment);
  const parsed: ParsedStatement[] = [];
  for (const { json, text } of output.statements) {
    const statement: Statement = JSON.parse(json);
    parsed.push({ statement, text });
    if (slice.isOver) await slice.next();
  }
  return parsed;
}
