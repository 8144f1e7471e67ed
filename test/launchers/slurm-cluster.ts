import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../support/postgres'
import { eventually, TestProcess } from '../support/processes'

export interface SlurmCluster {
  /** Environment for Slurm's commands. */
  env: Record<string, string>
  stop(): Promise<void>
}

/** A real slurmctld with one slurmd and munged on this machine, as root; Debian: munge, slurmctld, slurmd, slurm-client. */
export async function startSlurm(): Promise<SlurmCluster> {
  if (!existsSync('/usr/sbin/slurmctld'))
    throw new Error('Slurm is not installed: apt-get install munge slurmctld slurmd slurm-client')
  const folder = mkdtempSync(join(tmpdir(), 'alto-slurm-'))
  chmodSync(folder, 0o755)
  for (const name of ['state', 'spool', 'munge']) mkdirSync(join(folder, name), { mode: 0o755 })
  const host = hostname().split('.')[0]!
  const socket = join(folder, 'munge', 'socket')
  const key = join(folder, 'munge', 'key')
  writeFileSync(key, Buffer.alloc(64, 7), { mode: 0o400 })
  const config = join(folder, 'slurm.conf')
  writeFileSync(
    config,
    [
      'ClusterName=alto',
      `SlurmctldHost=${host}(127.0.0.1)`,
      `SlurmctldPort=${await freePort()}`,
      `SlurmdPort=${await freePort()}`,
      'SlurmUser=root',
      'AuthType=auth/munge',
      `AuthInfo=socket=${socket}`,
      'CryptoType=crypto/munge',
      'MpiDefault=none',
      'ProctrackType=proctrack/pgid',
      'TaskPlugin=task/none',
      'SelectType=select/cons_tres',
      'SelectTypeParameters=CR_CPU',
      // More processors than there are: several agents share this machine.
      'SlurmdParameters=config_overrides',
      'ReturnToService=2',
      'KillWait=5',
      `StateSaveLocation=${join(folder, 'state')}`,
      `SlurmdSpoolDir=${join(folder, 'spool')}`,
      `SlurmctldPidFile=${join(folder, 'slurmctld.pid')}`,
      `SlurmdPidFile=${join(folder, 'slurmd.pid')}`,
      `NodeName=${host} NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN`,
      `PartitionName=all Nodes=${host} Default=YES MaxTime=INFINITE State=UP`,
    ].join('\n'),
  )
  const env = { SLURM_CONF: config }
  const munged = TestProcess.start(
    'munged',
    [
      '--foreground',
      '--force',
      `--socket=${socket}`,
      `--key-file=${key}`,
      `--pid-file=${join(folder, 'munge', 'pid')}`,
      `--seed-file=${join(folder, 'munge', 'seed')}`,
    ],
    {},
  )
  await eventually('munged', 30, () => existsSync(socket))
  const ctld = TestProcess.start('/usr/sbin/slurmctld', ['-D', '-f', config], env)
  const slurmd = TestProcess.start('/usr/sbin/slurmd', ['-D', '-f', config, '-N', host], env)
  const stop = async () => {
    for (const one of [slurmd, ctld, munged]) await one.kill('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await eventually('an idle Slurm node', 60, () => {
      try {
        const states = execFileSync('sinfo', ['--noheader', '--format=%T'], {
          env: { ...process.env, ...env },
          stdio: ['ignore', 'pipe', 'ignore'],
        })
        return /idle|mixed|alloc/.test(states.toString())
      } catch {
        return false
      }
    })
  } catch (error) {
    const logs = [ctld, slurmd, munged].map((one) => one.lines.slice(-8).join('\n')).join('\n--\n')
    await stop()
    throw new Error(`${(error as Error).message}\n${logs}`)
  }
  return { env, stop }
}
