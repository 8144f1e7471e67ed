import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../test/support/postgres'
import { eventually } from '../../test/support/processes'

/** MLflow takes at most so many points in one call. */
const POINTS_PER_CALL = 1_000

interface Point {
  key: string
  value: number
  timestamp: number
  step: number
}

/** MLflow's own tracking server, on SQLite as it starts by default, in an environment of its own. */
export class Mlflow {
  private constructor(
    private readonly base: string,
    readonly version: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  static async start(): Promise<Mlflow> {
    const folder = mkdtempSync(join(tmpdir(), 'alto-mlflow-'))
    const python = process.env.ALTO_MLFLOW_PYTHON ?? join(folder, 'venv', 'bin', 'python')
    const run = (command: string, args: string[]) => {
      const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
      if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr.slice(-500)}`)
    }
    if (!existsSync(python)) {
      run('python3', ['-m', 'venv', join(folder, 'venv')])
      run(python, ['-m', 'pip', 'install', '--quiet', 'mlflow'])
    }
    const version = spawnSync(python, ['-c', 'import mlflow; print(mlflow.__version__)'], {
      encoding: 'utf8',
    }).stdout
    const port = await freePort()
    const store = `sqlite:///${join(folder, 'mlflow.db')}`
    const child = spawn(
      python,
      [
        '-m',
        'mlflow',
        'server',
        '--port',
        String(port),
        '--workers',
        '2',
        '--backend-store-uri',
        store,
        '--artifacts-destination',
        folder,
      ],
      { stdio: 'ignore', detached: true, env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true' } },
    )
    const mlflow = new Mlflow(`http://127.0.0.1:${port}/api/2.0/mlflow`, version.trim(), child, folder)
    await eventually('MLflow to answer', 120, () =>
      fetch(`http://127.0.0.1:${port}/health`).then(
        (answer) => answer.ok,
        () => false,
      ),
    )
    return mlflow
  }

  async createRun(): Promise<string> {
    const { run } = await this.ask<{ run: { info: { run_id: string } } }>('POST', '/runs/create', {
      experiment_id: '0',
      start_time: Date.now(),
    })
    return run.info.run_id
  }

  /** Logs points of one run, in calls of the largest size that MLflow takes. */
  async log(runId: string, points: readonly Point[]): Promise<void> {
    for (let from = 0; from < points.length; from += POINTS_PER_CALL)
      await this.ask('POST', '/runs/log-batch', {
        run_id: runId,
        metrics: points.slice(from, from + POINTS_PER_CALL),
      })
  }

  /** All points of one curve. */
  async curve(runId: string, key: string): Promise<number> {
    const query = new URLSearchParams({ run_id: runId, metric_key: key, max_results: '25000' }).toString()
    const { metrics } = await this.ask<{ metrics: unknown[] }>('GET', `/metrics/get-history?${query}`)
    return metrics.length
  }

  stop(): void {
    if (this.child.pid) process.kill(-this.child.pid, 'SIGTERM')
    rmSync(this.folder, { recursive: true, force: true })
  }

  private async ask<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.base}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!answer.ok)
      throw new Error(`MLflow answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`)
    return (await answer.json()) as T
  }
}
