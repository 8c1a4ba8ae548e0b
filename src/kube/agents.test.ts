import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { KubeHttp } from './http.ts';
import { FakeServer } from './testing/server.ts';

let server: FakeServer;
let proxy: Server;
let tunnels: string[];

beforeEach(async () => {
  server = await FakeServer.start();
  tunnels = [];
  proxy = createServer();
  proxy.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    const { port } = new URL(server.url);
    const upstream = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await server.stop();
  await new Promise((resolve) => proxy.close(resolve));
});

describe('Agents', () => {
  it('go through a proxy', async () => {
    const { port } = proxy.address() as AddressInfo;
    const connection = { ...server.connection, server: 'http://kube.example:8080', proxy: `http://127.0.0.1:${port}` };
    const http = new KubeHttp(connection, { userAgent: 'test' });
    await expect(http.request({ method: 'GET', path: '/api/v1/namespaces/n/configmaps/x' })).rejects.toMatchObject({ status: 404 });
    expect(tunnels).toEqual(['kube.example:8080']);
    await http.close();
  });
});
