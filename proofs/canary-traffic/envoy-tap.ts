import { spawn } from 'node:child_process';
import { get } from 'node:http';
import { join } from 'node:path';
import type { KubeObject } from '../kube/object.ts';
import type { Target } from '../target.ts';
import { readEndpoints, readRoutes, type Sample } from './sample.ts';

/** One Envoy's admin interface, held open by kubectl. */
export type EnvoyTap = { read(): Promise<Sample>; close(): Promise<void> };

/** Opens the Envoy of a pod and reads what it does with requests to a host. */
export async function tapEnvoy(target: Target, pod: KubeObject, host: string): Promise<EnvoyTap> {
  const { name, namespace = '' } = pod.metadata;
  const child = spawn(
    join(target.toolsBin, 'kubectl'),
    ['--kubeconfig', target.kubeconfig, '-n', namespace, 'port-forward', `pod/${name}`, ':15000'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    let said = '';
    const listen = (text: Buffer): void => {
      said += text.toString();
      const found = /127\.0\.0\.1:(\d+) ->/.exec(said)?.[1];
      if (found !== undefined) resolve(Number(found));
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`no port-forward to ${name}: ${said.slice(-300)}`)));
  });
  const filter = encodeURIComponent(`[|]${host.replaceAll('.', '[.]')}$`);
  const endpoints = async () =>
    readEndpoints(await fetchText(port, `/clusters?format=json&filter=${filter}`), host);
  return {
    read: async () => {
      const from = performance.now();
      const before = await endpoints();
      const routes = readRoutes(await fetchText(port, '/config_dump?resource=dynamic_route_configs'), host);
      const after = await endpoints();
      return { from, to: performance.now(), proxy: name, ...routes, before, after };
    },
    close: async () => {
      child.kill();
      await ended;
    },
  };
}

function fetchText(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = get({ host: '127.0.0.1', port, path, timeout: 5_000 }, (answer) => {
      let page = '';
      answer.setEncoding('utf8').on('data', (piece: string) => {
        page += piece;
      });
      answer.on('end', () => resolve(page));
      answer.on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error('Envoy did not answer within 5 s')));
    asked.on('error', reject);
  });
}
