import {
  callersOf,
  type HttpMethod,
  type ServiceName,
  topology,
} from '../../packages/contracts/src/topology.ts';
import type { Random } from '../random.ts';
import type { Target } from '../target.ts';
import type { Finding } from './finding.ts';
import { readyPods, runInPod } from './pod-script.ts';

const methods: readonly HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** One call between two services and what the mesh has to do with it. */
export type Call = {
  readonly from: ServiceName;
  readonly to: ServiceName;
  readonly method: HttpMethod;
  readonly allowed: boolean;
};

/** Every pair of services with GET and one more method, drawn; in a drawn order. */
export function drawCalls(random: Random): Call[] {
  const pairs = topology.flatMap((from) =>
    topology
      .filter((to) => to !== from)
      .flatMap((to) => [
        { from: from.name, to: to.name, method: 'GET' as const },
        { from: from.name, to: to.name, method: random.pick(methods.slice(1)) },
      ]),
  );
  return random.shuffle(pairs.map((pair) => ({ ...pair, allowed: isDeclared(pair) })));
}

/** Whether the service table declares the call. */
export function isDeclared({ from, to, method }: Omit<Call, 'allowed'>): boolean {
  return callersOf(to).some((caller) => caller.from === from && caller.methods.includes(method));
}

/** A sentence when the answer to a call is not the one that the service table asks for. */
export function judgeCall({ allowed }: Call, answer: Answer): string | undefined {
  const refused = answer.status === 403 && (answer.body === '' || answer.body.startsWith('RBAC'));
  if (!allowed) return refused ? undefined : `not declared, and answered ${answer.status} ${answer.body}`;
  // The path exists nowhere, so a service that was reached says that it knows no such thing.
  return answer.status >= 400 && answer.status < 500 && !refused
    ? undefined
    : `declared, and answered ${answer.status} ${answer.body}`;
}

type Answer = { readonly status: number; readonly body: string };

/** Makes every drawn call from a pod of the caller. */
export async function checkCalls(target: Target, random: Random): Promise<Finding[]> {
  const calls = drawCalls(random);
  const path = `/prove-${random.integer(1, 1_000_000)}`;
  const findings = topology.map(async ({ name, objectName }) => {
    const own = calls.filter(({ from }) => from === name);
    const [pod] = await readyPods(target, objectName);
    if (pod === undefined)
      return own.map((call) => ({ what: describeCall(call), problem: 'the caller has no ready pod' }));
    const answers = await runInPod<Answer[]>(target, pod, script(own, path));
    return own.map((call, index) => ({
      what: describeCall(call),
      problem: judgeCall(call, answers[index] ?? { status: 0, body: 'no answer' }),
    }));
  });
  return (await Promise.all(findings)).flat();
}

function describeCall({ from, method, to }: Call): string {
  return `${from} ${method} ${to}`;
}

function script(calls: readonly Call[], path: string): string {
  const urls = calls.map(({ to, method }) => {
    const row = topology.find(({ name }) => name === to);
    return { method, url: `http://${row?.objectName}${path}` };
  });
  return `
    const answers = [];
    for (const { url, method } of ${JSON.stringify(urls)}) {
      try {
        const answer = await fetch(url, { method, signal: AbortSignal.timeout(15000) });
        answers.push({ status: answer.status, body: (await answer.text()).slice(0, 120) });
      } catch (error) {
        answers.push({ status: 0, body: String(error.cause ?? error) });
      }
    }
    console.log(JSON.stringify(answers));`;
}
