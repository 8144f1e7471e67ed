import type { Shape, StepTimes } from '../../engine/serving/profile'
import { shapeTimesOf } from '../../engine/serving/shape-times'
import type { Stage } from '../../engine/serving/snapshot'
import { type ProfileRow, timesOfRows } from '../../server/db/serving-profile'

/** A mean is over at most so many units, so that it follows what changes. */
const MOST_UNITS = 50
/** A single time counts as at most so many times the mean: one pause of the machine teaches little. */
const OUTLIER = 2
/** From so many units on the mean is trusted that much. */
const TRUSTED_UNITS = 5

interface Unit {
  shape: Shape
  stage: Stage
  batch: number
  sp: number
  tookMs: number
}

/** The profile of a deployment, which goes on learning from real work. */
export class ProfileBook {
  private readonly rows = new Map<string, ProfileRow>()
  private readonly changed = new Set<string>()
  private known: StepTimes | undefined

  constructor(
    rows: readonly ProfileRow[],
    private costs: { switchMs: number; resumeMs: number },
  ) {
    for (const row of rows) this.rows.set(keyOf(row), row)
  }

  /** A probe has measured anew. */
  replace(rows: readonly ProfileRow[], costs: { switchMs: number; resumeMs: number }): void {
    this.rows.clear()
    this.changed.clear()
    for (const row of rows) this.rows.set(keyOf(row), row)
    this.costs = costs
    this.known = undefined
  }

  get times(): StepTimes {
    this.known ??= timesOfRows([...this.rows.values()], this.costs)
    return this.known
  }

  /** How long a phase or step should take; 0 where nothing of its kind was measured. */
  expectedMs(shape: Shape, stage: Stage, batch: number, sp: number): number {
    const times = shapeTimesOf(this.times, shape)
    if (!times) return 0
    const mode = times.modes.find((one) => one.batch === batch && one.sp === sp) ?? times.base
    return { encode: mode.encodeMs, denoise: mode.stepMs, decode: mode.decodeMs }[stage]
  }

  /** Takes in what one phase or step really took. Encode and decode of a video count for its narrowest degree. */
  learn({ shape, stage, batch, sp, tookMs }: Unit): void {
    if (!(tookMs > 0)) return
    const [width, height] = String(shape.resolution).split('x').map(Number)
    const mode = { kind: shape.kind, width: width!, height: height!, frames: shape.frames, batch, sp }
    const key = keyOf(mode)
    const before = this.rows.get(key) ?? this.guess(mode, shape)
    if (!before) return
    const [time, count] = FIELDS[stage]
    const units = Math.min(MOST_UNITS, before[count] + 1)
    const old = before[time] ?? tookMs
    const counted = before[count] < TRUSTED_UNITS ? tookMs : Math.min(tookMs, OUTLIER * old)
    this.rows.set(key, { ...before, [time]: old + (counted - old) / units, [count]: before[count] + 1 })
    this.changed.add(key)
    this.known = undefined
  }

  /** Rows that changed since the last call. */
  takeChanged(): ProfileRow[] {
    const rows = [...this.changed].map((key) => this.rows.get(key)!)
    this.changed.clear()
    return rows
  }

  /** A mode that nobody measured: its neighbours' times, with no unit behind them, so that the first real one counts. */
  private guess(
    mode: Pick<ProfileRow, 'kind' | 'width' | 'height' | 'frames' | 'batch' | 'sp'>,
    shape: Shape,
  ): ProfileRow | undefined {
    const times = shapeTimesOf(this.times, shape)
    if (!times) return undefined
    const { stepMs, encodeMs, decodeMs } = times.modes.find((one) => one.sp === mode.sp) ?? times.base
    return { ...mode, stepMs, encodeMs, decodeMs, steps: 0, encodes: 0, decodes: 0 }
  }
}

const FIELDS = {
  encode: ['encodeMs', 'encodes'],
  denoise: ['stepMs', 'steps'],
  decode: ['decodeMs', 'decodes'],
} as const

function keyOf(row: Pick<ProfileRow, 'kind' | 'width' | 'height' | 'frames' | 'batch' | 'sp'>): string {
  return `${row.kind} ${row.width} ${row.height} ${row.frames} ${row.batch} ${row.sp}`
}
