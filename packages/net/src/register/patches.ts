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
    this.#undo.push(() => {
      if (before === undefined) Reflect.deleteProperty(target, key);
      else Object.defineProperty(target, key, before);
    });
  }

  /** The same for a property that has a value. */
  replace(target: object, key: PropertyKey, value: unknown): void {
    this.define(target, key, { value, writable: true });
  }

  /** Gives an object another prototype. */
  reparent(target: object, prototype: object | null): void {
    const before: object | null = Object.getPrototypeOf(target) as object | null;
    Object.setPrototypeOf(target, prototype);
    this.#undo.push(() => {
      Object.setPrototypeOf(target, before);
    });
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
