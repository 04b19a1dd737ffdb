import { createCells } from '../../services/gateway/src/domain/limits/cells.ts';
import { algorithmNames, toRule } from '../../services/gateway/src/domain/limits/rule.ts';
import type { Random } from '../random.ts';
import { admits, type Definition } from './definitions.ts';
import { algorithms, drawTrace, type Trace } from './trace.ts';

export type Replayed = {
  readonly decisions: number;
  readonly refused: number;
  readonly differences: readonly string[];
};

const traceLength = 2000;

/** Traces of each algorithm in turn against its definition, until the time is over; every decision has to be the same. */
export function replayUntil(
  endsAt: number,
  random: Random,
  stopAtFailure: boolean,
): Record<string, Replayed> {
  const found: Record<string, Replayed> = {};
  do {
    for (const algorithm of algorithms) {
      const before = found[algorithm] ?? { decisions: 0, refused: 0, differences: [] };
      const now = replay(drawTrace(random, algorithm, traceLength));
      found[algorithm] = {
        decisions: before.decisions + now.decisions,
        refused: before.refused + now.refused,
        differences: [...before.differences, ...now.differences].slice(0, 20),
      };
    }
  } while (
    Date.now() < endsAt &&
    !(stopAtFailure && Object.values(found).some(({ differences }) => differences.length > 0))
  );
  return found;
}

function replay({ rules, calls }: Trace): Replayed {
  const cells = createCells();
  const [own, shared] = rules.map((rule, index) => ({
    rule: toShipped(rule, `r${index}`),
    definition: rule,
  }));
  if (own === undefined || shared === undefined) throw new Error('a trace has two rules');
  const admitted = new Map<string, number[]>();
  const everybody: number[] = [];
  const differences: string[] = [];
  let refused = 0;
  for (const { at, key } of calls) {
    const mine = admitted.get(key) ?? [];
    admitted.set(key, mine);
    const wanted = admits(own.definition, mine, at) && admits(shared.definition, everybody, at);
    const seen =
      cells.take(
        [
          { rule: own.rule, key },
          { rule: shared.rule, key: '*' },
        ],
        at,
      ).granted === 1;
    if (!wanted) refused += 1;
    if (wanted) {
      mine.push(at);
      everybody.push(at);
    }
    if (wanted === seen) continue;
    differences.push(
      `${own.rule.id} with ${shared.rule.id}, ${key} at ${at}: wanted ${wanted}, seen ${seen}`,
    );
    break;
  }
  return { decisions: calls.length, refused, differences };
}

function toShipped(definition: Definition, name: string) {
  const algorithm = algorithmNames.find((known) => known === definition.algorithm) ?? 'TokenBucket';
  return toRule({ ...definition, name, algorithm });
}
