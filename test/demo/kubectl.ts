import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { program } from '../programs/program.ts';

const execute = promisify(execFile);

/** kubectl with a kubeconfig; throws with what it said. */
export class Kubectl {
  readonly #kubeconfig: string;

  constructor(kubeconfig: string) {
    this.#kubeconfig = kubeconfig;
  }

  async run(...args: string[]): Promise<string> {
    const env = { ...process.env, KUBECONFIG: this.#kubeconfig };
    const { stdout } = await execute(await program('kubectl'), args, { env, maxBuffer: 16 * 2 ** 20 });
    return stdout;
  }
}
