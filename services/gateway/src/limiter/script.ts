import type { AtomicScript } from '@ecommercestack/service-kit';
import { type Cells, createCells } from '../domain/limits/cells.ts';
import { algorithmNames, type Charge, type Standing } from '../domain/limits/rule.ts';

/** One question to the store: these charges, all or none, up to `want` times. */
export type Ask = { readonly charges: readonly Charge[]; readonly want: number };

/** The store's answer to one question, and its time. */
export type Answer = {
  readonly granted: number;
  readonly standings: readonly Standing[];
  readonly now: number;
};

/** What the script is called with for these questions. */
export function toCall(asks: readonly Ask[]): { keys: string[]; args: string[] } {
  const keys = asks.flatMap(({ charges }) => charges.map(({ rule, key }) => `limit:${rule.id}|${key}`));
  const args = asks.flatMap(({ charges, want }) => [
    String(charges.length),
    String(want),
    ...charges.flatMap(({ rule: { algorithm, limit, windowMs, burst } }) =>
      [algorithmNames.indexOf(algorithm), limit, windowMs, burst].map(String),
    ),
  ]);
  return { keys, args };
}

/** The answers in what the script answered, in the order of the questions. */
export function toAnswers(asks: readonly Ask[], numbers: readonly number[]): Answer[] {
  let position = 1;
  const next = (): number => numbers[position++] ?? 0;
  const now = numbers[0] ?? 0;
  return asks.map(({ charges }) => {
    const granted = next();
    const standings = charges.map(() => ({ available: next(), waitMs: next(), resetMs: next() }));
    return { granted, standings, now };
  });
}

/**
 * The algorithms of domain/limits over many questions in one step. A bucket or window is a string `<number> <number>`, a
 * sliding window a list of `<millisecond> <count>` with its sum beside it; each expires when it says what a new one says.
 */
export const limitScript: AtomicScript = {
  lua: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answer = { now }

local function text(a, b) return string.format('%.0f %.0f', a, b) end
local function pair(value)
  local a, b = string.match(value, '^(%d+) (%d+)$')
  return tonumber(a), tonumber(b)
end

local function bring(cell)
  local kind, limit, window = cell.kind, cell.limit, cell.window
  if kind == 3 then
    local total = tonumber(redis.call('GET', cell.key .. ':sum') or '0')
    local oldest = redis.call('LINDEX', cell.key, 0)
    while oldest do
      local at, count = pair(oldest)
      if at > now - window then break end
      redis.call('LPOP', cell.key)
      redis.call('DECRBY', cell.key .. ':sum', count)
      total = total - count
      oldest = redis.call('LINDEX', cell.key, 0)
    end
    cell.total = oldest and total or 0
    cell.oldest = oldest and pair(oldest)
    local newest = oldest and redis.call('LINDEX', cell.key, -1)
    if newest then cell.newest, cell.newestCount = pair(newest) end
    return
  end
  local value = redis.call('GET', cell.key)
  if value then cell.level, cell.at = pair(value)
  elseif kind == 0 then cell.level, cell.at = cell.burst * window, now
  elseif kind == 1 then cell.level, cell.at = 0, now
  else cell.level, cell.at = 0, math.floor(now / window) end
  if kind == 2 then
    local index = math.floor(now / window)
    if index > cell.at then cell.level, cell.at = 0, index end
  elseif now > cell.at then
    local elapsed = math.min(now - cell.at, window)
    if kind == 0 then cell.level = math.min(cell.burst * window, cell.level + elapsed * limit)
    else cell.level = math.max(0, cell.level - elapsed * limit) end
    cell.at = now
  end
end

local function standing(cell)
  local kind, limit, window = cell.kind, cell.limit, cell.window
  if kind == 3 then
    local available = limit - cell.total
    local wait = available > 0 and 0 or math.max(0, cell.oldest + window - now)
    local reset = cell.total == 0 and 0 or math.max(0, cell.newest + window - now)
    return available, wait, reset
  end
  if kind == 2 then
    local available, rest = limit - cell.level, (cell.at + 1) * window - now
    return available, available > 0 and 0 or rest, cell.level == 0 and 0 or rest
  end
  local room = kind == 0 and cell.level or cell.burst * window - cell.level
  local wait = room >= window and 0 or math.ceil((window - room) / limit)
  return math.floor(room / window), wait, math.ceil((cell.burst * window - room) / limit)
end

local function charge(cell, count)
  local kind, window = cell.kind, cell.window
  if kind == 3 then
    if cell.newest and cell.newest >= now then
      cell.newestCount = cell.newestCount + count
      redis.call('LSET', cell.key, -1, text(cell.newest, cell.newestCount))
    else
      cell.newest, cell.newestCount = now, count
      redis.call('RPUSH', cell.key, text(now, count))
    end
    cell.oldest = cell.oldest or cell.newest
    cell.total = cell.total + count
    redis.call('SET', cell.key .. ':sum', string.format('%.0f', cell.total), 'PX', window + 1)
    redis.call('PEXPIRE', cell.key, window + 1)
    return
  end
  if kind == 0 then cell.level = cell.level - count * window
  elseif kind == 1 then cell.level = cell.level + count * window
  else cell.level = cell.level + count end
  redis.call('SET', cell.key, text(cell.level, cell.at), 'PX', window + 1)
end

local key, arg = 1, 1
while arg <= #ARGV do
  local cells, granted = {}, tonumber(ARGV[arg + 1])
  local charges = tonumber(ARGV[arg])
  arg = arg + 2
  for i = 1, charges do
    local cell = { key = KEYS[key], kind = tonumber(ARGV[arg]), limit = tonumber(ARGV[arg + 1]),
      window = tonumber(ARGV[arg + 2]), burst = tonumber(ARGV[arg + 3]) }
    key, arg = key + 1, arg + 4
    bring(cell)
    granted = math.min(granted, math.max(0, (standing(cell))))
    cells[i] = cell
  end
  answer[#answer + 1] = granted
  for i = 1, charges do
    if granted > 0 then charge(cells[i], granted) end
    local available, wait, reset = standing(cells[i])
    answer[#answer + 1], answer[#answer + 2], answer[#answer + 3] = available, wait, reset
  end
end
return answer`,
  twin: (memory, keys, args, now) => {
    const cells = cellsIn(memory);
    const numbers = [now];
    for (const { charges, want } of parseCall(keys, args)) {
      const { granted, standings } = cells.take(charges, now, want);
      numbers.push(granted);
      for (const { available, waitMs, resetMs } of standings) numbers.push(available, waitMs, resetMs);
    }
    return numbers;
  },
};

function cellsIn(memory: Map<string, unknown>): Cells {
  // Nobody else writes into the script's memory.
  const cells = (memory.get('cells') as Cells | undefined) ?? createCells();
  memory.set('cells', cells);
  return cells;
}

function parseCall(keys: readonly string[], args: readonly string[]): Ask[] {
  const asks: Ask[] = [];
  let [key, position] = [0, 0];
  const number = (): number => Number(args[position++]);
  while (position < args.length) {
    const [length, want] = [number(), number()];
    const charges = Array.from({ length }, (): Charge => {
      const algorithm = algorithmNames[number()] ?? 'TokenBucket';
      const [limit, windowMs, burst] = [number(), number(), number()];
      const id = `${algorithm}:${limit}/${windowMs}:${burst}`;
      return { rule: { id, name: id, algorithm, limit, windowMs, burst }, key: keys[key++] ?? '' };
    });
    asks.push({ charges, want });
  }
  return asks;
}
