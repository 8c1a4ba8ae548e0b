import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { program } from '../programs/program.ts';

/** The tools that the image has, by the class of each: the jars come without scripts. */
const TOOLS: Readonly<Record<string, string>> = {
  'kafka-storage.sh': 'kafka.tools.StorageTool',
  'kafka-server-start.sh': 'kafka.Kafka',
  'kafka-topics.sh': 'org.apache.kafka.tools.TopicCommand',
  'kafka-configs.sh': 'kafka.admin.ConfigCommand',
  'kafka-console-producer.sh': 'org.apache.kafka.tools.ConsoleProducer',
  'kafka-console-consumer.sh': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
};

/** A folder with the image's scripts, which run the real Kafka. */
export async function kafkaBin(folder: string): Promise<string> {
  const libs = join(await program('kafka'), 'libs');
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  for (const [name, main] of Object.entries(TOOLS)) {
    const script = `#!/bin/sh\nexec java -Xmx256m -XX:TieredStopAtLevel=1 -Dlog4j2.level=INFO $KAFKA_LOG4J_OPTS -cp '${libs}/*' ${main} "$@"\n`;
    await writeFile(join(bin, name), script);
    await chmod(join(bin, name), 0o755);
  }
  return bin;
}

const execute = promisify(execFile);

/** Output of a tool; throws with it when the tool fails. */
export async function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { stdout, stderr } = await execute(command, args, { env: { ...process.env, ...env }, maxBuffer: 2 ** 24 });
  return stdout + stderr;
}

/** Feeds lines to a tool. */
export function feed(command: string, args: readonly string[], input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, (error) => {
      if (error) reject(new Error(error.message));
      else resolve();
    });
    child.stdin?.end(input);
  });
}
