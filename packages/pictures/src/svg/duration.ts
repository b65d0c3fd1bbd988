/** `0`, `850 µs`, `12.5 ms`, `3.2 s`, `2 min` */
export function durationText(milliseconds: number): string {
  const value = Math.abs(milliseconds);
  if (value === 0) return '0';
  if (value < 1) return `${trimmed(milliseconds * 1000, 0)} µs`;
  if (value < 1000) return `${trimmed(milliseconds, value < 100 ? 2 : 0)} ms`;
  if (value < 120_000) return `${trimmed(milliseconds / 1000, value < 10_000 ? 3 : 1)} s`;
  return `${trimmed(milliseconds / 60_000, 1)} min`;
}

function trimmed(value: number, places: number): string {
  return String(Number(value.toFixed(places)));
}
