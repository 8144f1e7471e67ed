import { pino } from 'pino'

/** JSON lines to standard output; secrets never reach them. */
export const log = pino({
  level: process.env.ALTO_LOG_LEVEL ?? 'info',
  base: undefined,
  redact: {
    paths: [
      'password',
      'token',
      'secret',
      'authorization',
      'cookie',
      '*.password',
      '*.token',
      '*.secret',
      '*.authorization',
      '*.cookie',
    ],
    censor: '[hidden]',
  },
})
