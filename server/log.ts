import { pino } from 'pino'
import { requestId } from './observe/request-id'

/** JSON lines to standard output; secrets never reach them. */
export const log = pino({
  level: process.env.ALTO_LOG_LEVEL ?? 'info',
  base: undefined,
  mixin: () => {
    const id = requestId()
    return id ? { requestId: id } : {}
  },
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
