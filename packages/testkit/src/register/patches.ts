/** Changes to objects of the runtime, which can be taken back. */
export class Patches {
  readonly #undo: (() => void)[] = [];

  /** Defines a property, as enumerable as the one it replaces. */
  define(target: object, key: PropertyKey, descriptor: PropertyDescriptor): void {
    const before = Object.getOwnPropertyDescriptor(target, key);
    Object.defineProperty(target, key, {
      configurable: true,
      enumerable: before?.enumerable ?? false,
      ...descriptor,
    });
    this.done(() => {
      if (before === undefined) Reflect.deleteProperty(target, key);
      else Object.defineProperty(target, key, before);
    });
  }

  /** The same for a property that has a value. */
  replace(target: object, key: PropertyKey, value: unknown): void {
    this.define(target, key, { value, writable: true });
  }

  /**
   * Replaces a method by what `wrap` makes of it; its name and length stay. Nothing happens where there is none: what one
   * version of Node has, another may lack.
   */
  wrap(target: object, key: PropertyKey, wrap: (original: Method) => Method): void {
    const original: unknown = Reflect.get(target, key);
    if (typeof original !== 'function') return;
    const wrapped = wrap(original as Method);
    for (const name of ['name', 'length'] as const)
      Object.defineProperty(wrapped, name, { value: original[name], configurable: true });
    // What a function has besides: `util.promisify.custom`.
    for (const own of Object.getOwnPropertySymbols(original))
      Object.defineProperty(wrapped, own, Object.getOwnPropertyDescriptor(original, own) ?? {});
    this.replace(target, key, wrapped);
  }

  /** Something else that has been done, and how to take it back. */
  done(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Takes everything back, the last change first. */
  undo(): void {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) undo();
  }
}

/** A method of which no more is known. */
export type Method = (this: never, ...args: unknown[]) => unknown;
