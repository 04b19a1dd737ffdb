/** `npm run prove`: one proof on real components. The last line of output is its verdict as one JSON object. */
import { parseRequest, UsageError, usage } from './arguments.ts';
import { proofs } from './list.ts';
import { catchMutants } from './mutants/hunt.ts';
import { type Context, judge, type Outcome, type Proof, type Verdict } from './proof.ts';
import { freshSeed, randomFrom } from './random.ts';
import { clusterTarget, type Target } from './target.ts';

async function prove(
  proof: Proof,
  {
    minutes = proof.minutes,
    seed = freshSeed(),
    mutants,
  }: { minutes?: number; seed?: number; mutants: boolean },
): Promise<Verdict> {
  const started = Date.now();
  const say = (line: string) =>
    process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1).padStart(7)} s  ${line}\n`);
  say(`${proof.name}: ${proof.sentence}`);
  say(`seed ${seed}`);
  let target: Promise<Target> | undefined;
  const context: Context = {
    random: randomFrom(seed),
    endsAt: started + minutes * 60_000,
    stopAtFailure: false,
    target: () => {
      target ??= clusterTarget(say);
      return target;
    },
    say,
  };
  const outcome = await proof.run(context).catch(
    (error: unknown): Outcome => ({
      done: 0,
      of: proof.minimum,
      failures: [
        `the proof broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      ],
      figures: {},
    }),
  );
  await (await target?.catch(() => undefined))?.close();
  for (const failure of outcome.failures) say(`FAILED  ${failure}`);
  const hunt = mutants ? await catchMutants(proof, seed, say) : { caught: 0, of: 0 };
  return judge(proof, seed, outcome, hunt);
}

try {
  const request = parseRequest(
    process.argv.slice(2),
    proofs.map(({ name }) => name),
  );
  if (request.command === 'list') {
    for (const { name, sentence } of proofs) console.log(`${name.padEnd(14)} ${sentence}`);
  } else {
    const proof = proofs.find(({ name }) => name === request.name);
    if (proof === undefined) throw new UsageError(`there is no proof ${request.name}`);
    const verdict = await prove(proof, request);
    console.log(JSON.stringify(verdict));
    // What a proof left open (a keep-alive socket) must not keep a finished command waiting.
    process.exit(verdict.ok ? 0 : 1);
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${usage}`);
  process.exitCode = 64;
}
