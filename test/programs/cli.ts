/** `tools/node test/programs/cli.ts [NAME...]`: makes sure that the named programs (all by default) are here, and prints where. */
import { PROGRAMS, ProgramError, isProgram, program } from './program.ts';

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !isProgram(name));
  if (unknown.length > 0) {
    process.stderr.write(`no such program: ${unknown.join(', ')}. There are: ${PROGRAMS.join(', ')}\n`);
    return 2;
  }
  let failed = 0;
  for (const name of names.length > 0 ? names.filter(isProgram) : PROGRAMS) {
    try {
      process.stdout.write(`${await program(name)}\n`);
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      process.stderr.write(`${error.message}\n`);
      failed = 1;
    }
  }
  return failed;
}

process.exitCode = await main(process.argv.slice(2));
