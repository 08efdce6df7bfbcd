import type { Statement } from '../../../grammar/ast.ts';
import type { Session } from './session.ts';

/** A statement that was checked, with the text that it was written in. */
export interface PreparedStatement {
  readonly statement: Statement;
  readonly text: string;
  /** The session as the statement finds it. */
  readonly session: Session;
}
