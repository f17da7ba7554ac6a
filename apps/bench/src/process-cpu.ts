/** CPU time of this process so far in microseconds: user and system, all threads, garbage collection included. */
export function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** CPU time that some work takes, microseconds, and what it returns. */
export async function cpuOf<Value>(work: () => Value | Promise<Value>): Promise<{ readonly micros: number; readonly value: Value }> {
  const before = cpuMicroseconds();
  const value = await work();
  return { micros: cpuMicroseconds() - before, value };
}
