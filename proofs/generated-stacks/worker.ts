/** One part of the proof as a process: `worker.ts '{"part":…}'`. Its last line of output is its result as JSON. */
import { Kube } from '../kube/kube.ts';
import { type Random, randomFrom } from '../random.ts';
import { describeSample, judgeSample, planSamples } from './admission.ts';
import { judgeLeaf } from './leaf-check.ts';
import { behavioural, leavesOf } from './leaves.ts';
import { judgeChange } from './pair-check.ts';
import type { PartRequest, PartResult } from './part.ts';
import { stackSchema } from './schema.ts';

/** One thing to look at; resolves to a sentence for each fault. */
type Task = () => Promise<string[]>;
type Work = {
  readonly tasks: readonly Task[];
  readonly width: number;
  readonly figures: Readonly<Record<string, number>>;
};

const stacks = 10_000;
const changes = 200;

function workOf({ part, kubeconfig, first }: PartRequest, random: Random): Work {
  const schema = stackSchema();
  if (part === 'admission') {
    const kube = new Kube(kubeconfig);
    const samples = firstOf(planSamples(random, stacks), describeSample, first);
    return {
      tasks: samples.map((sample) => () => judgeSample(kube, schema, sample)),
      width: 12,
      figures: {},
    };
  }
  const seed = () => random.integer(1, 2 ** 30);
  if (part === 'leaves') {
    const leaves = leavesOf(schema);
    const drawn = random.shuffle(leaves.filter(({ path }) => !behavioural.has(path)));
    const effective = firstOf(drawn, ({ path }) => path, first);
    return {
      tasks: effective.map((leaf) => () => judgeLeaf(schema, leaf, seed())),
      width: 1,
      figures: { leaves: leaves.length, behaviouralLeaves: leaves.length - effective.length },
    };
  }
  const seeds = Array.from({ length: changes }, seed);
  return { tasks: seeds.map((one) => () => judgeChange(schema, one)), width: 1, figures: {} };
}

/** The items, those first whose name has the text. */
function firstOf<T>(items: readonly T[], name: (item: T) => string, text: string | undefined): T[] {
  const rank = (item: T) => (text !== undefined && name(item).includes(text) ? 0 : 1);
  return items.toSorted((a, b) => rank(a) - rank(b));
}

async function run(request: PartRequest): Promise<PartResult> {
  const { tasks, width, figures } = workOf(request, randomFrom(request.seed));
  const failures: string[] = [];
  let [begun, done] = [0, 0];
  const lane = async () => {
    for (;;) {
      const task = tasks[begun];
      const enough = request.stopAtFailure && failures.length > 0;
      if (task === undefined || enough || Date.now() >= request.endsAt) return;
      begun++;
      failures.push(...(await task()));
      done++;
      if (done % 1000 === 0) console.log(`${request.part}: ${done} of ${tasks.length}`);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return { done, of: tasks.length, failures, figures };
}

// Written by part.ts of this folder.
const result = await run(JSON.parse(process.argv[2] ?? '') as PartRequest);
// A pipe takes a long text in parts: what ends before the last one is written cuts it off.
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
