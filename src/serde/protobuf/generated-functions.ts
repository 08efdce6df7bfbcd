/** Functions of generated code, and what they name beside each other. Names are given here: none is a user's. */
export class GeneratedFunctions {
  readonly #functions: string[] = [];
  readonly #scope: Record<string, unknown>;
  #names = 0;

  /** @param scope what all of them may name. */
  constructor(scope: Readonly<Record<string, unknown>>) {
    this.#scope = { ...scope };
  }

  /** Defines a function. @returns its name. */
  define(parameters: string, body: string): string {
    const name = this.reserve();
    this.defineAs(name, parameters, body);
    return name;
  }

  /** Gives a function that calls itself its name before it is defined. */
  reserve(): string {
    return this.#name('f');
  }

  defineAs(name: string, parameters: string, body: string): void {
    this.#functions.push(`function ${name}(${parameters}) { ${body} }`);
  }

  /** Makes something known to the code. @returns its name. */
  add(value: unknown): string {
    const name = this.#name('g');
    this.#scope[name] = value;
    return name;
  }

  #name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  scope(): Readonly<Record<string, unknown>> {
    return this.#scope;
  }

  /** The code of a function body that gives one of the functions. */
  codeReturning(name: string): string {
    return `${this.#functions.join('\n')}\nreturn ${name};`;
  }
}
