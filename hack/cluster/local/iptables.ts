import { run } from '../../toolchain/index.ts';

type Environment = Readonly<Record<string, string>>;

/** What of iptables existed before the cluster: the tables in nftables' words (`ip nat`) and the CNI chains. */
export interface FirewallState {
  readonly tables: readonly string[];
  readonly cniChains: readonly string[];
}

/** Commands that undo chains: rules that jump to them first, then the chains emptied, then the chains. */
export function removalCommands(saved: string, kept: readonly string[]): string[][] {
  const commands: string[][] = [];
  let table = '';
  const chains: { table: string; chain: string }[] = [];
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1);
    const chain = /^:(CNI-\S+)/.exec(line)?.[1];
    if (chain && !kept.includes(chain)) chains.push({ table, chain });
    const jump = /^-A (?!CNI-).* -j (CNI-\S+)/.exec(line)?.[1];
    if (jump && !kept.includes(jump)) commands.push(['-t', table, '-D', ...words(line).slice(1)]);
  }
  for (const { table: of, chain } of chains) commands.push(['-t', of, '-F', chain]);
  for (const { table: of, chain } of chains) commands.push(['-t', of, '-X', chain]);
  return commands;
}

/** Splits a saved rule into arguments; iptables-save quotes comments. */
function words(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '',
  );
}

/** Looks at what iptables holds at this moment. */
export async function firewallState(env: Environment): Promise<FirewallState> {
  const saved = `${await run('iptables-save', [], { env })}${await run('ip6tables-save', [], { env })}`;
  return {
    tables: await iptablesTables(env),
    cniChains: [...saved.matchAll(/^:(CNI-\S+)/gm)].flatMap(([, chain]) => (chain ? [chain] : [])),
  };
}

/** Removes the CNI chains that were not there before, and the tables that are empty again. */
export async function restoreIptables(before: FirewallState, env: Environment): Promise<void> {
  for (const command of ['iptables', 'ip6tables']) {
    const saved = await run(`${command}-save`, [], { env });
    for (const args of removalCommands(saved, before.cniChains)) await run(command, ['-w', ...args], { env });
  }
  for (const table of await iptablesTables(env)) {
    if (before.tables.includes(table)) continue;
    const content = await run('nft', ['list', 'table', ...table.split(' ')], { env });
    if (isEmptyTable(content)) await run('nft', ['delete', 'table', ...table.split(' ')], { env });
  }
}

/** Whether a listed table holds nothing but base chains without rules. */
export function isEmptyTable(listing: string): boolean {
  return listing
    .split('\n')
    .map((line) => line.trim())
    .every((line) => line === '' || /^(table |chain |type .* hook |policy |\}|#)/.test(line));
}

async function iptablesTables(env: Environment): Promise<string[]> {
  const text = await run('nft', ['list', 'tables'], { env });
  return text
    .split('\n')
    .map((line) => line.replace(/^table /, '').trim())
    .filter((name) => /^ip6? (nat|filter|mangle|raw|security)$/.test(name));
}
