/** Takes one line for a person to read. */
export type Progress = (line: string) => void;

export const toStderr: Progress = (line) => {
  process.stderr.write(`${line}\n`);
};

const seconds = (since: number): string => `${String(Math.round((performance.now() - since) / 1000))} s`;

/** Does the work, with a line at its start, one now and then while it lasts, and one at its end. */
export async function reported<T>(what: string, progress: Progress, work: () => Promise<T>, everyMs = 20_000): Promise<T> {
  const start = performance.now();
  progress(`${what} ...`);
  const timer = setInterval(() => {
    progress(`${what}: ${seconds(start)}`);
  }, everyMs);
  try {
    const result = await work();
    progress(`${what}: done in ${seconds(start)}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
