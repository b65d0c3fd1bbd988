/**
 * The version of Node's API that the runtime has: what Node changed between versions changes with it. What can be asked of
 * the runtime itself is asked there.
 */
export const NODE_MAJOR: number = Number.parseInt(process.versions.node, 10);
