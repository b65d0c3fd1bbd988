declare module 'siphash' {
  interface Hash64 {
    readonly h: number;
    readonly l: number;
  }
  const siphash: { hash(key: Uint32Array, message: string | Uint8Array): Hash64 };
  // eslint-disable-next-line import-x/no-default-export -- how the package is made
  export default siphash;
}
