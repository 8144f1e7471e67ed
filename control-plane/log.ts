import { pino } from 'pino'

/** JSON lines on standard output. */
export const log = pino({ level: process.env.ALTO_LOG_LEVEL ?? 'info', base: { process: 'control-plane' } })
