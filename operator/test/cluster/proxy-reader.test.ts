import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { ApiClient, type Credentials } from '@ecommercestack/controller-runtime';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { envoyReader } from '../../src/cluster/proxy-reader.ts';

const host = 'user-service.shop.svc.cluster.local';
const proxy = { namespace: 'shop', pod: 'gateway-1', uid: 'uid', hosts: [host] };
const routes = {
  configs: [
    {
      route_config: {
        virtual_hosts: [
          { routes: [{ match: { prefix: '/' }, route: { cluster: `outbound|80|v1|${host}` } }] },
        ],
      },
    },
  ],
};
const clusters = { cluster_statuses: [{ name: `outbound|80|v1|${host}`, host_statuses: [{}] }] };

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** An API server that forwards every port to an Envoy whose admin interface answers as given. */
async function cluster(pages: Readonly<Record<string, unknown>>, refusal?: number): Promise<Credentials> {
  const connections = new Set<unknown>();
  const admin = createServer((request, response) => {
    connections.add(request.socket);
    const page = pages[new URL(request.url ?? '', 'http://envoy').pathname];
    if (page !== undefined) response.end(JSON.stringify(page));
  });
  await new Promise<void>((done) => admin.listen(0, '127.0.0.1', done));
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'v4.channel.k8s.io' });
  server.on('upgrade', (request, socket, head) => {
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} Refused\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    expect(request.url).toBe('/api/v1/namespaces/shop/pods/gateway-1/portforward?ports=15000');
    sockets.handleUpgrade(request, socket, head, (tunnel) => {
      // AddressInfo: it listens on a port.
      const envoy = connect((admin.address() as AddressInfo).port, '127.0.0.1');
      for (const channel of [0, 1]) tunnel.send(Buffer.from([channel, 0x98, 0x3a]));
      envoy.on('data', (piece) => tunnel.send(Buffer.concat([Buffer.of(0), piece])));
      envoy.on('close', () => tunnel.close());
      tunnel.on('message', (message: Buffer) => envoy.write(message.subarray(1)));
      tunnel.on('close', () => envoy.destroy());
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  open.push(
    () => server.close(),
    () => server.closeAllConnections(),
    () => admin.close(),
    () => admin.closeAllConnections(),
  );
  return {
    // As above.
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    namespace: undefined,
    authorize: async () => ({ headers: {}, tls: {} }),
    refresh: () => undefined,
  };
}

const read = (credentials: Credentials) =>
  envoyReader(new ApiClient({ credentials }), credentials).read(proxy);

test('both pages of an Envoy come through one forwarded port', async () => {
  const credentials = await cluster({ '/config_dump': routes, '/clusters': clusters });
  expect(await read(credentials)).toEqual({
    [host]: { routes: [{ conditional: false, shares: { v1: 100 } }], endpoints: { v1: 1 } },
  });
});

test('a proxy that never answers is given up', async () => {
  const credentials = await cluster({ '/config_dump': routes });
  await expect(read(credentials)).rejects.toThrow('no answer within 2000 ms');
});

test('a missing right is named', async () => {
  await expect(read(await cluster({}, 403))).rejects.toThrow('grant get and create on pods/portforward');
  await expect(read(await cluster({}, 404))).rejects.toThrow('404');
});
