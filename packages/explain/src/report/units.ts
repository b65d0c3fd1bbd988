/** `850 µs`, `12.5 ms`, `3.20 s`, `2 min 5 s`, `3 h 12 min`. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return 'an unknown time';
  const value = Math.max(0, milliseconds);
  if (value < 1) return `${Math.round(value * 1000)} µs`;
  if (value < 1000) return `${trim(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0))} ms`;
  if (value < 120_000) return `${trim((value / 1000).toFixed(value < 10_000 ? 2 : 1))} s`;
  const seconds = Math.round(value / 1000);
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** `1 byte`, `12,345 bytes`. */
export function formatBytes(count: number): string {
  return count === 1 ? '1 byte' : `${formatCount(count)} bytes`;
}

/** `12,345` */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 segment`, `2 segments` */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
