import type { TestWeb } from '../../test/support/web'
import { insertLoadSweep } from './leader'
import { timed } from './timed'

const RUNS = Number(process.env.ALTO_LOAD_RUNS ?? 1_000)
const POINTS = Number(process.env.ALTO_LOAD_POINTS ?? 10_000)
const OVERLAID = 100

/** The list of many runs, and many whole curves at once, asked as the pages ask. */
export async function readStored(web: TestWeb): Promise<object[]> {
  const id = await insertLoadSweep(web, 'stored', RUNS)
  await web.db.pool.query(
    `INSERT INTO "Metric" ("runId", "attempt", "name", "step", "samples", "value", "at")
     SELECT r."id", 1, 'train_loss', s, s * 4, 1 + 3.0 / s + sin(s * r."number") / 20, now()
     FROM "Run" r, generate_series(1, $2) s WHERE r."sweepId" = $1`,
    [id, POINTS],
  )
  await web.db.pool.query('ANALYZE')
  const caller = web.caller(await web.person('viewer'))
  const runs = await web.db.prisma.run.findMany({
    where: { sweepId: id },
    take: OVERLAID,
    select: { id: true },
  })
  const runIds = runs.map((run) => run.id)
  const curves = () => caller.sweep.curves({ id, runIds, metrics: ['train_loss'] })
  const what = `${RUNS} runs with ${POINTS} points each in the database`
  const { reduced } = await curves()
  return [
    { case: `${what}: list of all runs`, ms: await timed(40, () => caller.sweep.runs({ id })) },
    {
      case: `${what}: overlay of ${OVERLAID} whole curves`,
      points: reduced.from,
      drawn: reduced.to,
      ms: await timed(5, curves),
    },
  ]
}
