declare module 'siphash/lib/siphash13.js' {
  interface Hash64 {
    readonly h: number;
    readonly l: number;
  }
  const siphash: { hash(key: Uint32Array, message: string | Uint8Array): Hash64 };
  export default siphash;
}
