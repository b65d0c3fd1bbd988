/** Nanoseconds of the process's CPU for each of `count` runs, whatever else the machine does. */
export function nanosecondsOf(count: number, run: (i: number) => void): number {
  const start = process.cpuUsage();
  for (let i = 0; i < count; i++) run(i);
  return nanosecondsSince(start) / count;
}

/** Nanoseconds of the process's CPU for the longest of `count` runs, the collection of garbage included. */
export function longestOf(count: number, run: (i: number) => void): number {
  let most = 0;
  for (let i = 0; i < count; i++) {
    const start = process.cpuUsage();
    run(i);
    most = Math.max(most, nanosecondsSince(start));
  }
  return most;
}

function nanosecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) * 1000;
}
