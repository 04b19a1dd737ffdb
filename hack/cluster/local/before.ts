import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FirewallState } from './iptables.ts';

/** What the machine was like before the cluster changed it. */
interface Before {
  readonly sysctls: Readonly<Record<string, string>>;
  /** Directories outside the cache that components make although they are told otherwise, and that were absent. */
  readonly absentDirectories: readonly string[];
  readonly firewall: FirewallState;
}

/** Kernel settings that kubelet, the CNI plugins or we change; the value is what we need, if we need one. */
export const SYSCTLS: Readonly<Record<string, string | undefined>> = {
  'net/ipv4/ip_forward': '1',
  'net/bridge/bridge-nf-call-iptables': '1',
  'vm/overcommit_memory': undefined,
  'kernel/panic': undefined,
  'kernel/panic_on_oops': undefined,
  'kernel/keys/root_maxkeys': undefined,
  'kernel/keys/root_maxbytes': undefined,
};

/** Places that containerd's shims, the CNI library, the kubelet and Istio's plugin use and offer no setting for. */
const DIRECTORIES = [
  '/run/containerd',
  '/run/istio-cni',
  '/var/lib/cni',
  '/var/log/containers',
  '/run/netns',
];

/** Writes down once what the machine is like and sets what the node needs. */
export function prepareMachine(file: string, firewall: FirewallState): void {
  if (!existsSync(file)) {
    const sysctls = Object.fromEntries(
      Object.keys(SYSCTLS).flatMap((name) =>
        existsSync(sysctlFile(name)) ? [[name, readSysctl(name)]] : [],
      ),
    );
    const absentDirectories = DIRECTORIES.filter((path) => !existsSync(path));
    const before: Before = { sysctls, absentDirectories, firewall };
    writeFileSync(file, JSON.stringify(before, undefined, 2));
  }
  for (const [name, value] of Object.entries(SYSCTLS)) {
    if (value !== undefined && existsSync(sysctlFile(name))) writeSysctl(name, value);
  }
}

/** Puts back what `prepareMachine` wrote down; returns the firewall state that was there. */
export function restoreMachine(file: string): FirewallState {
  if (!existsSync(file)) return { tables: [], cniChains: [] };
  // The file is written by prepareMachine alone, so its shape is known.
  const before = JSON.parse(readFileSync(file, 'utf8')) as Before;
  for (const [name, value] of Object.entries(before.sysctls)) {
    if (readSysctl(name) !== value) writeSysctl(name, value);
  }
  for (const path of before.absentDirectories) rmSync(path, { recursive: true, force: true });
  return before.firewall;
}

function sysctlFile(name: string): string {
  return join('/proc/sys', name);
}

function readSysctl(name: string): string {
  return readFileSync(sysctlFile(name), 'utf8').trim();
}

function writeSysctl(name: string, value: string): void {
  writeFileSync(sysctlFile(name), value);
}
