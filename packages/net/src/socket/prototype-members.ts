/**
 * The members of a prototype, made of those of classes, in which they are not enumerable. What `runtime` has by the same
 * name is listed, writable and configurable as there: programs copy methods with `for ... in`, or wrap all of them. What is
 * ours alone stays out of sight.
 */
export function prototypeMembers(
  runtime: object,
  ...classes: readonly { prototype: object }[]
): PropertyDescriptorMap {
  const members: PropertyDescriptorMap = {};
  for (const { prototype } of classes) {
    for (const name of Reflect.ownKeys(prototype)) {
      const own = Object.getOwnPropertyDescriptor(prototype, name);
      if (own !== undefined) members[name] = as(Object.getOwnPropertyDescriptor(runtime, name), own);
    }
  }
  return members;
}

function as(known: PropertyDescriptor | undefined, own: PropertyDescriptor): PropertyDescriptor {
  if (known === undefined) return own;
  const { enumerable = false, configurable = false, writable = false } = known;
  return 'value' in own
    ? { ...own, enumerable, configurable, writable }
    : { ...own, enumerable, configurable };
}
