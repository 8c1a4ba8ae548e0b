/** `make demo-down`: ends the operator and the control plane of `make demo`, and removes their state. */
import { rm } from 'node:fs/promises';
import { controlPlane } from './plane.ts';
import { OPERATOR_LOG, OPERATOR_PID, operatorPid } from './state.ts';

const pid = await operatorPid();
if (pid !== undefined) process.kill(pid, 'SIGTERM');
await controlPlane('down');
await Promise.all([OPERATOR_LOG, OPERATOR_PID].map((path) => rm(path, { force: true })));
