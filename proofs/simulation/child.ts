/** Simulates shops with the planted bug of the environment; the last line of output is the outcome. */
import { randomFrom } from '../random.ts';
import { simulateUntil } from './shops.ts';

const [seed, milliseconds] = process.argv.slice(2).map(Number);
const outcome = await simulateUntil(Date.now() + (milliseconds ?? 0), randomFrom(seed ?? 1), true, () => {});
process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0));
