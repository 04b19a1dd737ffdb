import {
  bodies,
  disagreement,
  framings,
  lines,
  sendAll,
  toMessage,
} from '../../services/gateway/test/corpus/streams.ts';
import type { Context, Outcome, Proof } from '../proof.ts';
import type { Random } from '../random.ts';
import { drawAddresses } from './addresses.ts';
import { mutants } from './mutants.ts';
import { createSigner, drawGood, forgeries } from './tokens.ts';
import { startWorld, type World } from './world.ts';

const goodTokens = 200;
const forgedTokens = 1008;
const streams = 2016;
const windowMinutes = 100;
const limit = 200;

/** Attackers before two gateways: with forged tokens, streams that can be read in two ways, and invented addresses. */
export const gauntlet: Proof = {
  name: 'gauntlet',
  sentence:
    'Of drawn tokens no forged one is accepted and no good one refused; gateway and service agree about every raw stream; ' +
    'invented addresses and those of one /64 get one limit, over two gateways, and each its own when Redis is gone.',
  minimum: 10_000,
  minutes: 5,
  selfContained: true,
  mutants,
  run,
};

type Slice = {
  readonly done: number;
  readonly failures: readonly string[];
  readonly figures: Record<string, number>;
};

async function run(context: Context): Promise<Outcome> {
  const { random, mutant } = context;
  const [signer, stranger] = [await createSigner('one', 'EdDSA'), await createSigner('two', 'EdDSA')];
  const policy = {
    trustedProxyHops: 1,
    rateLimits: {
      perMinute: 10_000_000,
      // So long that none is over within the proof, however slow the machine.
      routes: [
        { path: '/reviews', perMinute: limit / windowMinutes, algorithm: 'SlidingWindow', window: '100m' },
      ],
    },
  };
  const world = await startWorld(policy, [signer.jwk], mutant);
  try {
    const slices = [
      () =>
        tokens(
          random,
          world,
          () => drawGood(random, signer),
          async (way) => {
            const forge = forgeries[way];
            return { wrong: way, token: (await forge?.(random, signer, stranger)) ?? '' };
          },
        ),
      () => raw(random, world),
      () => addresses(random, world, context.stopAtFailure ? 1 / 8 : 1),
    ];
    const seen: Slice[] = [];
    for (const slice of slices) {
      seen.push(await slice());
      context.say(JSON.stringify(seen.at(-1)?.figures));
      if (context.stopAtFailure && (seen.at(-1)?.failures.length ?? 0) > 0) break;
    }
    const done = seen.reduce((sum, slice) => sum + slice.done, 0);
    const failures = seen.flatMap((slice) => slice.failures);
    if (!world.isAlive()) failures.push('a gateway has died');
    return {
      done,
      of: done,
      failures: failures.slice(0, 20),
      figures: Object.assign({}, ...seen.map(({ figures }) => figures)),
    };
  } finally {
    await world.stop();
  }
}

type Token = { readonly token: string; readonly wrong?: string };

async function tokens(
  random: Random,
  world: World,
  good: () => Promise<Token>,
  forged: (way: string) => Promise<Token>,
): Promise<Slice> {
  const ways = Object.keys(forgeries);
  const drawn: Token[] = [];
  for (let index = 0; index < goodTokens; index += 1) drawn.push(await good());
  for (let index = 0; index < forgedTokens; index += 1)
    drawn.push(await forged(ways[index % ways.length] ?? ''));
  const failures: string[] = [];
  let [accepted, refused] = [0, 0];
  for (const { token, wrong } of random.shuffle(drawn)) {
    const answer = await ask(random.pick(world.ports), '/api/v1/products', {
      authorization: `Bearer ${token}`,
    });
    if (wrong === undefined && answer !== 200) refused += 1;
    if (wrong !== undefined && answer === 200) accepted += 1;
    const wanted = wrong === undefined ? 200 : 401;
    if (answer !== wanted) failures.push(`a token (${wrong ?? 'good'}): wanted ${wanted}, seen ${answer}`);
  }
  return {
    done: drawn.length,
    failures,
    figures: { goodTokens, forgedTokens, forgedAccepted: accepted, goodRefused: refused },
  };
}

async function raw(random: Random, world: World): Promise<Slice> {
  const all = Object.keys(framings).flatMap((framing) =>
    Object.keys(bodies).flatMap((body) => Object.keys(lines).map((line) => ({ framing, body, line }))),
  );
  const chosen = random.shuffle(all).slice(0, streams);
  const failures: string[] = [];
  for (const stream of chosen) {
    world.seen.length = 0;
    const answers = await sendAll(random.pick(world.ports), toMessage(stream));
    const wrong = disagreement(stream, answers, world.seen, world.host);
    if (wrong !== undefined) failures.push(wrong);
  }
  return {
    done: chosen.length,
    failures,
    figures: { streams: chosen.length, streamsDisagreed: failures.length },
  };
}

async function addresses(random: Random, world: World, part: number): Promise<Slice> {
  const failures: string[] = [];
  const figures: Record<string, number> = {};
  let done = 0;
  const attack = async (name: string, wanted: number, forwarded: readonly string[]) => {
    const admitted = await admittedOf(world, forwarded);
    done += forwarded.length;
    figures[name] = admitted;
    if (Math.abs(admitted - wanted) > wanted / 100)
      failures.push(`${name}: wanted ${wanted} within 1 %, seen ${admitted}`);
  };
  const drawn = drawAddresses(random, part);
  await attack('admittedOfInvented', limit, drawn.invented);
  await attack('admittedOfOneNetwork', limit, drawn.oneNetwork);
  await world.stopRedis();
  await attack('admittedWithoutRedis', 2 * limit, drawn.withoutRedis);
  return { done, failures, figures };
}

const atOnce = 32;

async function admittedOf({ ports }: World, forwarded: readonly string[]): Promise<number> {
  let admitted = 0;
  for (let from = 0; from < forwarded.length; from += atOnce) {
    const turn = forwarded.slice(from, from + atOnce).map((address, index) => {
      const port = ports[index % ports.length] ?? 0;
      return ask(port, '/api/v1/reviews', { 'x-forwarded-for': address });
    });
    admitted += (await Promise.all(turn)).filter((status) => status === 200).length;
  }
  return admitted;
}

async function ask(port: number, path: string, headers: Record<string, string>): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  await answer.arrayBuffer();
  return answer.status;
}
