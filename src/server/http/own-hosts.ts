import { hostname } from 'node:os';
import net from 'node:net';

/** `localhost`, by which name a machine calls itself; browsers resolve these to it and to nothing else. */
const LOOPBACK_NAME = /^(?:.+\.)?localhost$/;

/**
 * The names under which a listener may be addressed: an IP address, `localhost`, the machine's own name, and what was
 * configured. A page whose DNS name was pointed at this machine (DNS rebinding) comes with its own name, and is refused.
 * An IP address needs no check, because nobody can point one elsewhere.
 */
export class OwnHosts {
  readonly #names: ReadonlySet<string>;
  readonly #suffixes: readonly string[];
  readonly #isOpen: boolean;

  /** @param configured names, `.example.com` for all below a domain, or `*` for any. */
  constructor(configured: readonly string[]) {
    const names = [hostname(), ...configured].map((name) => name.toLowerCase());
    this.#names = new Set(names);
    this.#suffixes = names.filter((name) => name.startsWith('.'));
    this.#isOpen = this.#names.has('*');
  }

  /** @param authority a Host header or `:authority`, with or without a port. */
  includes(authority: string): boolean {
    if (this.#isOpen) return true;
    const name = hostOf(authority);
    if (name === undefined) return false;
    if (net.isIP(name) !== 0 || LOOPBACK_NAME.test(name) || this.#names.has(name)) return true;
    return this.#suffixes.some((suffix) => name.endsWith(suffix));
  }
}

/** The host of `host:port`, in lower case and without the brackets of IPv6; undefined where it is none. */
export function hostOf(authority: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/@[\]]+))(?::\d{1,5})?$/i.exec(authority);
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, '');
}
