/** Names of properties whose values are secrets, also those of functions and of what another program reads. */
const SECRET_NAME =
  /(?:^|[._-])(?:password|passphrase|passwd|secret|token|credentials?|user\.info|jaas\.config|(?:private|secret|access|api|keystore)[._-]?key)$/i;

/** Whether a property is one by its name, whoever reads it. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** URLs within a text without the users and passwords that they have; what follows the last `@` of one is its host. */
export function withoutUsers(text: string): string {
  return text.replaceAll(/(\w:\/\/)[^/\s]*@/g, '$1');
}
