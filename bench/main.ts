/** `npm run bench`: one side-by-side measurement. The last line of output is its result as one JSON object. */
import { freshSeed } from '../proofs/random.ts';
import { parseRequest, UsageError, usage } from './arguments.ts';
import { benches } from './list.ts';

try {
  const request = parseRequest(
    process.argv.slice(2),
    benches.map(({ name }) => name),
  );
  if (request.command === 'list') {
    for (const { name, question } of benches) console.log(`${name.padEnd(14)} ${question}`);
  } else {
    const bench = benches.find(({ name }) => name === request.name);
    if (bench === undefined) throw new UsageError(`there is no bench ${request.name}`);
    const started = Date.now();
    const say = (line: string) =>
      process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1).padStart(7)} s  ${line}\n`);
    say(`${bench.name}: ${bench.question}`);
    const endsAt = started + (request.minutes ?? bench.minutes) * 60_000;
    const outcome = await bench.run({ endsAt, seed: freshSeed(), say });
    console.log(JSON.stringify({ bench: bench.name, ...outcome }));
    // What a bench left open (a keep-alive socket) must not keep a finished command waiting.
    process.exit(0);
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${usage}`);
  process.exitCode = 64;
}
