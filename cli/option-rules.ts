import type { Command, Option } from 'commander';
import { DiagnosticError } from '../src/base/errors.ts';

/** Where an option counts. An empty rule: beside every other option, and without any. */
interface OptionRule {
  /** Options beside which it would be passed over, each with the reason and the way out. */
  readonly not?: Readonly<Record<string, string>>;
  /** Options without any of which it would be passed over, with the reason and the way out. */
  readonly needs?: { readonly oneOf: readonly string[]; readonly hint: string };
}

/** One rule for each option of a command, under its long flag. */
export type OptionRules = Readonly<Record<string, OptionRule>>;

const declared = new WeakMap<Command, Map<string, OptionRule>>();

/**
 * Declares where options of a command count; may be called several times. Before the command runs, an option that would
 * be passed over is refused by name. Every option has to have a rule: a test compares.
 */
export function withOptionRules(command: Command, rules: OptionRules): Command {
  let all = declared.get(command);
  if (all === undefined) {
    all = new Map();
    declared.set(command, all);
    command.hook('preAction', (_parent, running) => refusePassedOver(running));
  }
  for (const [flag, rule] of Object.entries(rules)) all.set(flag, rule);
  return command;
}

/** The rules of a command, by the long flags of its options. */
export const optionRulesOf = (command: Command): ReadonlyMap<string, OptionRule> =>
  declared.get(command) ?? new Map();

/** @throws {DiagnosticError} for the first option that was given and would be passed over. */
function refusePassedOver(command: Command): void {
  const given = new Set(command.options.filter((option) => isGiven(command, option)).map(({ long }) => long));
  for (const [flag, { not = {}, needs }] of optionRulesOf(command)) {
    if (!given.has(flag)) continue;
    for (const [other, hint] of Object.entries(not)) {
      if (given.has(other))
        throw new DiagnosticError({ message: `${flag} cannot be used with ${other}`, hint });
    }
    if (needs !== undefined && !needs.oneOf.some((option) => given.has(option))) {
      throw new DiagnosticError({
        message: `${flag} has no effect without ${needs.oneOf.join(' or ')}`,
        hint: needs.hint,
      });
    }
  }
}

/** On the command line: what comes from the environment is meant for many commands. */
function isGiven(command: Command, option: Option): boolean {
  return command.getOptionValueSource(option.attributeName()) === 'cli';
}
