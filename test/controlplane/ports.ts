import { createServer } from 'node:net';
import type { Server } from 'node:net';

/** Loopback ports that were free a moment ago: whoever listens on one must be ready to lose a race for it. */
export async function freePorts(count: number): Promise<number[]> {
  // Held together, so that they differ.
  const held = await Promise.all(Array.from({ length: count }, hold));
  return Promise.all(held.map(release));
}

function hold(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      resolve(server);
    });
  });
}

function release(server: Server): Promise<number> {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error) reject(error);
      else resolve(address.port);
    });
  });
}
