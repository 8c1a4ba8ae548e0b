/** Starts a control plane with everything, says so, and waits to be killed. */
import { startControlPlane } from './index.ts';

await startControlPlane({ controllers: true, nodes: 1, stateDir: process.argv[2] });
process.stdout.write('up\n');
setInterval(() => undefined, 60_000);
