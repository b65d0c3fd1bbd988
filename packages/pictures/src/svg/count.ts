const UNITS: readonly (readonly [number, string])[] = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** `0`, `500`, `12 k`, `1.5 M` */
export function formatCountShort(count: number): string {
  const [size, unit] = UNITS.find(([least]) => Math.abs(count) >= least) ?? [1, ''];
  const value = String(Number((count / size).toFixed(2)));
  return unit === '' ? value : `${value} ${unit}`;
}
