import { message } from '../message.ts';
import { bool, string, struct } from '../schema.ts';

/** A principal, as it travels in Envelope. */
export const defaultPrincipalData = message({
  name: 'DefaultPrincipalData',
  versions: '0',
  flexible: '0+',
  fields: struct({ type: string(), name: string(), tokenAuthenticated: bool() }),
});
