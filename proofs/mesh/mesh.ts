import { join } from 'node:path';
import { serviceNames } from '../../packages/contracts/src/topology.ts';
import { runCommand } from '../command.ts';
import type { Proof } from '../proof.ts';
import type { Target } from '../target.ts';
import { checkCalls } from './calls.ts';
import { checkEnvoys } from './envoy.ts';
import type { Finding } from './finding.ts';
import { checkOutsider } from './outside.ts';
import { checkSplit } from './split.ts';

export const mesh: Proof = {
  name: 'mesh',
  sentence:
    'istioctl analyze finds nothing, no Envoy rejects configuration, plain text from outside and undeclared calls are refused, and a canary gets its weight within 5 sd of 10,000 requests.',
  minimum: 100,
  minutes: 10,
  run: async (context) => {
    const target = await context.target();
    context.say('istioctl analyze');
    const analysis = await analyze(target);
    context.say('calls between services');
    const calls = await checkCalls(target, context.random);
    context.say('a pod outside the mesh');
    const outsider = await checkOutsider(target, serviceNames, context.random);
    const split = await checkSplit(target, context);
    context.say('configuration that Envoys rejected');
    const envoys = await checkEnvoys(target);
    const findings = [...analysis, ...calls, ...outsider, split.finding, ...envoys];
    return {
      done: findings.length,
      of: findings.length,
      failures: findings.flatMap(({ what, problem }) =>
        problem === undefined ? [] : [`${what}: ${problem}`],
      ),
      figures: { envoys: envoys.length, calls: calls.length, outsiders: outsider.length, ...split.figures },
    };
  },
};

type Message = {
  readonly code: string;
  readonly level: string;
  readonly message: string;
  readonly origin?: string;
};

/** What istioctl has to say about the stack's namespace. */
async function analyze({ toolsBin, kubeconfig, stack }: Target): Promise<Finding[]> {
  const what = 'istioctl analyze';
  const args = ['analyze', '--kubeconfig', kubeconfig, '-n', stack.namespace, '-o', 'json'];
  const { out, err } = await runCommand(join(toolsBin, 'istioctl'), args);
  const messages = parseAnalysis(out);
  if (messages === undefined) return [{ what, problem: err.slice(0, 500) || out.slice(0, 500) }];
  if (messages.length === 0) return [{ what }];
  return messages.map(({ code, level, message, origin }) => ({
    what,
    problem: `${code} ${level} ${origin ?? ''} ${message}`,
  }));
}

/** The messages of `istioctl analyze -o json`; undefined when that is not what was printed. */
export function parseAnalysis(out: string): Message[] | undefined {
  try {
    const messages: unknown = JSON.parse(out);
    // istioctl prints null or a list of its own message type.
    return messages === null ? [] : Array.isArray(messages) ? (messages as Message[]) : undefined;
  } catch {
    return undefined;
  }
}
