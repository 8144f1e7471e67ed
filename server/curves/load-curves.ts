import type { Curve } from '@/contracts/packed-curve'
import { database } from '../db/client'

interface Row {
  runId: string
  name: string
  steps: Buffer
  samples: Buffer
  seconds: Buffer
  values: Buffer
}

/**
 * Points of runs, one row a run and metric: Postgres concatenates the columns as big-endian binary, so that 200,000
 * points arrive as a few hundred buffers instead of 200,000 rows.
 *
 * @param since seconds are counted from here: the start of the sweep
 */
export async function loadCurves(
  runIds: readonly string[],
  names: readonly string[],
  since: Date,
): Promise<Curve[]> {
  const { rows } = await database().pool.query<Row>(
    `SELECT "runId", "name",
       string_agg(int4send("step"), '' ORDER BY "step", "attempt") AS "steps",
       string_agg(int4send("samples"), '' ORDER BY "step", "attempt") AS "samples",
       string_agg(float4send(extract(epoch FROM "at" - $3::timestamptz)::real), '' ORDER BY "step", "attempt") AS "seconds",
       string_agg(float4send(coalesce("value", 'NaN')::real), '' ORDER BY "step", "attempt") AS "values"
     FROM "Metric" WHERE "runId" = ANY($1) AND "name" = ANY($2) GROUP BY "runId", "name" ORDER BY "runId", "name"`,
    [runIds, names, since],
  )
  return rows.map(toCurve)
}

function toCurve(row: Row): Curve {
  const count = row.steps.length / 4
  const step = new Int32Array(count)
  const samples = new Int32Array(count)
  const seconds = new Float32Array(count)
  const value = new Float32Array(count)
  let length = 0
  for (let index = 0; index < count; index++) {
    const offset = index * 4
    const at = row.steps.readInt32BE(offset)
    // A resumed run repeats the steps after its checkpoint: the later attempt is what counts.
    if (length > 0 && step[length - 1] === at) length--
    step[length] = at
    samples[length] = row.samples.readInt32BE(offset)
    seconds[length] = row.seconds.readFloatBE(offset)
    value[length] = row.values.readFloatBE(offset)
    length++
  }
  return {
    runId: row.runId,
    name: row.name,
    step: step.slice(0, length),
    samples: samples.slice(0, length),
    seconds: seconds.slice(0, length),
    value: value.slice(0, length),
    from: length,
  }
}
