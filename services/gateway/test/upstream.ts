import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestService, type TestService } from '@ecommercestack/service-kit/testing';
import { onTestFinished } from 'vitest';
import { service } from '../src/service.ts';

/** A service behind the gateway; ends with the test. Answers its origin. */
export async function startUpstream(listener: RequestListener): Promise<string> {
  return listen(createHttpServer(listener));
}

/** A server of raw connections, for answers that no HTTP server would give. */
export async function startRawUpstream(
  onConnection: (socket: Socket, connection: number) => void,
): Promise<string> {
  let connections = 0;
  return listen(
    createTcpServer((socket) => {
      connections += 1;
      socket.on('error', () => {});
      onConnection(socket, connections);
    }),
  );
}

/** A gateway whose product service is at the origin; ends with the test. */
export async function startGateway(
  productOrigin: string,
  environment: Record<string, string> = {},
): Promise<TestService> {
  const gateway = await startTestService(service, { PRODUCT_URL: productOrigin, ...environment });
  onTestFinished(() => gateway.stop());
  return gateway;
}

/** A gateway under a policy, with the product service and the pages at the origin; ends with the test. */
export async function startGatewayUnder(
  policy: object,
  origin: string,
  environment: Record<string, string> = {},
): Promise<TestService & { readonly change: (next: object) => Promise<void> }> {
  const file = await aPolicyFile(JSON.stringify(policy));
  const gateway = await startGateway(origin, {
    STOREFRONT_URL: origin,
    USER_URL: origin,
    POLICY_FILE: file.path,
    POLICY_POLL_MS: '10',
    ...environment,
  });
  return { ...gateway, change: (next) => file.write(JSON.stringify(next)) };
}

/** A policy file that can be written anew in one step. */
export async function aPolicyFile(text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'policy-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'policy.json');
  const write = async (next: string): Promise<void> => {
    await writeFile(`${path}.next`, next);
    await rename(`${path}.next`, path);
  };
  await write(text);
  return { path, write };
}

/** An origin where nobody listens. */
export async function deadOrigin(): Promise<string> {
  const server = createTcpServer();
  const origin = await open(server);
  await new Promise((resolve) => server.close(resolve));
  return origin;
}

async function listen(server: Server | HttpServer): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  const origin = await open(server);
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return origin;
}

async function open(server: Server | HttpServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return `http://127.0.0.1:${address.port}`;
}
