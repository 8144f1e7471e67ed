/**
 * `npm run bench:load [-- --only points,connected]`: what a whole installation takes, beside MLflow's tracking server in
 * the same run.
 * - `points`: simulated agents speak the real protocol to a real control plane over a Postgres with its usual settings,
 *   as fast as they are acknowledged; `mlflow` takes the same points.
 * - `connected`: ALTO_LOAD_AGENTS agents (1,000) with 8 devices each that send heartbeats.
 * - `reading`: ALTO_LOAD_RUNS runs (1,000) with ALTO_LOAD_POINTS points each (10,000) lie in the database; the list of
 *   the runs and an overlay of 100 curves, asked as the pages ask.
 * - `browsers`: ALTO_LOAD_BROWSERS live pages (100) of one web process.
 * Prints one JSON object last. ALTO_MLFLOW_PYTHON names a Python that has MLflow; else one is made.
 */
import { parseArgs } from 'node:util'
import { startWeb, type TestWeb } from '../../test/support/web'
import { reportResult } from '../harness/report-result'
import { watchLive } from './browsers'
import { stayConnected } from './connected'
import { Mlflow } from './mlflow'
import { mlflowCurves, mlflowPoints } from './mlflow-cases'
import { takeInPoints } from './points'
import { readStored } from './reading'

const PARTS: Record<string, (web: TestWeb) => Promise<object | object[]>> = {
  points: takeInPoints,
  mlflow: async () => {
    const mlflow = await Mlflow.start()
    try {
      return [await mlflowPoints(mlflow), await mlflowCurves(mlflow)]
    } finally {
      mlflow.stop()
    }
  },
  connected: stayConnected,
  browsers: watchLive,
  reading: readStored,
}

const { values } = parseArgs({ options: { only: { type: 'string', default: Object.keys(PARTS).join() } } })
const names = values.only.split(',')
const unknown = names.find((name) => !(name in PARTS))
if (unknown !== undefined) {
  process.stderr.write(`--only: there is no ${unknown}; use ${Object.keys(PARTS).join(', ')}.\n`)
  process.exit(2)
}
const cases: object[] = []
const web = await startWeb({ durable: true })
try {
  for (const name of names)
    for (const one of [await PARTS[name]!(web)].flat()) {
      process.stderr.write(`${JSON.stringify(one)}\n`)
      cases.push(one)
    }
  reportResult('load', cases)
} finally {
  await web.stop()
}
